// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "services/signaling/call/call_view.hpp"
#include "services/signaling/control/remote_state.hpp"
#include "services/signaling/feature/feature.hpp"
#include "services/signaling/oauth/authorization.hpp"
#include "services/signaling/registration/registration_view.hpp"

namespace phone::signaling {

struct LineView {
  std::string number, display_name, label;
  bool registered = false;
};

// The state that people are shown (signaling.proto SignalingState), as plain values.
struct StateView {
  std::vector<RegistrationView> registrations;
  std::vector<CallView> calls;
  bool registered = false;
  std::string display_text;
  std::string pending;  // what the call manager has ordered and is not done yet, or a policy that waits, one sentence
  uint64_t reports_ordered = 0;  // problem reports, by the call manager
  std::vector<LineView> lines;
  RemoteView remote;  // as the call manager has told it
  FeatureView features;
  bool off_hook = false;
  std::string time_zone;
  std::string date_template;
  // In force: as the registrations and new calls have it.
  uint64_t policy_version = 0;
  bool fips = false, protected_device = false, indication_tone = false, fallback_allowed = false, forks_allowed = false;
  std::optional<AuthorizationView> authorization;
};

}  // namespace phone::signaling
