// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tools/rig/lab.hpp"

namespace phone::system {

// A message that is to have crossed the wire between the phone and the lab, which runs with --wire.
struct Crossed {
  const char* from;              // "phone" or "lab"
  const char* what;              // "INVITE", "200 INVITE"
  std::vector<std::string> has;  // parts of its header fields ("Name: value") and of its body
};

// Whether these crossed in this order, whatever was between them. Waits; `skip` is a number of the lab's events.
::testing::AssertionResult crossed(const rig::Lab& lab, const std::vector<Crossed>& steps, size_t skip = 0,
                                   absl::Duration patience = absl::Seconds(20));
// How many such messages there were.
size_t times_crossed(const rig::Lab& lab, const Crossed& one, size_t skip = 0);

}  // namespace phone::system
