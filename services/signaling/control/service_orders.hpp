// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "services/signaling/control/restart.hpp"
#include "services/signaling/control/service_control.hpp"
#include "services/signaling/sip/sip_port.hpp"

namespace phone::signaling {

// What is answered to an order: a status, and for a refusal its cause.
struct ControlAnswer {
  int status = 200;
  std::string cause;  // in a Warning and in the event; empty: done
};

// Where an order came from, as far as it decides something.
struct ControlSource {
  std::string register_call_id;  // of the registration that the connection carries
  bool speaks_dialect = false;   // the server took the registration as CUCM does
  bool in_refer = false;         // a part of a REFER: a missing RegisterCallId does not matter
  bool in_call = false;          // in the dialog of a call
};

// Judges service-control and turns it into orders.
class ServiceOrders {
 public:
  // How long the same stamps are not acted upon again: what the server has may be unreachable, and it asks with each
  // registration.
  static constexpr std::chrono::seconds kSameStamps{60};

  ServiceOrders(SipPort& port, Restart& restart) : port_(port), restart_(restart) {}

  ControlAnswer take(std::string_view body, const ControlSource& source, TimePoint now);
  // The versionStamp of the configuration in force.
  void configuration_is(std::string_view stamp) { configuration_ = bare_stamp(stamp); }
  // Whether the configuration names a receiver of problem reports.
  void reports_are_taken(bool taken) { takes_reports_ = taken; }
  // How many were asked for; who sees the number grow makes one.
  uint64_t reports_ordered() const { return reports_ordered_; }
  // True once after call-preservation was accepted for the call in whose dialog it came.
  bool take_preserve() { return std::exchange(preserve_, false); }

 private:
  ControlAnswer check_version(const VersionStamps& stamps, TimePoint now);
  ControlAnswer apply_config(const ServiceControl& control, TimePoint now);
  std::optional<RestartOrder> judge(const VersionStamps& stamps) const;

  SipPort& port_;
  Restart& restart_;
  std::string configuration_;
  VersionStamps known_;  // dial plan and soft keys, as the server named them last
  struct Acted {
    VersionStamps stamps;
    TimePoint at;
  };
  std::optional<Acted> acted_;
  bool preserve_ = false;
  bool takes_reports_ = false;
  uint64_t reports_ordered_ = 0;
};

}  // namespace phone::signaling
