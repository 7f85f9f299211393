// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <vector>

#include "common/mesh/listen/listener.hpp"

namespace phone::enrolment {

// Who holds a connection to this process's socket has an order open (certificate_manager's EnrolmentActivator). Nothing
// is said over it.
class ActivationListener {
 public:
  ActivationListener(os::Descriptor listening, std::chrono::milliseconds linger);

  // Takes those who came, forgets those who left, never waits. False when there has been nobody for the linger time:
  // then this process may leave, and who comes just then stays in the socket's queue for the next one.
  bool wanted();

 private:
  const os::Descriptor listening_;
  const std::chrono::milliseconds linger_;
  std::vector<os::Descriptor> held_;
  std::chrono::steady_clock::time_point last_;  // when somebody was there
};

}  // namespace phone::enrolment
