// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/discovery/cdp.hpp"

#include <algorithm>
#include <array>
#include <optional>

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

// One's complement sum (RFC 1071). CDP has a rule of its own for the last byte of an odd number: it is the low half of
// a signed word, which comes out one less when it is negative (Wireshark's packet-cdp.c).
enum class OddByte : std::uint8_t { kRfc1071, kCdp };
unsigned checksum(std::string_view bytes, OddByte rule) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) sum += pair_at(bytes, i);
  if (bytes.size() % 2 != 0) {
    const unsigned last = octet(bytes, bytes.size() - 1);
    sum += rule == OddByte::kRfc1071 ? last << 8U : (last & 0x80U) != 0 ? 0xff00U + last - 1 : last;
  }
  while (sum > 0xffff) sum = (sum & 0xffffU) + (sum >> 16U);
  return ~sum & 0xffffU;
}

// Over all of it, its own two bytes among it. 0 says that the sender has computed none.
bool sum_is_right(std::string_view cdp) {
  const unsigned said = pair_at(cdp, 2);
  if (said == 0) return true;
  std::string without(cdp);
  without[2] = without[3] = '\0';
  return said == checksum(without, OddByte::kRfc1071) || said == checksum(without, OddByte::kCdp);
}

absl::Status aside(const char* why) { return absl::InvalidArgumentError(why); }

// The VLAN for telephony (application 1) of those in the element, each three bytes; a single entry counts whatever its
// application, since no source numbers others. 0 and 4095 say that voice goes untagged.
absl::StatusOr<unsigned> voice_vlan_in(std::string_view value) {
  constexpr std::size_t kEntry = 3;
  constexpr std::uint8_t kTelephony = 1;
  if (value.size() < kEntry) return aside("its voice VLAN is cut short");
  std::optional<unsigned> vlan;
  for (std::size_t at = 0; at + kEntry <= value.size(); at += kEntry) {
    if (value.size() >= 2 * kEntry && octet(value, at) != kTelephony) continue;
    const unsigned said = pair_at(value, at + 1);
    if (said > kLastVlan + 1) return aside("its voice VLAN is out of range");
    if (vlan && *vlan != said) return aside("it names two voice VLANs");
    vlan = said;
  }
  return !vlan || *vlan > kLastVlan ? 0 : *vlan;
}

// Of one frame: which elements have been there, and their contents.
class Elements {
 public:
  explicit Elements(CdpNeighbour& into) : into_(into) {}
  absl::Status take(CdpTlv type, std::string_view value) {
    switch (type) {
      case CdpTlv::kDeviceId:
        return name(value, device_, into_.device, "it has two names");
      case CdpTlv::kPortId:
        return name(value, port_, into_.port, "it names two ports");
      case CdpTlv::kPlatform:
        return name(value, platform_, into_.platform, "it names two platforms");
      case CdpTlv::kVoipVlanReply: {
        const auto vlan = voice_vlan_in(value);
        if (!vlan.ok()) return vlan.status();
        if (vlan_ && *vlan_ != *vlan) return aside("it names two voice VLANs");
        into_.voice_vlan = vlan_.emplace(*vlan);
        return absl::OkStatus();
      }
      default:
        return absl::OkStatus();
    }
  }

 private:
  // Said twice alike is said once.
  static absl::Status name(std::string_view value, std::optional<std::string_view>& said, std::string& into,
                           const char* twice) {
    if (said && *said != value) return aside(twice);
    said = value;
    into = text::printable(value, kMostName);
    return absl::OkStatus();
  }

  CdpNeighbour& into_;
  std::optional<std::string_view> device_, port_, platform_;
  std::optional<unsigned> vlan_;
};

}  // namespace

absl::StatusOr<CdpNeighbour> parse_cdp(std::string_view frame) {
  const absl::Status other = absl::NotFoundError("not CDP");
  if (frame.size() < kEthernetHeader + kSnap.size()) return other;
  if (!std::equal(kCdpGroup.begin(), kCdpGroup.end(), frame.begin(),
                  [](std::uint8_t a, char b) { return a == static_cast<std::uint8_t>(b); })) {
    return other;
  }
  std::string_view body = frame.substr(kEthernetHeader);
  if (!body.starts_with(kSnap)) return other;
  CdpNeighbour said;
  std::copy_n(frame.begin() + 6, said.source.size(), said.source.begin());
  if ((said.source[0] & 1U) != 0) return aside("its source is a group address");
  const std::size_t length = pair_at(frame, 12);
  if (frame.size() > kLongestFrame) return aside("it is too long");
  if (length > body.size() || length < kSnap.size() + kCdpHeader) return aside("its length does not match the frame");
  body = body.substr(0, length);  // padding follows
  body.remove_prefix(kSnap.size());
  const unsigned version = octet(body, 0);
  if (version != 1 && version != 2) return aside("its version is unknown");
  if (!sum_is_right(body)) return aside("its checksum is wrong");
  said.hold = std::chrono::seconds(octet(body, 1));
  body.remove_prefix(kCdpHeader);
  Elements elements(said);
  for (std::size_t count = 0; !body.empty(); ++count) {
    if (count == kMostTlvs) return aside("it has too many elements");
    if (body.size() < kTlvHeader) return aside("its last element is cut short");
    const std::size_t size = pair_at(body, 2);
    if (size < kTlvHeader || size > body.size()) return aside("an element is longer than the frame");
    const auto type = static_cast<CdpTlv>(pair_at(body, 0));
    if (auto taken = elements.take(type, body.substr(kTlvHeader, size - kTlvHeader)); !taken.ok()) return taken;
    body.remove_prefix(size);
  }
  if (said.device.empty()) return aside("it has no name");
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
  const unsigned sum = checksum(cdp, OddByte::kRfc1071);
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
