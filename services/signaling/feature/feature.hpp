// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "services/signaling/call/call_view.hpp"

namespace phone::signaling {

// What a user asks of the call manager; values as in signaling.proto.
enum class Feature : uint8_t {
  kConference = 1,
  kJoin = 2,
  kParticipants = 3,
  kDropLast = 4,
  kDrop = 5,
  kMute = 6,
  kPark = 7,
  kDivert = 8,
  kCallBack = 9,
  kMaliciousCall = 10,
  kQualityReport = 11,
  kHuntGroup = 12,
  kPrivacy = 13,
  kPickup = 14,
  kOtherPickup = 15,
  kGroupPickup = 16,
  kNumberPickup = 17,
  kMeetMe = 18,
  kForwardAll = 19,
  kBarge = 20,
  kConferenceBarge = 21,
  kExtensionMobility = 22,
  kResumeShared = 23,
  kDirectedPark = 24,
  kFetchParked = 25,
};

struct FeatureOrder {
  Feature feature = Feature::kConference;
  std::string call;
  std::vector<std::string> other_calls;
  std::string number;
  uint32_t line = 0;  // 0: the first
  std::string participant, shared_call;
};

struct FeatureReply {
  std::optional<CallView> call;
  std::string expected;
};

struct Participant {
  std::string id, name;
  bool muted = false, talking = false;
  std::string state;                                 // "connected", "on-hold", ..; empty: not told
  SecurityLevel security = SecurityLevel::kUnknown;  // as the call manager tells it
  bool operator==(const Participant&) const = default;
};
struct Roster {
  uint32_t conference = 0;
  std::vector<Participant> participants;
  bool operator==(const Roster&) const = default;
};

enum class SharedCallState : uint8_t { kAlerting = 1, kInUse = 2, kHeld = 3 };
// A call of another device that has a line of this one.
struct SharedCall {
  std::string id;
  uint32_t line = 1;
  SharedCallState state = SharedCallState::kInUse;
  std::string remote_number, remote_name;
  bool private_call = false;
  std::string call_id, local_tag, remote_tag;  // of its dialog, for Join
  bool operator==(const SharedCall&) const = default;
};

enum class WatchedState : uint8_t { kUnknown, kIdle, kAlerting, kInUse, kDoNotDisturb, kRefused };
struct WatchedNumber {
  std::string number, label;
  WatchedState state = WatchedState::kUnknown;
  bool pickup = false;
  std::string reason;
  bool park_slot = false;        // in use while a call is parked there
  std::string retrieval_prefix;  // dialled before the number it fetches that call
  bool operator==(const WatchedNumber&) const = default;
};

struct ParkedCall {
  std::string slot, state;
  bool operator==(const ParkedCall&) const = default;
};

// What people are shown of all this.
struct FeatureView {
  std::optional<Roster> roster;
  std::vector<SharedCall> shared_calls;
  std::vector<WatchedNumber> watched_numbers;
  std::vector<ParkedCall> parked_calls;
  std::string sharing;  // what is not shared here and why
};

}  // namespace phone::signaling
