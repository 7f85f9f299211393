// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/link/dhcp_message.hpp"

#include <arpa/inet.h>

#include <array>
#include <cstring>

namespace phone::network {
namespace {

constexpr std::size_t kNameAt = 44, kNameSize = 64, kFileAt = 108, kFileSize = 128, kCookieAt = 236, kOptionsAt = 240;
constexpr std::string_view kCookie("\x63\x82\x53\x63", 4);
constexpr std::size_t kMostBytes = 1500;
constexpr std::size_t kSmallest = 300;  // what relays of BOOTP pass on (RFC 1542 section 2.1)
constexpr std::uint8_t kPad = 0, kEnd = 255;
constexpr std::uint8_t kOverloadFile = 1, kOverloadName = 2;
constexpr std::uint8_t kBootRequest = 1, kBootReply = 2;

std::uint32_t number_at(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < size; ++i) number = number << 8U | static_cast<std::uint8_t>(bytes[at + i]);
  return number;
}

void put(std::string& to, std::uint32_t value, std::size_t size) {
  for (std::size_t i = size; i-- > 0;) to += static_cast<char>(value >> (8 * i) & 0xffU);
}

std::uint16_t checksum(std::string_view bytes, std::uint32_t sum = 0) {
  for (std::size_t i = 0; i < bytes.size(); i += 2) {
    sum += static_cast<std::uint32_t>(static_cast<std::uint8_t>(bytes[i])) << 8U;
    if (i + 1 < bytes.size()) sum += static_cast<std::uint8_t>(bytes[i + 1]);
  }
  while (sum >> 16U != 0) sum = (sum & 0xffffU) + (sum >> 16U);
  return static_cast<std::uint16_t>(~sum);
}

void read_options(std::string_view bytes, std::map<std::uint8_t, std::string>& options) {
  while (!bytes.empty()) {
    const auto code = static_cast<std::uint8_t>(bytes[0]);
    if (code == kEnd) return;
    if (code == kPad) {
      bytes.remove_prefix(1);
      continue;
    }
    if (bytes.size() < 2) return;
    const auto size = static_cast<std::uint8_t>(bytes[1]);
    if (bytes.size() < 2U + size) return;
    options[code] += bytes.substr(2, size);
    bytes.remove_prefix(2U + size);
  }
}

}  // namespace

std::string text_of_ipv4(Ipv4 address) {
  const in_addr network{htonl(address)};
  std::array<char, INET_ADDRSTRLEN> text{};
  return inet_ntop(AF_INET, &network, text.data(), text.size());
}

std::optional<Ipv4> ipv4_of(std::string_view text) {
  in_addr parsed{};
  if (inet_pton(AF_INET, std::string(text).c_str(), &parsed) != 1) return std::nullopt;
  return ntohl(parsed.s_addr);
}

Ipv4 ipv4_at(std::string_view octets) { return octets.size() < 4 ? 0 : number_at(octets, 0, 4); }

bool usable(Ipv4 address) {
  const std::uint32_t first = address >> 24U;
  return first != 0 && first != 127 && first < 224;
}

const std::string* DhcpMessage::option(DhcpOption which) const {
  const auto found = options.find(static_cast<std::uint8_t>(which));
  return found == options.end() ? nullptr : &found->second;
}

std::optional<std::uint32_t> DhcpMessage::number(DhcpOption which) const {
  const auto* content = option(which);
  if (content == nullptr || content->size() != 4) return std::nullopt;
  return number_at(*content, 0, 4);
}

void DhcpMessage::set_number(DhcpOption which, std::uint32_t value) {
  std::string content;
  put(content, value, 4);
  set(which, std::move(content));
}

absl::StatusOr<DhcpMessage> parse_dhcp(std::string_view bytes) {
  if (bytes.size() < kOptionsAt || bytes.size() > kMostBytes) {
    return absl::InvalidArgumentError("it does not have the size of a DHCP message");
  }
  if (number_at(bytes, 0, 1) != kBootReply && number_at(bytes, 0, 1) != kBootRequest) {
    return absl::InvalidArgumentError("it is neither a request nor a reply");
  }
  if (number_at(bytes, 1, 1) != 1 || number_at(bytes, 2, 1) != 6) {
    return absl::InvalidArgumentError("it is not for Ethernet");
  }
  if (bytes.substr(kCookieAt, 4) != kCookie) return absl::InvalidArgumentError("it has no DHCP options");
  DhcpMessage message{.reply = number_at(bytes, 0, 1) == kBootReply,
                      .transaction = number_at(bytes, 4, 4),
                      .seconds = static_cast<std::uint16_t>(number_at(bytes, 8, 2)),
                      .client = number_at(bytes, 12, 4),
                      .yours = number_at(bytes, 16, 4),
                      .next_server = number_at(bytes, 20, 4)};
  std::memcpy(message.hardware.data(), bytes.data() + 28, message.hardware.size());
  read_options(bytes.substr(kOptionsAt), message.options);
  const auto* overload = message.option(DhcpOption::kOverload);
  const std::uint8_t parts =
      overload != nullptr && overload->size() == 1 ? static_cast<std::uint8_t>((*overload)[0]) : 0;
  if ((parts & kOverloadFile) != 0) read_options(bytes.substr(kFileAt, kFileSize), message.options);
  if ((parts & kOverloadName) != 0) {
    read_options(bytes.substr(kNameAt, kNameSize), message.options);
  } else {
    const std::string_view name = bytes.substr(kNameAt, kNameSize);
    message.server_name = name.substr(0, name.find('\0'));
  }
  const auto* type = message.option(DhcpOption::kType);
  if (type == nullptr || type->size() != 1) return absl::InvalidArgumentError("it has no message type (option 53)");
  const auto number = static_cast<std::uint8_t>((*type)[0]);
  if (number < static_cast<std::uint8_t>(DhcpType::kDiscover) || number > static_cast<std::uint8_t>(DhcpType::kNak)) {
    return absl::InvalidArgumentError("its message type (option 53) is not one of a client's exchange");
  }
  message.type = static_cast<DhcpType>(number);
  message.options.erase(static_cast<std::uint8_t>(DhcpOption::kType));
  return message;
}

std::string encode(const DhcpMessage& message) {
  std::string to;
  put(to, message.reply ? kBootReply : kBootRequest, 1);
  put(to, 0x010600, 3);  // Ethernet, addresses of six bytes, no hops
  put(to, message.transaction, 4);
  put(to, message.seconds, 2);
  put(to, 0, 2);  // no broadcast flag: frames to our hardware address reach us before we have an address
  put(to, message.client, 4);
  put(to, message.yours, 4);
  put(to, message.next_server, 4);
  put(to, 0, 4);
  to.append(reinterpret_cast<const char*>(message.hardware.data()), message.hardware.size());
  to.resize(kNameAt);
  to += message.server_name.substr(0, kNameSize - 1);
  to.resize(kCookieAt);
  to += kCookie;
  put(to, static_cast<std::uint8_t>(DhcpOption::kType), 1);
  put(to, 1, 1);
  put(to, static_cast<std::uint8_t>(message.type), 1);
  for (const auto& [code, content] : message.options) {
    std::string_view rest = content;
    do {
      const std::string_view part = rest.substr(0, 255);
      put(to, code, 1);
      put(to, static_cast<std::uint32_t>(part.size()), 1);
      to += part;
      rest.remove_prefix(part.size());
    } while (!rest.empty());
  }
  put(to, kEnd, 1);
  if (to.size() < kSmallest) to.resize(kSmallest);
  return to;
}

std::string_view dhcp_payload(std::string_view packet) {
  constexpr std::size_t kIp = 20, kUdp = 8;
  constexpr std::uint8_t kUdpProtocol = 17;
  if (packet.size() < kIp + kUdp || number_at(packet, 0, 1) >> 4U != 4) return {};
  const std::size_t header = (number_at(packet, 0, 1) & 15U) * 4;
  const std::size_t whole = number_at(packet, 2, 2);
  if (header < kIp || whole < header + kUdp || whole > packet.size()) return {};
  const bool fragment = (number_at(packet, 6, 2) & 0x3fffU) != 0;
  if (fragment || number_at(packet, 9, 1) != kUdpProtocol || checksum(packet.substr(0, header)) != 0) return {};
  const std::string_view datagram = packet.substr(header, whole - header);
  if (number_at(datagram, 0, 2) != kDhcpServerPort || number_at(datagram, 2, 2) != kDhcpClientPort) return {};
  const std::size_t size = number_at(datagram, 4, 2);
  if (size < kUdp || size > datagram.size()) return {};
  return datagram.substr(kUdp, size - kUdp);
}

std::string dhcp_packet(Ipv4 from, Ipv4 to, std::string_view payload) {
  const auto size = static_cast<std::uint32_t>(payload.size() + 8);
  std::string pseudo;
  put(pseudo, from, 4);
  put(pseudo, to, 4);
  put(pseudo, 17, 2);
  put(pseudo, size, 2);
  std::string datagram;
  put(datagram, kDhcpClientPort, 2);
  put(datagram, kDhcpServerPort, 2);
  put(datagram, size, 2);
  put(datagram, 0, 2);
  datagram += payload;
  std::uint16_t sum = checksum(pseudo + datagram);
  if (sum == 0) sum = 0xffff;
  datagram[6] = static_cast<char>(sum >> 8U);
  datagram[7] = static_cast<char>(sum & 0xffU);
  std::string packet;
  put(packet, 0x45c0, 2);  // precedence as for network control
  put(packet, size + 20, 2);
  put(packet, 0, 4);
  put(packet, 64U << 8U | 17U, 2);
  put(packet, 0, 2);
  put(packet, from, 4);
  put(packet, to, 4);
  const std::uint16_t header = checksum(packet);
  packet[10] = static_cast<char>(header >> 8U);
  packet[11] = static_cast<char>(header & 0xffU);
  return packet + datagram;
}

std::optional<ArpPacket> parse_arp(std::string_view bytes) {
  if (bytes.size() < 28 || number_at(bytes, 0, 2) != 1 || number_at(bytes, 2, 2) != 0x0800 ||
      number_at(bytes, 4, 2) != 0x0604) {
    return std::nullopt;
  }
  const std::uint32_t operation = number_at(bytes, 6, 2);
  if (operation != 1 && operation != 2) return std::nullopt;
  ArpPacket packet{
      .request = operation == 1, .sender_address = number_at(bytes, 14, 4), .target_address = number_at(bytes, 24, 4)};
  std::memcpy(packet.sender.data(), bytes.data() + 8, packet.sender.size());
  std::memcpy(packet.target.data(), bytes.data() + 18, packet.target.size());
  return packet;
}

std::string encode(const ArpPacket& packet) {
  std::string to;
  put(to, 0x00010800, 4);
  put(to, 0x0604, 2);
  put(to, packet.request ? 1 : 2, 2);
  to.append(reinterpret_cast<const char*>(packet.sender.data()), packet.sender.size());
  put(to, packet.sender_address, 4);
  to.append(reinterpret_cast<const char*>(packet.target.data()), packet.target.size());
  put(to, packet.target_address, 4);
  return to;
}

}  // namespace phone::network
