// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include <google/protobuf/util/time_util.h>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "services/network_access/rpc/convert.hpp"
#include "services/network_access/rpc/network_enums.hpp"

namespace phone::network {
namespace {

// The moment by the clock as it is now: one that was set in the meantime moves what happened before.
void put(SteadyTime at, google::protobuf::Timestamp& to) {
  const absl::Time wall = absl::Now() + absl::FromChrono(at - std::chrono::steady_clock::now());
  to = google::protobuf::util::TimeUtil::NanosecondsToTimestamp(absl::ToUnixNanos(wall));
}

void put(const std::deque<DhcpStep>& story, google::protobuf::RepeatedPtrField<v1::DhcpStep>& to) {
  for (const DhcpStep& step : story) {
    auto& one = *to.Add();
    one.set_kind(kDhcpStepKinds.to_proto(step.kind));
    put(step.at, *one.mutable_at());
    one.set_times(step.times);
    one.set_server(step.server);
    one.set_address(step.address);
    one.set_text(step.text);
  }
}

}  // namespace

v1::Ipv6Configuration to_message(const Ipv6Facts& ipv6) {
  v1::Ipv6Configuration to;
  to.set_state(kIpv6States.to_proto(ipv6.state));
  to.set_state_text(sentence(ipv6));
  for (const auto& router : ipv6.routers) to.add_router(router);
  for (const auto& server : ipv6.dns) to.add_dns_server(server);
  to.set_domain(ipv6.domain);
  to.set_refusal(ipv6.refusal);
  for (const auto& address : ipv6.conflicting) to.add_conflicting_address(address);
  if (ipv6.held) {
    const Held6& held = *ipv6.held;
    put(held.obtained, *to.mutable_obtained());
    if (held.lease.renewal != Lease6::kForever) put(held.after(held.lease.renewal), *to.mutable_renew_at());
    if (held.lease.address) {
      to.set_address(text_of(*held.lease.address));
      if (held.lease.rebinding != Lease6::kForever) put(held.after(held.lease.rebinding), *to.mutable_rebind_at());
      if (held.lease.valid != Lease6::kForever) put(held.end(), *to.mutable_expires_at());
    }
  }
  put(ipv6.story, *to.mutable_step());
  return to;
}

v1::DhcpLease to_message(const DhcpFacts& dhcp) {
  v1::DhcpLease to;
  to.set_state(kLeaseStates.to_proto(dhcp.state));
  to.set_state_text(sentence(dhcp));
  if (dhcp.held) {
    const HeldLease& held = *dhcp.held;
    to.set_address(held.lease.address);
    to.set_prefix_length(held.lease.prefix);
    to.set_server(held.lease.server);
    for (const Route& route : held.lease.routes) to.add_route(text_of(route));
    for (const auto& server : held.lease.ntp) to.add_ntp_server(server);
    put(held.obtained, *to.mutable_obtained());
    if (held.lease.seconds != Lease::kForever) {
      put(held.after(held.lease.renewal), *to.mutable_renew_at());
      put(held.after(held.lease.rebinding), *to.mutable_rebind_at());
      put(held.end(), *to.mutable_expires_at());
    }
  }
  for (const auto& option : dhcp.missing_options) to.add_missing_option(option);
  for (const auto& failure : dhcp.failures) to.add_failure(failure);
  put(dhcp.story, *to.mutable_step());
  return to;
}

}  // namespace phone::network
