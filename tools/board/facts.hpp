// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

// What the board's lines ask of a phone's status (gateway.proto, as protobuf JSON) and of the lab's events: pure
// functions.
namespace phone::board {

using Json = nlohmann::json;
using Fact = absl::StatusOr<std::string>;

Fact link_is_up(const Json& status);
Fact lists_are_installed(const Json& trust);
Fact partial_configuration_was_verified(const Json& status);
Fact lsc_is_enrolled(const Json& status);
Fact configuration_was_decrypted(const Json& status);
Fact is_registered(const Json& status);
Fact alarm_was_accepted(const std::vector<Json>& lab_events);
Fact call_is_established(const Json& status);
Fact srtp_runs_both_ways(const Json& status);
Fact lock_is_shown(const Json& status);
Fact secure_tone_was_played(const Json& status);
Fact call_has_ended(const Json& status);
Fact call_is_on_hold(const Json& status);
// The user is in one of two calls, and the other is on hold.
Fact second_call_has_the_user(const Json& status);
Fact call_was_transferred(const Json& status);
Fact handset_is_off_the_hook(const Json& status);
// The newest call of the history, of `phonectl history --json`.
Fact history_has_the_call(const Json& memory);
// Packets lost and received so far on the first stream; NOT_FOUND without one.
struct Packets {
  long long received = 0;
  long long lost = 0;
  long long late = 0;
  long long largest_gap_milliseconds = 0;
};
absl::StatusOr<Packets> packets(const Json& status);

}  // namespace phone::board
