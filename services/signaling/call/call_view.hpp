// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "services/signaling/call/call_security.hpp"
#include "services/signaling/call/hold_state.hpp"
#include "services/signaling/call/transfer_state.hpp"
#include "services/signaling/sip/time.hpp"

namespace phone::signaling {

enum class CallState : uint8_t {
  kDialing = 1,
  kRingingOut = 2,
  kRingingIn = 3,
  kEstablished = 4,
  kEnded = 5,
  kPreserved = 6
};

// A call as it is shown to people (signaling.proto Call).
struct CallView {
  std::string call;
  uint32_t line = 1;
  std::string remote_number, remote_name;
  CallState state = CallState::kDialing;
  bool incoming = false;
  CallSecurity security;
  std::string transmit_suite, receive_suite, codec;
  std::optional<WallTime> started, established;
  std::string ended_by;
  uint32_t sip_status = 0;
  std::string stream;
  bool secure_tone_played = false;
  HoldState hold = HoldState::kNone;
  bool held_by_far_end = false;
  bool has_user = false;
  TransferState transfer = TransferState::kNone;
  std::string transfer_failure;
};

}  // namespace phone::signaling
