// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/discovery/lldp_frame.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "services/network_access/link/mac.hpp"

namespace phone::network {
namespace {

constexpr std::size_t kLldpEthernetHeader = 14;
constexpr std::size_t kLldpTlvHeader = 2;
constexpr unsigned kEtherTypeLldp = 0x88cc;

enum class LldpTlv : std::uint8_t { kEnd = 0, kChassis = 1, kPort = 2, kTtl = 3, kOrganizational = 127 };

unsigned lldp_octet(std::string_view bytes, std::size_t i) { return static_cast<unsigned char>(bytes[i]); }

// ANSI/TIA-1057 section 10.2.3: application, flags, VLAN, priority and DSCP.
constexpr std::string_view kMedPolicy("\x00\x12\xbb\x02", 4);
constexpr std::size_t kPolicy = 4;
constexpr unsigned kVoice = 1;

// The VLAN of a tagged policy for voice; nothing for another one.
std::optional<unsigned> voice_vlan_of(std::string_view policy) {
  const bool unknown = (lldp_octet(policy, 1) & 0x80U) != 0, tagged = (lldp_octet(policy, 1) & 0x40U) != 0;
  if (lldp_octet(policy, 0) != kVoice || unknown || !tagged) return std::nullopt;
  return (lldp_octet(policy, 1) & 0x1fU) << 7U | lldp_octet(policy, 2) >> 1U;
}

}  // namespace

std::string_view lldp_fault(std::string_view frame) {
  if (frame.size() < kLldpEthernetHeader || (lldp_octet(frame, 12) << 8U | lldp_octet(frame, 13)) != kEtherTypeLldp)
    return {};
  std::string_view rest = frame.substr(kLldpEthernetHeader);
  std::optional<unsigned> voice;
  bool two_voice_vlans = false;
  for (unsigned count = 1; !rest.empty(); ++count) {
    if (rest.size() < kLldpTlvHeader) return "its last TLV is cut short";
    const unsigned head = lldp_octet(rest, 0) << 8U | lldp_octet(rest, 1);
    const std::size_t size = head & 0x1ffU;
    const unsigned type = head >> 9U;
    if (size > rest.size() - kLldpTlvHeader) return "a TLV is longer than the frame";
    const std::string_view value = rest.substr(kLldpTlvHeader, size);
    rest.remove_prefix(kLldpTlvHeader + size);
    constexpr unsigned kMandatory = 3;  // chassis, port, TTL: the first three, in this order and once
    if (count <= kMandatory ? type != count : type >= 1 && type <= kMandatory) {
      return count <= kMandatory ? "it does not begin with chassis, port and TTL" : "a mandatory TLV is present twice";
    }
    switch (static_cast<LldpTlv>(type)) {
      case LldpTlv::kEnd:
        if (size != 0) return "its End TLV is not empty";
        return two_voice_vlans ? "it names two voice VLANs; the last is used" : std::string_view();
      case LldpTlv::kOrganizational: {
        if (size < kMedPolicy.size()) return "an organizational TLV is too short";
        if (!value.starts_with(kMedPolicy)) break;
        if (size < kMedPolicy.size() + kPolicy) return "a network policy is cut short";
        const auto vlan = voice_vlan_of(value.substr(kMedPolicy.size()));
        two_voice_vlans = two_voice_vlans || (voice && vlan && *voice != *vlan);
        if (vlan) voice = vlan;
        break;
      }
      default:
        break;
    }
  }
  return "it has no End TLV";
}

}  // namespace phone::network
