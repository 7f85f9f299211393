// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "services/signaling/sip/sip_port.hpp"
#include "services/signaling/transport/target.hpp"

namespace phone::signaling {

// What the registrations ask for: connections. What comes of it arrives as flow_up() or flow_down().
class RegistrationPort : public virtual SipPort {
 public:
  virtual void open_flow(FlowId flow, const Target& target) = 0;
  virtual void close_flow(FlowId flow) = 0;
};

}  // namespace phone::signaling
