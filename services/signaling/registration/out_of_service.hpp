// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <string>

#include "services/signaling/registration/register_request.hpp"
#include "services/signaling/registration/registration_rules.hpp"
#include "services/signaling/sip/time.hpp"
#include "services/signaling/sip/transaction_layer.hpp"

// The alarm LastOutOfServiceInformation (cucm-calls.md 13).
namespace phone::signaling {

// Where the phone is in its network, as network_access has it.
struct PhoneNetwork {
  std::string ipv4, ipv4_gateway, ipv6, ipv6_gateway;  // addresses with their prefix length: "10.0.0.5/24"
  std::string neighbour_ipv4, neighbour_ipv6, neighbour_device, neighbour_port;
  uint32_t voice_vlan = 0;  // 0: none
  // Numbers of ours, since nobody publishes theirs: 0 not used, 1 in force, 2 not in force (yet).
  uint32_t dhcp4_status = 0, dhcp6_status = 0;
  bool operator==(const PhoneNetwork&) const = default;
};

// A registration that has ended, and how.
struct OutOfService {
  LastReason reason = LastReason::kInitialized;
  WallTime at{};
  std::string server;         // its address
  std::string local_address;  // of the connection, with its port
  LastEvents events;
};

// REFER with the alarm, once the next registration holds.
Message make_out_of_service(const RegisterFacts& facts, const OutOfService& out, const PhoneNetwork& network);

}  // namespace phone::signaling
