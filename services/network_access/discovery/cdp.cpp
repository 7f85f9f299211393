// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/discovery/cdp.hpp"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "common/crypto/digest.hpp"
#include "common/text/foreign_text.hpp"

namespace phone::network {
namespace {

constexpr std::size_t kEthernetHeader = 14;
constexpr std::size_t kCdpHeader = 4;
constexpr std::size_t kTlvHeader = 4;
constexpr std::size_t kMostTlvs = 64;
constexpr std::size_t kMostName = 128;
constexpr std::size_t kLongestFrame = 1518;
constexpr std::uint8_t kHoldSeconds = 180;
constexpr unsigned kLastVlan = 4094;
// LLC and SNAP: Cisco's number, CDP.
constexpr std::string_view kSnap("\xaa\xaa\x03\x00\x00\x0c\x20\x00", 8);
// As observed from phones; the names of the four bytes are not published.
constexpr std::string_view kAskForVoice("\x20\x02\x00\x01", 4);

std::uint8_t octet(std::string_view bytes, std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); }
unsigned pair_at(std::string_view bytes, std::size_t i) {
  return static_cast<unsigned>(octet(bytes, i)) << 8U | octet(bytes, i + 1);
}
void put_pair(std::string& to, std::size_t value) {
  to.push_back(static_cast<char>(value >> 8U & 0xffU));
  to.push_back(static_cast<char>(value & 0xffU));
}
void put_tlv(std::string& to, CdpTlv type, std::string_view value) {
  put_pair(to, static_cast<std::size_t>(type));
  put_pair(to, value.size() + kTlvHeader);
  to.append(value);
}

// One's complement sum of an even number of bytes. (For an odd one CDP has a rule of its own; we never send one.)
unsigned checksum(std::string_view bytes) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) sum += pair_at(bytes, i);
  while (sum > 0xffff) sum = (sum & 0xffffU) + (sum >> 16U);
  return ~sum & 0xffffU;
}

// False: the frame is not to be believed.
bool take(CdpTlv type, std::string_view value, bool& has_vlan, CdpNeighbour& into) {
  switch (type) {
    case CdpTlv::kDeviceId:
      into.device = text::printable(value, kMostName);
      return !into.device.empty();
    case CdpTlv::kPortId:
      into.port = text::printable(value, kMostName);
      return true;
    case CdpTlv::kPlatform:
      into.platform = text::printable(value, kMostName);
      return true;
    case CdpTlv::kVoipVlanReply: {
      // An application (1: telephony) and its VLAN; 0 and 4095 say that voice goes untagged.
      if (value.size() < 3 || has_vlan) return false;
      has_vlan = true;
      const unsigned vlan = pair_at(value, 1);
      if (vlan > 4095) return false;
      into.voice_vlan = vlan <= kLastVlan ? vlan : 0;
      return true;
    }
    default:
      return true;
  }
}

}  // namespace

std::optional<CdpNeighbour> parse_cdp(std::string_view frame) {
  if (frame.size() < kEthernetHeader + kSnap.size() + kCdpHeader || frame.size() > kLongestFrame) return std::nullopt;
  if (!std::equal(kCdpGroup.begin(), kCdpGroup.end(), frame.begin(),
                  [](std::uint8_t a, char b) { return a == static_cast<std::uint8_t>(b); })) {
    return std::nullopt;
  }
  CdpNeighbour said;
  std::copy_n(frame.begin() + 6, said.source.size(), said.source.begin());
  if ((said.source[0] & 1U) != 0) return std::nullopt;
  const std::size_t length = pair_at(frame, 12);
  std::string_view body = frame.substr(kEthernetHeader);
  if (length > body.size() || length < kSnap.size() + kCdpHeader) return std::nullopt;
  body = body.substr(0, length);  // padding follows
  if (!body.starts_with(kSnap)) return std::nullopt;
  body.remove_prefix(kSnap.size());
  const unsigned version = octet(body, 0);
  if (version != 1 && version != 2) return std::nullopt;
  said.hold = std::chrono::seconds(octet(body, 1));
  body.remove_prefix(kCdpHeader);
  bool has_vlan = false;
  for (std::size_t count = 0; !body.empty(); ++count) {
    if (body.size() < kTlvHeader || count == kMostTlvs) return std::nullopt;
    const std::size_t size = pair_at(body, 2);
    if (size < kTlvHeader || size > body.size()) return std::nullopt;
    const auto type = static_cast<CdpTlv>(pair_at(body, 0));
    if (!take(type, body.substr(kTlvHeader, size - kTlvHeader), has_vlan, said)) return std::nullopt;
    body.remove_prefix(size);
  }
  if (said.device.empty()) return std::nullopt;
  return said;
}

std::string name_of(const Mac& mac) {
  std::string digits = crypto::hex({reinterpret_cast<const char*>(mac.data()), mac.size()});
  absl::AsciiStrToUpper(&digits);
  return "SEP" + digits;
}

std::string cdp_frame(const CdpSelf& self, bool leaving) {
  std::string cdp = {2, static_cast<char>(leaving ? 0 : kHoldSeconds), 0, 0};
  put_tlv(cdp, CdpTlv::kDeviceId, self.device);
  put_tlv(cdp, CdpTlv::kPortId, self.port);
  auto can = static_cast<std::uint32_t>(CdpCapability::kHost) | static_cast<std::uint32_t>(CdpCapability::kPhone);
  if (self.two_ports) can |= static_cast<std::uint32_t>(CdpCapability::kTwoPortRelay);
  std::string bits;
  put_pair(bits, can >> 16U);
  put_pair(bits, can & 0xffffU);
  put_tlv(cdp, CdpTlv::kCapabilities, bits);
  put_tlv(cdp, CdpTlv::kVoipVlanQuery, kAskForVoice);
  put_tlv(cdp, CdpTlv::kPlatform, self.platform);
  const bool odd = (cdp.size() + self.software.size()) % 2 != 0;
  put_tlv(cdp, CdpTlv::kSoftware, odd ? self.software + " " : self.software);
  const unsigned sum = checksum(cdp);
  cdp[2] = static_cast<char>(sum >> 8U);
  cdp[3] = static_cast<char>(sum & 0xffU);
  std::string frame(kCdpGroup.begin(), kCdpGroup.end());
  frame.append(self.source.begin(), self.source.end());
  put_pair(frame, kSnap.size() + cdp.size());
  frame.append(kSnap);
  frame.append(cdp);
  return frame;
}

}  // namespace phone::network
