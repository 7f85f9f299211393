// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "services/signaling/call/call_security.hpp"

// What is shared between more than two phones, and how secure it can be (F51 to F53, F55 to F57): the tables of the
// article as one function.
namespace phone::signaling {

enum class SharedFeature : uint8_t { kConference, kMeetMe, kBarge, kSharedLine, kExtensionMobility };

struct SharingFacts {
  SharedFeature feature = SharedFeature::kConference;
  bool protected_device = false;                // this phone
  SecurityLevel own = SecurityLevel::kUnknown;  // what this phone is configured for
  // The lowest of the participants; of a barge, the call that is barged into.
  SecurityLevel others = SecurityLevel::kUnknown;
  std::optional<SecurityLevel> minimum;  // of Meet-Me; nothing: not known here, or none
};

enum class Bridge : uint8_t { kNone, kNonsecure, kSecure };

struct SharingOutcome {
  bool allowed = true;
  std::string_view words;  // of the refusal
  bool reorder = false;    // the refusal is heard
  Bridge bridge = Bridge::kNone;
  SecurityLevel level = SecurityLevel::kUnknown;  // the most that the call can be
};

SharingOutcome judge_sharing(const SharingFacts& facts);
// One sentence for the user; empty when nothing is known of the others.
std::string sentence_of(const SharingFacts& facts, const SharingOutcome& outcome);

}  // namespace phone::signaling
