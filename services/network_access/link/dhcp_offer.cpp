// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/link/dhcp_offer.hpp"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/network_access/link/provisioning_server.hpp"

namespace phone::network {
namespace {

constexpr std::size_t kMaxOffers = 8;

}  // namespace

bool add_offer(std::vector<DhcpOffer>& offers, DhcpOffer offer) {
  const auto same = std::find_if(offers.begin(), offers.end(),
                                 [&](const DhcpOffer& one) { return one.lease.server == offer.lease.server; });
  if (same != offers.end()) {
    *same = std::move(offer);
    return true;
  }
  if (offers.size() == kMaxOffers) return false;
  offers.push_back(std::move(offer));
  return true;
}

int best_worth(const std::vector<DhcpOffer>& offers) {
  int best = 0;
  for (const DhcpOffer& one : offers) best = std::max(best, one.worth);
  return best;
}

void sort_offers(std::vector<DhcpOffer>& offers, Ipv4 wanted, bool needs_servers) {
  std::stable_sort(offers.begin(), offers.end(), [&](const DhcpOffer& one, const DhcpOffer& other) {
    if (one.worth != other.worth && needs_servers) return one.worth > other.worth;
    return one.message.yours == wanted && other.message.yours != wanted;
  });
}

std::string why_not(const DhcpOffer& other, const DhcpOffer& chosen) {
  if (other.worth >= chosen.worth) {
    return absl::StrCat("its offer is not taken: that of ", chosen.lease.server, " is as good and came first");
  }
  return absl::StrCat("its offer is not taken: it has ", named_by(other.lease), ", that of ", chosen.lease.server,
                      " has ", named_by(chosen.lease));
}

std::string server_of(const DhcpMessage& message) {
  const auto server = message.number(DhcpOption::kServer);
  return server && usable(*server) ? text_of_ipv4(*server) : std::string();
}

std::string named_by(const Lease& lease) {
  const auto servers = choose({}, lease);
  if (servers.servers.empty()) return "no provisioning server";
  return absl::StrCat(absl::StrJoin(servers.servers, ", "), " by ", servers.source);
}

std::string length_of(const Lease& lease) {
  return lease.seconds == Lease::kForever ? "for ever" : absl::StrCat("for ", lease.seconds, " s");
}

std::string routes_text(const Lease& lease) {
  std::vector<std::string> texts;
  for (const Route& route : lease.routes) texts.push_back(text_of(route));
  return texts.empty() ? "no router" : absl::StrJoin(texts, ", ");
}

}  // namespace phone::network
