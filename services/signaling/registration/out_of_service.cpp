// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/registration/out_of_service.hpp"

#include <chrono>

#include "common/product/product.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

constexpr uint32_t kNoVlan = 4095;

// 0: an address, no name; 1: a name, and the phone has reached it; 2: a name it has not.
int dns_status(const Settings& settings, size_t index, const std::string& reached) {
  if (index >= settings.targets.size() || settings.targets[index].srst) return 0;
  const std::string& address = settings.targets[index].address;
  const bool literal =
      address.find(':') != std::string::npos || address.find_first_not_of("0123456789.") == std::string::npos;
  return literal ? 0 : address == reached ? 1 : 2;
}

std::string port_of(const std::string& local_address) {
  const size_t colon = local_address.rfind(':');
  return colon == std::string::npos ? "-1" : local_address.substr(colon + 1);
}

}  // namespace

Message make_out_of_service(const RegisterFacts& facts, const OutOfService& out, const PhoneNetwork& network) {
  const auto element = [](std::string_view kind, std::string_view name, const std::string& value) {
    return cat("<", kind, " name=\"", name, "\">", xml_escaped(value), "</", kind, ">\n");
  };
  const auto text = [&](std::string_view name, const std::string& value) { return element("String", name, value); };
  const auto number = [&](std::string_view name, uint64_t value) { return element("Enum", name, cat(value)); };
  const auto at = std::chrono::duration_cast<std::chrono::milliseconds>(out.at.time_since_epoch()).count();
  std::string list =
      cat(text("DeviceName", facts.settings.device_name), text("DeviceIPv4Address", network.ipv4),
          text("IPv4DefaultGateway", network.ipv4_gateway), text("DeviceIPv6Address", network.ipv6),
          text("IPv6DefaultGateway", network.ipv6_gateway), text("ModelNumber", std::string(product::model())),
          text("NeighborIPv4Address", network.neighbour_ipv4), text("NeighborIPv6Address", network.neighbour_ipv6));
  list += cat(text("NeighborDeviceID", network.neighbour_device), text("NeighborPortID", network.neighbour_port),
              number("DHCPv4Status", network.dhcp4_status), number("DHCPv6Status", network.dhcp6_status),
              number("TFTPCfgStatus", 1));
  for (size_t i = 0; i < 3; ++i)
    list += number(cat("DNSStatusUnifiedCM", i + 1),
                   static_cast<uint64_t>(dns_status(facts.settings, i, facts.target.address)));
  list += cat(text("VoiceVLAN", cat(network.voice_vlan == 0 ? kNoVlan : network.voice_vlan)),
              text("UnifiedCMIPAddress", out.server), text("LocalPort", port_of(out.local_address)),
              text("TimeStamp", cat(at)), number("ReasonForOutOfService", static_cast<uint64_t>(out.reason)),
              text("LastProtocolEventSent", out.events.sent), text("LastProtocolEventReceived", out.events.received));
  return make_alarm_refer(facts, "LastOutOfServiceInformation", list);
}

}  // namespace phone::signaling
