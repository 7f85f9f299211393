// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/signaling/call/call_security.hpp"
#include "services/signaling/call/hold_state.hpp"
#include "services/signaling/call/transfer_state.hpp"
#include "services/signaling/sip/precedence.hpp"
#include "services/signaling/sip/session_id.hpp"
#include "services/signaling/sip/sip_port.hpp"
#include "services/signaling/sip/time.hpp"
#include "services/signaling/user/kpml.hpp"

namespace phone::signaling {

enum class CallState : uint8_t {
  kDialing = 1,
  kRingingOut = 2,
  kRingingIn = 3,
  kEstablished = 4,
  kEnded = 5,
  kPreserved = 6
};

// A copy of a call's sound that the call manager gets (cucm-calls.md 2.10).
struct ForkView {
  bool far_end = false;  // of what the user hears; else of what the user says
  bool encrypted = false;
  friend bool operator==(const ForkView&, const ForkView&) = default;
};

// An INVITE that asks the call manager for a feature rather than for a person (cucm-calls.md 2.7, 2.11).
struct FeatureInvite {
  std::string user;                // of its Request-URI
  std::string shown;               // to the user in place of a number
  std::string join;                // Join: the call of another device
  std::string replaces;            // Replaces: the call of another device that this one takes over
  std::string purpose;             // in its Call-Info: "barge", "resume"
  bool remembered = false;         // in the history
  bool media_is_optional = false;  // a 200 without a description is enough
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
  std::string own_number;      // of its line
  bool ignored = false;        // it rings at the far end only
  bool hold_reverted = false;  // the user is reminded of it
  bool keys_wanted = false;    // the call manager asks for keys
  bool emergency = false;
  Precedence precedence = Precedence::kNone;
  SessionId session;
  std::string global_call;
  std::vector<ForkView> forks;  // that run now
  bool conference = false;      // the call manager says that it is one
  CodeKind code_wanted = CodeKind::kNone;
  uint32_t code_digits = 0;            // that have been entered for it
  std::string asked, feature_failure;  // of the call manager (feature/)
  std::string_view limited;            // what no longer works in it and why; empty: everything does
};

}  // namespace phone::signaling
