// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "services/network_access/access/eap_conversation.hpp"
#include "services/network_access/supplicant/supplicant_event.hpp"

// The steps of an authentication, as shown to users: what was offered, chosen and refused, by whom and when. Pure.
namespace phone::network {

// As phone.network.v1.AccessParty.
enum class Party : std::uint8_t {
  kPhone = 1,
  kSwitch = 2,  // or the access point
  kServer = 3,  // the RADIUS server
};

struct AccessStep {
  absl::Time at;
  Party by = Party::kPhone;
  std::string what;  // "chose EAP-TLS"
  friend bool operator==(const AccessStep&, const AccessStep&) = default;
};

class AccessStory {
 public:
  // Two authentications have about thirty.
  static constexpr std::size_t kMost = 40;

  void begin(const Attempt& attempt, absl::Time now);
  // Events that are no step are left out, and a step that repeats the last one.
  void take(const SupplicantEvent& event, absl::Time now);
  // The oldest makes room.
  void add(AccessStep step);
  const std::vector<AccessStep>& steps() const { return steps_; }

 private:
  std::vector<AccessStep> steps_;
};

}  // namespace phone::network
