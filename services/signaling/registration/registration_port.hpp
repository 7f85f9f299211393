// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <string>

#include "services/signaling/sip/sip_port.hpp"
#include "services/signaling/transport/target.hpp"

namespace phone::signaling {

// What a registration says about the certificate that its connection showed. certificate_manager decides by it whether
// a new LSC stays (its decisions/2026-11-28-an-lsc-is-on-trial.md).
struct IdentityUse {
  std::string key;  // fingerprint of the key of that certificate
  bool held = false;
  std::string server, reason;
};
// What certificate_manager answered.
struct IdentityUseReported {
  FlowId flow = 0;
  bool held = false;          // what had been reported
  bool taken = false;         // false: it did not respond
  bool show_another = false;  // it has another certificate to show by now
};

// What the registrations ask for: connections, and a certificate that stays. What comes of it arrives as flow_up(),
// flow_down() or identity_use_reported().
class RegistrationPort : public virtual SipPort {
 public:
  virtual void open_flow(FlowId flow, const Target& target) = 0;
  virtual void close_flow(FlowId flow) = 0;
  virtual void report_identity_use(FlowId flow, const IdentityUse& use) = 0;
  // The time as a server says it in an answer that was authenticated.
  virtual void report_date(const std::string& server, std::chrono::sys_seconds date) = 0;
};

}  // namespace phone::signaling
