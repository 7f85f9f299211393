// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/ipv6/dhcp6_message.hpp"

#include <utility>

#include "common/text/foreign_text.hpp"

namespace phone::network {
namespace {

constexpr std::size_t kOptionHeader = 4;
constexpr std::size_t kLongestDuid = 130;  // RFC 8415 section 11.1
constexpr std::size_t kMostAddresses = 4;
constexpr std::size_t kMostWords = 100;
constexpr std::size_t kLongestUrl = 255;
constexpr std::uint32_t kCisco = 9;  // enterprise number
constexpr std::uint32_t kCiscoTftpServers = 1;

// Calls `each(code, content)` for every whole option.
template <class Each>
void for_options(std::string_view bytes, Each each) {
  while (bytes.size() >= kOptionHeader) {
    const std::size_t size = number_in(bytes, 2, 2);
    if (size > bytes.size() - kOptionHeader) return;
    each(number_in(bytes, 0, 2), bytes.substr(kOptionHeader, size));
    bytes.remove_prefix(kOptionHeader + size);
  }
}

Dhcp6Status status_in(std::string_view content) {
  if (content.size() < 2) return {};
  return {.code = static_cast<Dhcp6Code>(number_in(content, 0, 2)),
          .text = text::printable(content.substr(2), kMostWords)};
}

Dhcp6Association association_in(std::string_view content) {
  Dhcp6Association found{.id = number_in(content, 0, 4),
                         .renewal = number_in(content, 4, 4),
                         .rebinding = number_in(content, 8, 4),
                         .addresses = {},
                         .status = {}};
  for_options(content.substr(12), [&](std::uint32_t code, std::string_view inner) {
    if (code == static_cast<std::uint32_t>(Dhcp6Option::kStatus)) found.status = status_in(inner);
    const bool is_address = code == static_cast<std::uint32_t>(Dhcp6Option::kAddress) && inner.size() >= 24;
    if (!is_address || found.addresses.size() == kMostAddresses) return;
    const Dhcp6Address one{
        .address = ipv6_at(inner), .preferred = number_in(inner, 16, 4), .valid = number_in(inner, 20, 4)};
    // RFC 8415 section 21.6: a preferred lifetime beyond the valid one is to be thrown away.
    if (usable(one.address) && !is_link_local(one.address) && one.preferred <= one.valid) {
      found.addresses.push_back(one);
    }
  });
  return found;
}

void read_vendor(std::string_view content, Dhcp6Message& message) {
  if (content.size() < 4 || number_in(content, 0, 4) != kCisco) return;
  for_options(content.substr(4), [&](std::uint32_t code, std::string_view inner) {
    if (code == kCiscoTftpServers && message.tftp_servers.empty()) {
      message.tftp_servers = addresses_in(inner, kMostAddresses);
    }
  });
}

void read_option(std::uint32_t code, std::string_view content, Dhcp6Message& message) {
  switch (static_cast<Dhcp6Option>(code)) {
    case Dhcp6Option::kClient:
      if (content.size() <= kLongestDuid) message.client = content;
      return;
    case Dhcp6Option::kServer:
      if (content.size() <= kLongestDuid) message.server = content;
      return;
    case Dhcp6Option::kAddresses:
      if (content.size() >= 12 && !message.association) message.association = association_in(content);
      return;
    case Dhcp6Option::kRequested:
      for (std::size_t i = 0; i + 2 <= content.size() && message.requested.size() < kMostWords; i += 2) {
        message.requested.push_back(static_cast<Dhcp6Option>(number_in(content, i, 2)));
      }
      return;
    case Dhcp6Option::kPreference:
      if (content.size() == 1) message.preference = static_cast<std::uint8_t>(content[0]);
      return;
    case Dhcp6Option::kElapsed:
      if (content.size() == 2) message.elapsed = static_cast<std::uint16_t>(number_in(content, 0, 2));
      return;
    case Dhcp6Option::kStatus:
      message.status = status_in(content);
      return;
    case Dhcp6Option::kVendor:
      return read_vendor(content, message);
    case Dhcp6Option::kDns:
      if (message.dns.empty()) message.dns = addresses_in(content, kMostAddresses);
      return;
    case Dhcp6Option::kDomains:
      if (message.domains.empty()) message.domains = domain_names_in(content, kMostAddresses);
      return;
    case Dhcp6Option::kRefresh:
      if (content.size() == 4) message.refresh = number_in(content, 0, 4);
      return;
    case Dhcp6Option::kBootFile:
      if (content.size() <= kLongestUrl) message.boot_file = content;
      return;
    default:
      return;
  }
}

void put_option(std::string& to, Dhcp6Option option, std::string_view content) {
  put_number(to, static_cast<std::uint32_t>(option), 2);
  put_number(to, static_cast<std::uint32_t>(content.size()), 2);
  to += content;
}

std::string octets_of(const std::vector<Ipv6>& addresses) {
  std::string octets;
  for (const Ipv6& address : addresses) octets.append(address.begin(), address.end());
  return octets;
}

std::string octets_of(const Dhcp6Status& status) {
  std::string octets;
  put_number(octets, static_cast<std::uint32_t>(status.code), 2);
  return octets + status.text;
}

std::string octets_of(const Dhcp6Association& association) {
  std::string octets;
  for (const std::uint32_t one : {association.id, association.renewal, association.rebinding}) {
    put_number(octets, one, 4);
  }
  for (const Dhcp6Address& one : association.addresses) {
    std::string inner = octets_of(std::vector<Ipv6>{one.address});
    put_number(inner, one.preferred, 4);
    put_number(inner, one.valid, 4);
    put_option(octets, Dhcp6Option::kAddress, inner);
  }
  if (!(association.status == Dhcp6Status())) {
    put_option(octets, Dhcp6Option::kStatus, octets_of(association.status));
  }
  return octets;
}

// One that ends in the root, so that it can stand beside others.
std::string octets_of(const std::string& name) {
  std::string octets, label;
  for (const char c : name + ".") {
    if (c != '.') {
      label += c;
      continue;
    }
    put_number(octets, static_cast<std::uint32_t>(label.size()), 1);
    octets += std::exchange(label, {});
  }
  put_number(octets, 0, 1);
  return octets;
}

}  // namespace

absl::StatusOr<Dhcp6Message> parse_dhcp6(std::string_view bytes) {
  if (bytes.size() < kOptionHeader) return absl::InvalidArgumentError("a DHCPv6 message that is too short");
  Dhcp6Message message{.type = static_cast<Dhcp6Type>(bytes[0])};
  if (message.type != Dhcp6Type::kAdvertise && message.type != Dhcp6Type::kReply) {
    return absl::InvalidArgumentError("a DHCPv6 message that is not for a client");
  }
  message.transaction = number_in(bytes, 1, 3);
  for_options(bytes.substr(kOptionHeader),
              [&](std::uint32_t code, std::string_view content) { read_option(code, content, message); });
  if (message.server.empty()) return absl::InvalidArgumentError("a DHCPv6 message that does not name its server");
  return message;
}

std::string encode(const Dhcp6Message& message) {
  std::string bytes;
  put_number(bytes, static_cast<std::uint32_t>(message.type), 1);
  put_number(bytes, message.transaction, 3);
  if (!message.client.empty()) put_option(bytes, Dhcp6Option::kClient, message.client);
  if (!message.server.empty()) put_option(bytes, Dhcp6Option::kServer, message.server);
  if (message.association) put_option(bytes, Dhcp6Option::kAddresses, octets_of(*message.association));
  std::string requested, elapsed, preference, refresh;
  for (const Dhcp6Option one : message.requested) put_number(requested, static_cast<std::uint32_t>(one), 2);
  if (!requested.empty()) put_option(bytes, Dhcp6Option::kRequested, requested);
  put_number(elapsed, message.elapsed, 2);
  put_option(bytes, Dhcp6Option::kElapsed, elapsed);
  put_number(preference, message.preference, 1);
  if (message.preference != 0) put_option(bytes, Dhcp6Option::kPreference, preference);
  if (!(message.status == Dhcp6Status())) put_option(bytes, Dhcp6Option::kStatus, octets_of(message.status));
  if (!message.dns.empty()) put_option(bytes, Dhcp6Option::kDns, octets_of(message.dns));
  std::string domains;
  for (const auto& name : message.domains) domains += octets_of(name);
  if (!domains.empty()) put_option(bytes, Dhcp6Option::kDomains, domains);
  if (!message.tftp_servers.empty()) {
    std::string vendor, inner = octets_of(message.tftp_servers);
    put_number(vendor, kCisco, 4);
    put_option(vendor, static_cast<Dhcp6Option>(kCiscoTftpServers), inner);
    put_option(bytes, Dhcp6Option::kVendor, vendor);
  }
  if (!message.boot_file.empty()) put_option(bytes, Dhcp6Option::kBootFile, message.boot_file);
  put_number(refresh, message.refresh.value_or(0), 4);
  if (message.refresh) put_option(bytes, Dhcp6Option::kRefresh, refresh);
  return bytes;
}

std::string duid_of(const Mac& own) {
  std::string duid;
  put_number(duid, 3, 2);  // by the link-layer address
  put_number(duid, 1, 2);  // Ethernet
  duid.append(own.begin(), own.end());
  return duid;
}

}  // namespace phone::network
