// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "absl/status/statusor.h"
#include "tools/rig/phone.hpp"

namespace phone::board {

// The screen of a phone on the rig, for a browser on this machine.
class ScreenPort {
 public:
  static constexpr const char* kAddress = "127.0.0.1:8800";
  // Before the phone is powered on: the screen's port answers to this address too.
  static absl::Status prepare(const rig::Stage& stage);
  // Afterwards; until this object goes.
  static absl::StatusOr<ScreenPort> open(const rig::Stage& stage, rig::Phone& phone);

 private:
  rig::Process forwarder_;
};

}  // namespace phone::board
