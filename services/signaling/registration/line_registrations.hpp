// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "services/signaling/policy/settings.hpp"
#include "services/signaling/registration/registration.hpp"
#include "services/signaling/registration/registration_port.hpp"
#include "services/signaling/sip/requests.hpp"

namespace phone::signaling {

// A server of CUCM's dialect registers all lines with the REGISTER of the first. Any other one, such as an SRST router,
// gets a REGISTER for each line (cucm-calls.md 7 and 10), with the digest user of that line.
class LineRegistrations {
 public:
  struct Delegate {
    std::function<std::optional<RegistrationClient::Connection>(FlowId)> connection;
    std::function<void()> changed = [] {};
  };
  LineRegistrations(RegistrationPort& ua_port, Requests& requests, Delegate delegate)
      : ua_port_(ua_port), requests_(requests), delegate_(std::move(delegate)) {}

  void configure(const Settings& settings, TimePoint now);
  // The first line is registered over this connection, anew or again.
  void first_registered(FlowId flow, bool for_all_lines, TimePoint now);
  // The first line leaves this server: so do the others.
  void first_leaves(FlowId flow, TimePoint now);
  void flow_lost(FlowId flow);
  void on_time(TimePoint now);
  std::optional<TimePoint> deadline() const;
  // Of a line but the first.
  bool registered(uint32_t line) const;

 private:
  enum class State : uint8_t {
    kWaiting,      // to be registered at `next_at`
    kRegistering,  // its REGISTER is out
    kRegistered,   // until it is renewed at `next_at`
  };
  struct Line {
    uint32_t number = 0;
    State state = State::kWaiting;
    std::string call_id, local_tag;
    uint32_t cseq = 100;
    std::chrono::seconds expires{3600};
    bool held = false;  // the server has it, also while it is renewed
    int refusals = 0;
    TimePoint next_at{};
  };
  Line* find(uint32_t number);
  void begin(TimePoint now);
  // `leaving`: with an expiry of 0.
  void send(const Line& line, bool leaving, TimePoint now);
  void on_answer(uint32_t number, int status, const Message* response, TimePoint now);

  RegistrationPort& ua_port_;
  Requests& requests_;
  Delegate delegate_;
  Settings settings_;
  FlowId flow_ = 0;  // that carries the first line
  bool for_all_lines_ = false;
  std::vector<Line> lines_;
};

}  // namespace phone::signaling
