// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Directed park (cucm-calls.md 2.6): a blind transfer to x-cisco-serviceuri-dpark-NUMBER, the state of the number's
// button (4), and the call that comes back when somebody dials its prefix and number.
#include "absl/strings/str_cat.h"
#include "tools/lab/sip/hosted_calls.hpp"

namespace phone::lab {
namespace {

constexpr char kDirectedPark[] = "x-cisco-serviceuri-dpark-";

}  // namespace

void HostedCalls::park_at(const CallPtr& call, const SipMessage& refer) {
  const std::string user = sip_user(sip_uri(refer.header("Refer-To")));
  const std::string slot = user.starts_with(kDirectedPark) ? user.substr(sizeof(kDirectedPark) - 1) : "";
  const bool refused = settings_.feature_refuse != 0;
  events_.emit("directed-park", {{"device", call->device},
                                 {"refer_to", refer.header("Refer-To")},
                                 {"slot", slot},
                                 {"party", call->number},
                                 {"status", refused ? settings_.feature_refuse : 202}});
  if (refused) {
    send_(call->flow, respond_to(refer, settings_.feature_refuse, "Refused", call->local_tag).text());
    return;
  }
  send_(call->flow, respond_to(refer, 202, "Accepted", call->local_tag)
                        .add("Contact", absl::StrCat("<sip:", settings_.host, ":", settings_.port, ">"))
                        .text());
  report_park(call, 100);
  if (!settings_.park_slots.contains(slot)) return report_park(call, 404);
  if (at_slots_.contains(slot)) return report_park(call, 486);
  at_slots_[slot] = call->number;
  report_park(call, 200);
  order_(absl::StrCat("notify -from=", slot, " presence number=", slot, " activity=on-the-phone"));
}

void HostedCalls::report_park(const CallPtr& call, int status) {
  const char* phrase = status == 100 ? "Trying" : status == 200 ? "OK" : status == 404 ? "Not Found" : "Busy Here";
  SipMessage notify = request_on(*call, "NOTIFY");
  notify.add("Event", "refer");
  notify.add("Subscription-State", status < 200 ? "active;expires=60" : "terminated;reason=noresource");
  notify.add("Content-Type", "message/sipfrag");
  notify.body = absl::StrCat("SIP/2.0 ", status, " ", phrase, "\r\n");
  send_(call->flow, notify.text());
}

// The park number of a prefix and number that was dialled; empty: it is none.
std::string HostedCalls::slot_fetched_by(const std::string& called) const {
  for (const auto& [slot, prefix] : settings_.park_slots) {
    if (called == absl::StrCat(prefix, slot)) return slot;
  }
  return {};
}

bool HostedCalls::fetch(const CallPtr& call) {
  const std::string slot = slot_fetched_by(call->number);
  if (slot.empty()) return false;
  const auto parked = at_slots_.find(slot);
  if (parked == at_slots_.end()) {
    refuse(call, 404, "Not Found", "");
    return true;
  }
  call->number = parked->second;
  at_slots_.erase(parked);
  const auto party = settings_.parties.find(call->number);
  accept(call, ++last_conference_);
  add_member(call->number, party != settings_.parties.end() && party->second, call->conference);
  order_(absl::StrCat("notify -from=", slot, " presence number=", slot));
  return true;
}

}  // namespace phone::lab
