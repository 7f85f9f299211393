// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <vector>

#include "common/mesh/listen/listener.hpp"

namespace phone::enrolment {

// A connection to this process's socket means that an order is open (certificate_manager's EnrolmentActivator). It
// carries no data.
class ActivationListener {
 public:
  ActivationListener(os::Descriptor listening, std::chrono::milliseconds linger);

  // Accepts new connections and drops closed ones; never waits. False when there has been none for the linger time:
  // then this process may exit, and a connection of that moment stays in the socket's queue for the next one.
  bool wanted();

 private:
  const os::Descriptor listening_;
  const std::chrono::milliseconds linger_;
  std::vector<os::Descriptor> held_;
  std::chrono::steady_clock::time_point last_;  // when a connection was open
};

}  // namespace phone::enrolment
