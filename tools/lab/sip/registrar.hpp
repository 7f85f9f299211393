// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Who is registered and over which connection a phone is reached (cisco-formats.md G1).
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>

#include "tools/lab/devices.hpp"
#include "tools/lab/events.hpp"
#include "tools/lab/sip/sip_common.hpp"

namespace phone::lab {

using Clock = std::chrono::steady_clock;

class Registrar {
 public:
  Registrar(const Devices& devices, Events& events, const SipSettings& settings, SendOnFlow send)
      : devices_(devices), events_(events), settings_(settings), send_(std::move(send)) {}

  void opened(const FlowFacts& flow) { flows_[flow.id] = flow; }
  void closed(uint64_t flow);
  const FlowFacts* flow(uint64_t id) const;

  void receive(uint64_t flow, const SipMessage& request, Clock::time_point now);

  struct Binding {
    std::string device, number;
    std::string contact;  // URI
    std::string call_id;
    uint64_t flow = 0;  // 0: the connection is gone, the registration still runs
    Clock::time_point ends;
    std::vector<std::string> waiting;  // for the phone to come back
  };
  const Binding* of_number(const std::string& number) const;
  // The first that is no far end.
  const Binding* first_phone() const;
  // Over the newest connection of the device; kept until it reconnects when there is none. False: not registered at
  // all.
  bool send_to(const std::string& device, const std::string& text);
  // False only while its connection is bare TCP.
  bool over_tls(const std::string& device) const;
  // Devices whose registration ran out.
  std::vector<std::string> expire(Clock::time_point now);

 private:
  std::string problem(const FlowFacts& flow, const SipMessage& request) const;
  SipMessage accepted(const SipMessage& request, bool fresh, bool phone, unsigned expires) const;
  void report(const FlowFacts& flow, const SipMessage& request, const Binding& binding, bool fresh, unsigned expires);

  const Devices& devices_;
  Events& events_;
  const SipSettings& settings_;
  SendOnFlow send_;
  std::map<uint64_t, FlowFacts> flows_;
  std::map<std::string, Binding> bindings_;  // by device
};

}  // namespace phone::lab
