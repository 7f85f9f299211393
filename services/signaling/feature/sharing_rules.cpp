// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/feature/sharing_rules.hpp"

#include <algorithm>

#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

using Level = SecurityLevel;

// The call manager's own words (FEATURES.md).
constexpr std::string_view kTooLow = "Does not meet Security Level, call rejected";

// What a protected phone does not share, whatever the others are (F51).
std::string_view refused_to_protected(SharedFeature feature) {
  switch (feature) {
    case SharedFeature::kConference:
      return "this phone is protected: conferences are not available on it";
    case SharedFeature::kBarge:
    case SharedFeature::kSharedLine:
      return "this phone is protected: shared lines are not available on it";
    case SharedFeature::kExtensionMobility:
      return "this phone is protected: Extension Mobility is not available on it";
    case SharedFeature::kMeetMe:
      break;  // it dials in as into any other call
  }
  return {};
}

std::string_view name_of(Level level) {
  switch (level) {
    case Level::kEncrypted:
      return "encrypted";
    case Level::kAuthenticated:
      return "authenticated";
    case Level::kNotAuthenticated:
      return "not secure";
    case Level::kUnknown:
      break;
  }
  return "not known";
}

SharingOutcome refused(std::string_view words, bool reorder) {
  return {.allowed = false, .words = words, .reorder = reorder, .bridge = Bridge::kNone, .level = Level::kUnknown};
}

}  // namespace

SharingOutcome judge_sharing(const SharingFacts& facts) {
  if (facts.protected_device) {
    if (const std::string_view words = refused_to_protected(facts.feature); !words.empty())
      return refused(words, false);
  }
  const Bridge bridge = facts.own == Level::kEncrypted ? Bridge::kSecure : Bridge::kNonsecure;
  switch (facts.feature) {
    case SharedFeature::kConference:
      return {.bridge = bridge, .level = std::min(facts.own, facts.others)};
    case SharedFeature::kMeetMe:
      if (facts.minimum.has_value() && facts.own < *facts.minimum) return refused(kTooLow, true);
      return {.bridge = bridge, .level = std::min(facts.own, facts.others)};
    case SharedFeature::kBarge:
      if (facts.others == Level::kEncrypted && facts.own != Level::kEncrypted)
        return refused("the call is encrypted and this phone is not configured for encryption", true);
      return {.bridge = bridge, .level = std::min(facts.own, facts.others)};
    case SharedFeature::kSharedLine:
      return {.level = facts.own};
    case SharedFeature::kExtensionMobility:
      return refused("this phone has no Extension Mobility", false);
  }
  return refused("not shared", false);
}

std::string sentence_of(const SharingFacts& facts, const SharingOutcome& outcome) {
  if (!outcome.allowed || outcome.level == Level::kUnknown) return {};
  // Of equals this phone is named: that is what its user can change.
  const std::string_view why = outcome.level == Level::kEncrypted       ? ""
                               : facts.own <= facts.others              ? ": this phone is no better protected"
                               : facts.feature == SharedFeature::kBarge ? ": the call is no better protected"
                                                                        : ": not every participant is better protected";
  const bool open = outcome.level == Level::kNotAuthenticated;
  return open ? cat("the call will not be secure", why) : cat("the call will be ", name_of(outcome.level), why);
}

}  // namespace phone::signaling
