// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <functional>
#include <optional>

#include "services/signaling/policy/settings.hpp"
#include "services/signaling/registration/registration.hpp"
#include "services/signaling/sip/requests.hpp"

namespace phone::signaling {

// Tells a call manager that wants to know it whether the handset is off the hook: a NOTIFY of the dialog package
// outside a dialog (cucm-calls.md 2.11). One at a time; what changes meanwhile is told after it.
class HookStatus {
 public:
  using Connection = RegistrationClient::Connection;
  HookStatus(SipPort& port, Requests& requests, std::function<std::optional<Connection>()> registered)
      : port_(port), requests_(requests), registered_(std::move(registered)) {}

  void configure(const Settings& settings) { settings_ = settings; }
  // A registration was granted, by a server that wants to know or by another.
  void granted(FlowId flow, bool wanted, TimePoint now);
  void flow_lost(FlowId flow);
  void is(bool off_hook, TimePoint now);

 private:
  void pursue(TimePoint now);
  std::optional<Message> make(bool off_hook);

  SipPort& port_;
  Requests& requests_;
  std::function<std::optional<Connection>()> registered_;
  Settings settings_;
  bool off_hook_ = false;
  std::optional<bool> told_;  // to this server
  bool out_ = false;
  FlowId flow_ = 0;  // of the server that wants to know; 0: none
  FlowId refused_by_ = 0;
  uint32_t version_ = 0;
};

}  // namespace phone::signaling
