// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/link/eapol.hpp"

#include <algorithm>

namespace phone::network {
namespace {

constexpr std::size_t kEthernet = 14;
constexpr std::size_t kEapolHeader = 4;
constexpr std::size_t kEapHeader = 4;
constexpr std::size_t kLongest = 1522;
constexpr std::size_t kShortest = 60;  // the least frame of Ethernet
constexpr char kVersion = 2;           // IEEE 802.1X-2004

std::uint8_t at(std::string_view bytes, std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); }
std::size_t number(std::string_view bytes, std::size_t i) {
  return static_cast<std::size_t>(at(bytes, i)) << 8U | at(bytes, i + 1);
}

Mac address(std::string_view bytes) {
  Mac mac{};
  std::copy_n(bytes.begin(), mac.size(), mac.begin());
  return mac;
}

}  // namespace

std::optional<EapolFrame> parse_eapol(std::string_view frame) {
  if (frame.size() < kEthernet + kEapolHeader || frame.size() > kLongest) return std::nullopt;
  if (number(frame, 12) != kEtherTypePae) return std::nullopt;
  EapolFrame parsed{.destination = address(frame), .source = address(frame.substr(6))};
  const std::uint8_t type = at(frame, kEthernet + 1);
  const std::size_t length = number(frame, kEthernet + 2);
  if ((parsed.source[0] & 1U) != 0 || type > static_cast<std::uint8_t>(EapolType::kKey)) return std::nullopt;
  const std::string_view body = frame.substr(kEthernet + kEapolHeader);
  if (length > body.size()) return std::nullopt;
  parsed.type = static_cast<EapolType>(type);
  if (parsed.type != EapolType::kEapPacket || length < kEapHeader) return parsed;
  const std::uint8_t code = at(body, 0);
  const std::size_t eap_length = number(body, 2);
  if (code < 1 || code > 4 || eap_length < kEapHeader || eap_length > length) return std::nullopt;
  parsed.code = code;
  parsed.identifier = at(body, 1);
  if (eap_length > kEapHeader) parsed.method = at(body, kEapHeader);
  return parsed;
}

std::string logoff_frame(const Mac& station) {
  std::string frame(kPaeGroup.begin(), kPaeGroup.end());
  frame.append(station.begin(), station.end());
  frame.append({'\x88', '\x8e', kVersion, static_cast<char>(EapolType::kLogoff)});
  frame.resize(kShortest, '\0');
  return frame;
}

}  // namespace phone::network
