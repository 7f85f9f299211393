// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/ipv6/ipv6_values.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "common/net/host.hpp"

namespace phone::network {
namespace {

constexpr std::size_t kOctets = 16;
constexpr std::size_t kLongestLabel = 63;
constexpr std::size_t kLongestName = 253;

}  // namespace

Ipv6 ipv6_at(std::string_view octets) {
  Ipv6 address{};
  std::memcpy(address.data(), octets.data(), std::min(octets.size(), address.size()));
  return address;
}

std::string text_of(const Ipv6& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  return inet_ntop(AF_INET6, address.data(), text.data(), text.size()) == nullptr ? std::string()
                                                                                  : std::string(text.data());
}

bool is_link_local(const Ipv6& address) { return address[0] == 0xfe && (address[1] & 0xc0U) == 0x80; }

bool usable(const Ipv6& address) {
  if (address[0] == 0xff) return false;
  const bool starts_with_zeros = std::all_of(address.begin(), address.begin() + 10, [](auto one) { return one == 0; });
  const bool mapped = starts_with_zeros && address[10] == 0xff && address[11] == 0xff;
  const bool none_or_loopback =
      std::all_of(address.begin(), address.end() - 1, [](auto one) { return one == 0; }) && address.back() <= 1;
  return !mapped && !none_or_loopback;
}

std::string text_on(const Ipv6& address, const std::string& port) {
  return is_link_local(address) ? absl::StrCat(text_of(address), "%", port) : text_of(address);
}

std::vector<Ipv6> addresses_in(std::string_view octets, std::size_t most) {
  std::vector<Ipv6> found;
  if (octets.size() % kOctets != 0) return found;
  for (; !octets.empty() && found.size() < most; octets.remove_prefix(kOctets)) {
    if (const Ipv6 address = ipv6_at(octets); usable(address)) found.push_back(address);
  }
  return found;
}

std::vector<std::string> domain_names_in(std::string_view octets, std::size_t most) {
  std::vector<std::string> found;
  std::string name;
  while (!octets.empty() && found.size() < most) {
    const auto size = static_cast<std::size_t>(static_cast<std::uint8_t>(octets[0]));
    octets.remove_prefix(1);
    if (size == 0) {
      if (net::plain_host(name)) found.push_back(name);
      name.clear();
      continue;
    }
    if (size > kLongestLabel || size > octets.size() || name.size() + size > kLongestName) break;
    if (!name.empty()) name += '.';
    name += octets.substr(0, size);
    octets.remove_prefix(size);
  }
  return found;
}

std::uint32_t number_in(std::string_view octets, std::size_t at, std::size_t size) {
  std::uint32_t value = 0;
  for (const char one : octets.substr(at, size)) value = value << 8U | static_cast<std::uint8_t>(one);
  return value;
}

void put_number(std::string& to, std::uint32_t value, std::size_t size) {
  for (std::size_t i = size; i-- > 0;) to += static_cast<char>(value >> 8U * i & 0xffU);
}

}  // namespace phone::network
