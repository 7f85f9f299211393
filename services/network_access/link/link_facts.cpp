// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/link/link_facts.hpp"

#include <arpa/inet.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#include "services/network_access/link/netlink_message.hpp"

namespace phone::network {
namespace {

constexpr unsigned kLowerUp = 1U << 16U;  // IFF_LOWER_UP; <net/if.h> and <linux/if.h> exclude each other
constexpr std::size_t kMaxAddresses = 16;

using netlink::attributes_after;
using netlink::read;

std::string printed_hardware_address(std::string_view bytes) {
  if (bytes.size() != 6) return {};
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const char one : bytes) {
    const auto byte = static_cast<unsigned char>(one);
    if (!text.empty()) text += ':';
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 15U];
  }
  return text;
}

std::string printed_address(int family, std::string_view bytes) {
  if (bytes.size() != (family == AF_INET ? 4U : 16U)) return {};
  std::array<char, INET6_ADDRSTRLEN> text{};
  return inet_ntop(family, bytes.data(), text.data(), text.size()) == nullptr ? std::string()
                                                                              : std::string(text.data());
}

void apply_link(int type, std::string_view body, std::string_view port, LinkFacts& facts) {
  const auto info = read<ifinfomsg>(body);
  if (!info) return;
  auto found = attributes_after<ifinfomsg>(body);
  std::string_view name = found[IFLA_IFNAME];
  if (!name.empty() && name.back() == '\0') name.remove_suffix(1);
  if (name != port) {
    // Renamed away, or another port.
    if (info->ifi_index == facts.index && !name.empty()) facts = LinkFacts();
    return;
  }
  if (type == RTM_DELLINK) {
    facts = LinkFacts();
    return;
  }
  if (facts.index != info->ifi_index) facts = LinkFacts{.index = info->ifi_index};
  facts.up = (info->ifi_flags & IFF_UP) != 0 && (info->ifi_flags & kLowerUp) != 0;
  facts.hardware_address = printed_hardware_address(found[IFLA_ADDRESS]);
}

void apply_address(int type, std::string_view body, LinkFacts& facts) {
  const auto info = read<ifaddrmsg>(body);
  if (!info || facts.index == 0 || static_cast<int>(info->ifa_index) != facts.index) return;
  if (info->ifa_family != AF_INET && info->ifa_family != AF_INET6) return;
  auto found = attributes_after<ifaddrmsg>(body);
  const std::string address =
      printed_address(info->ifa_family, found.contains(IFA_LOCAL) ? found[IFA_LOCAL] : found[IFA_ADDRESS]);
  if (address.empty() || (info->ifa_family == AF_INET6 && info->ifa_scope == RT_SCOPE_LINK)) return;
  const std::uint32_t flags = read<std::uint32_t>(found[IFA_FLAGS]).value_or(info->ifa_flags);
  // One that does not last for ever is deleted when detection fails, with this flag.
  const bool taken = (flags & IFA_F_DADFAILED) != 0;
  std::erase(facts.conflicting, address);
  if (taken && facts.conflicting.size() < kMaxAddresses) facts.conflicting.push_back(address);
  auto& list = facts.addresses;
  const auto there = std::find(list.begin(), list.end(), address);
  const bool usable = type == RTM_NEWADDR && (flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED)) == 0;
  if (!usable) {
    if (there != list.end()) list.erase(there);
    return;
  }
  if (there != list.end() || list.size() == kMaxAddresses) return;
  const auto first_v6 =
      std::find_if(list.begin(), list.end(), [](const std::string& a) { return a.find(':') != std::string::npos; });
  list.insert(info->ifa_family == AF_INET ? first_v6 : list.end(), address);
}

}  // namespace

void apply_datagram(std::string_view datagram, std::string_view port, LinkFacts& facts) {
  netlink::messages(datagram, [&](int type, std::string_view body) {
    if (type == RTM_NEWLINK || type == RTM_DELLINK) apply_link(type, body, port, facts);
    if (type == RTM_NEWADDR || type == RTM_DELADDR) apply_address(type, body, facts);
  });
}

bool ends_dump(std::string_view datagram) {
  bool done = false;
  netlink::messages(datagram,
                    [&](int type, std::string_view) { done = done || type == NLMSG_DONE || type == NLMSG_ERROR; });
  return done;
}

}  // namespace phone::network
