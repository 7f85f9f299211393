// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>

#include "services/signaling/call/call_port.hpp"
#include "services/signaling/control/control_port.hpp"
#include "services/signaling/oauth/authorization.hpp"
#include "services/signaling/registration/registration_port.hpp"

namespace phone::signaling {

// All that the user agent asks of the rest of the process. Every call returns at once; its result arrives as an event
// on the user agent.
class UserAgentPort : public RegistrationPort, public CallPort, public ControlPort, public AuthorizationPort {
 public:
  // The alarm that was accepted last, for the state directory.
  virtual void save_alarm(std::string alarm) = 0;
  // What the call manager has told and was asked for, likewise.
  virtual void save_told(std::string told) = 0;
};

}  // namespace phone::signaling
