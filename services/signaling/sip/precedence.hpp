// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "services/signaling/sip/message.hpp"

// Precedence and preemption (MLPP): RFC 4412, RFC 5478, RFC 4411, cucm-calls.md 9.
namespace phone::signaling {

// From low to high; the article's levels are 1 to 5.
enum class Precedence : uint8_t {
  kNone = 0,
  kRoutine = 1,
  kPriority = 2,
  kImmediate = 3,
  kFlash = 4,
  kFlashOverride = 5,
  kExecutiveOverride = 6,  // only the network gives it
};
std::string_view name_of(Precedence precedence);

struct ResourcePriority {
  Precedence precedence = Precedence::kNone;  // the highest of those that are understood
  bool preempts = false;                      // its namespace ends calls of lower precedence
};
// Of Resource-Priority. `domain` is the phone's own, six hexadecimal digits; without one nothing is understood, nor is
// a value of another domain.
ResourcePriority read_resource_priority(const Message& message, std::string_view domain);
std::string write_resource_priority(Precedence precedence, std::string_view domain);
// As sent in Accept-Resource-Priority.
std::string accepted_resource_priorities(std::string_view domain);
bool requires_resource_priority(const Message& message);

// RFC 4411: why a call was ended, if for one of higher precedence: the text, or what its cause means.
std::optional<std::string> preemption_of(const Message& message);
// Reason of a call that is ended here for one of higher precedence.
inline constexpr std::string_view kPreemptedHere = "preemption ;cause=1 ;text=\"UA Preemption\"";

// Alert-Info asks for the ring of a call of precedence.
bool asks_for_precedence_ring(const Message& message);

// What a refusal says about precedence or bandwidth, one sentence; empty: nothing.
std::string refusal_of_precedence(const Message& response);

}  // namespace phone::signaling
