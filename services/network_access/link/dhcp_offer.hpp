// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <vector>

#include "services/network_access/link/dhcp_message.hpp"
#include "services/network_access/link/lease.hpp"

// Offers of DHCP servers, compared by what a phone needs: to be told its provisioning servers.
namespace phone::network {

struct DhcpOffer {
  DhcpMessage message;
  Lease lease;
  int worth = 0;  // worth(lease)
};

// In place of an earlier one of the same server. False when there are too many.
bool add_offer(std::vector<DhcpOffer>& offers, DhcpOffer offer);
int best_worth(const std::vector<DhcpOffer>& offers);
// The best one first: by worth when `needs_servers`, of equals that with the previous address, then the first.
void sort_offers(std::vector<DhcpOffer>& offers, Ipv4 wanted, bool needs_servers);

// Parts of sentences for people.
std::string why_not(const DhcpOffer& other, const DhcpOffer& chosen);
std::string server_of(const DhcpMessage& message);  // its address; empty: none
std::string named_by(const Lease& lease);           // "10.0.0.5 by option 150"
std::string length_of(const Lease& lease);          // "for 3600 s"
std::string routes_text(const Lease& lease);        // "default via 10.0.0.1"

}  // namespace phone::network
