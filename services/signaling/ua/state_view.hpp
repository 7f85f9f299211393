// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <vector>

#include "services/signaling/call/call_view.hpp"
#include "services/signaling/registration/registration_view.hpp"

namespace phone::signaling {

// The state that people are shown (signaling.proto SignalingState), as plain values.
struct StateView {
  std::vector<RegistrationView> registrations;
  std::vector<CallView> calls;
  bool registered = false;
  std::string display_text;
};

}  // namespace phone::signaling
