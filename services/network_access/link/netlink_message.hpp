// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <string_view>

// The parts of an rtnetlink datagram (RFC 3549 section 2.3.3), none read beyond its end.
namespace phone::network::netlink {

inline constexpr std::size_t kDatagram = 32 * 1024;  // the kernel's own limit for dumps

template <class T>
std::optional<T> read(std::string_view bytes) {
  if (bytes.size() < sizeof(T)) return std::nullopt;
  T value;
  std::memcpy(&value, bytes.data(), sizeof(T));
  return value;
}

constexpr std::size_t aligned(std::size_t size) { return (size + 3U) & ~std::size_t{3}; }

inline std::map<int, std::string_view> attributes(std::string_view bytes) {
  std::map<int, std::string_view> found;
  while (const auto header = read<rtattr>(bytes)) {
    if (header->rta_len < sizeof(rtattr) || header->rta_len > bytes.size()) break;
    found[header->rta_type & NLA_TYPE_MASK] = bytes.substr(sizeof(rtattr), header->rta_len - sizeof(rtattr));
    bytes.remove_prefix(std::min(aligned(header->rta_len), bytes.size()));
  }
  return found;
}

// Asks the kernel for all it has of one kind (RTM_GETADDR), as one string of bytes.
inline std::string dump_request(int type, int family) {
  struct {
    nlmsghdr header;
    rtgenmsg body;
  } request{};
  request.header.nlmsg_len = NLMSG_LENGTH(sizeof request.body);
  request.header.nlmsg_type = static_cast<std::uint16_t>(type);
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  request.body.rtgen_family = static_cast<unsigned char>(family);
  return {reinterpret_cast<const char*>(&request), request.header.nlmsg_len};
}

// Those behind the fixed part of a message.
template <class Fixed>
std::map<int, std::string_view> attributes_after(std::string_view body) {
  return attributes(body.substr(std::min(aligned(sizeof(Fixed)), body.size())));
}

// Calls `each(type, body)` for every whole message.
template <class Each>
void messages(std::string_view datagram, Each each) {
  while (const auto header = read<nlmsghdr>(datagram)) {
    if (header->nlmsg_len < sizeof(nlmsghdr) || header->nlmsg_len > datagram.size()) return;
    each(static_cast<int>(header->nlmsg_type), datagram.substr(sizeof(nlmsghdr), header->nlmsg_len - sizeof(nlmsghdr)));
    datagram.remove_prefix(std::min(aligned(header->nlmsg_len), datagram.size()));
  }
}

}  // namespace phone::network::netlink
