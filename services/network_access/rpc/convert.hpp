// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "phone/network/v1/network_access.pb.h"
#include "services/network_access/access/access_policy.hpp"
#include "services/network_access/access/access_session.hpp"
#include "services/network_access/dot1x/eap_profile.hpp"
#include "services/network_access/facts/facts.hpp"
#include "services/network_access/link/network_policy.hpp"
#include "services/network_access/wlan/wlan_profile.hpp"

// Between the messages of this service and its values.
namespace phone::network {

v1::WiredAccess to_message(const AccessStatus& status);
v1::Ipv6Configuration to_message(const Ipv6Facts& ipv6);
v1::DhcpLease to_message(const DhcpFacts& dhcp);
v1::TimeService to_message(const TimeFacts& time);
v1::NetworkFacts to_message(const Facts& facts);

IpMode ip_mode(std::uint32_t from);

// INVALID_ARGUMENT for a method or kind out of its enumeration.
absl::StatusOr<EapProfile> to_profile(const v1::WiredProfile& from);

absl::StatusOr<WlanProfile> to_profile(const v1::WlanProfile& from);

// Of the configuration: what cannot be used says why.
ConfiguredEap configured_eap(const v1::WiredProfile& from, const std::string& refused);
std::vector<ConfiguredWlan> configured_wlans(const google::protobuf::RepeatedPtrField<v1::ConfiguredWlan>& from);

// The stored profile: the facts at start-up, before the network has been read.
std::string encode(const Facts& facts);
absl::StatusOr<Facts> decode(std::string_view bytes);

struct StoredAccess {
  EapProfile profile;
  AccessPolicy access;
  PortPolicy port;
};
crypto::Secret encode(const StoredAccess& stored);
absl::StatusOr<StoredAccess> decode_access(std::string_view bytes);

crypto::Secret encode(const WlanProfile& profile);
absl::StatusOr<WlanProfile> decode_wlan(std::string_view bytes);

}  // namespace phone::network
