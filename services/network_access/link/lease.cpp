// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/link/lease.hpp"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"
#include "common/net/host.hpp"
#include "services/network_access/link/lease_routes.hpp"

namespace phone::network {
namespace {

constexpr std::size_t kMaxAddresses = 4;
constexpr std::size_t kMaxLeftOut = 16;
constexpr std::uint32_t kShortestLease = 4;  // seconds: a shorter lease would be asked for all the time

// The name of an option for people.
const char* title_of(DhcpOption option) {
  switch (option) {
    case DhcpOption::kRouter:
      return "option 3 (router)";
    case DhcpOption::kDns:
      return "option 6 (DNS)";
    case DhcpOption::kDomain:
      return "option 15 (domain)";
    case DhcpOption::kTimeServers:
      return "option 42 (NTP servers)";
    case DhcpOption::kVendor:
      return "option 43 (vendor)";
    case DhcpOption::kLeaseTime:
      return "option 51 (lease time)";
    case DhcpOption::kServer:
      return "option 54 (server)";
    case DhcpOption::kRenewal:
      return "option 58 (renewal time)";
    case DhcpOption::kRebinding:
      return "option 59 (rebinding time)";
    case DhcpOption::kTftpName:
      return "option 66 (TFTP server name)";
    case DhcpOption::kClasslessRoutes:
      return "option 121 (routes)";
    case DhcpOption::kTftpServers:
      return "option 150 (TFTP servers)";
    default:
      return "another option";
  }
}

// Reads the options of one message, and keeps what is wrong with them.
class Reader {
 public:
  explicit Reader(const DhcpMessage& message) : message_(message) {}

  void leave_out(const std::string& title, const std::string& why) {
    if (left_out_.size() < kMaxLeftOut) left_out_.push_back(absl::StrCat(title, ": ", why));
  }
  void leave_out(DhcpOption option, const std::string& why) { leave_out(std::string(title_of(option)), why); }
  std::vector<std::string> left_out() && { return std::move(left_out_); }

  // The usable ones of `bytes`, up to kMaxAddresses.
  std::vector<std::string> addresses(std::string_view bytes, DhcpOption option) {
    if (bytes.empty() || bytes.size() % 4 != 0) {
      leave_out(option, "it is not a list of addresses");
      return {};
    }
    std::vector<std::string> found;
    std::size_t usable_ones = 0;
    for (std::size_t i = 0; i < bytes.size(); i += 4) {
      const Ipv4 address = ipv4_at(bytes.substr(i, 4));
      if (!usable(address)) continue;
      if (++usable_ones <= kMaxAddresses) found.push_back(text_of_ipv4(address));
    }
    if (const std::size_t named = bytes.size() / 4; usable_ones < named) {
      leave_out(option, absl::StrCat(named - usable_ones, " of ", named, " are not usable addresses"));
    }
    if (usable_ones > found.size()) {
      leave_out(option, absl::StrCat(usable_ones, " addresses are named, the first ", found.size(), " are used"));
    }
    return found;
  }
  std::vector<std::string> addresses(DhcpOption option) {
    const auto* bytes = message_.option(option);
    return bytes == nullptr ? std::vector<std::string>() : addresses(*bytes, option);
  }

  // Without the NULs that some servers end it with (RFC 2132 section 2).
  std::string name(std::string_view bytes, const std::string& title) {
    while (!bytes.empty() && bytes.back() == '\0') bytes.remove_suffix(1);
    if (bytes.empty()) return {};
    if (!std::all_of(bytes.begin(), bytes.end(), [](char c) { return c >= 0x20 && c < 0x7f; })) {
      leave_out(title, "it is not plain text");
      return {};
    }
    // "bad" is what DHCP software writes for a name that it could not read (busybox).
    if (bytes != "bad" && net::plain_host(bytes)) return std::string(bytes);
    leave_out(title, "it is not a host name");
    return {};
  }
  std::string name(DhcpOption option) {
    const auto* bytes = message_.option(option);
    return bytes == nullptr ? std::string() : name(*bytes, title_of(option));
  }

  // Options within the vendor's option (RFC 2132 section 8.4): 150 with addresses as outside of it, 66 with a name,
  // or 241 with addresses, as Cisco has it for access points that find their controller by this option. Another
  // vendor's may have any form.
  std::vector<std::string> servers_in_vendor_option() {
    const auto* bytes = message_.option(DhcpOption::kVendor);
    std::vector<std::string> named;
    for (std::string_view rest = bytes == nullptr ? std::string_view() : *bytes; !rest.empty();) {
      const auto code = static_cast<unsigned char>(rest[0]);
      if (code == 0xff) break;
      if (code == 0) {  // padding
        rest.remove_prefix(1);
        continue;
      }
      const std::size_t size = rest.size() < 2 ? rest.size() : static_cast<unsigned char>(rest[1]);
      if (rest.size() < 2 + size) {  // nothing of it is believed
        leave_out(DhcpOption::kVendor, "it is not a list of sub-options");
        return {};
      }
      const std::string_view value = rest.substr(2, size);
      rest.remove_prefix(2 + size);
      if (!named.empty()) continue;
      if ((code == 150 || code == 241) && size > 0 && size % 4 == 0) named = addresses(value, DhcpOption::kVendor);
      if (code == 66 && net::plain_host(value) && value != "bad") named = {std::string(value)};
    }
    return named;
  }

  void read_times(Lease& lease) {
    if (const auto seconds = message_.number(DhcpOption::kLeaseTime)) {
      lease.seconds = std::max(*seconds, kShortestLease);
      if (lease.seconds != *seconds) {
        leave_out(DhcpOption::kLeaseTime,
                  absl::StrCat("it is ", *seconds, " s; ", kShortestLease, " s, the least possible, are used"));
      }
    } else {
      leave_out(DhcpOption::kLeaseTime, absl::StrCat("it is missing; ", lease.seconds, " s are used"));
    }
    // RFC 2131 section 4.4.5.
    lease.renewal = lease.seconds / 2;
    lease.rebinding = lease.seconds - std::max(1U, lease.seconds / 8);
    const auto second = message_.number(DhcpOption::kRebinding);
    if (second && (*second < 2 || *second >= lease.seconds)) {
      leave_out(DhcpOption::kRebinding, "it is not within the lease time");
    } else if (second) {
      lease.rebinding = *second;
      lease.renewal = std::min(lease.renewal, lease.rebinding / 2);
    }
    const auto first = message_.number(DhcpOption::kRenewal);
    if (first && (*first == 0 || *first >= lease.rebinding)) {
      leave_out(DhcpOption::kRenewal, "it is not before the rebinding time");
    } else if (first) {
      lease.renewal = *first;
    }
    if (lease.seconds == Lease::kForever) lease.renewal = lease.rebinding = Lease::kForever;
  }

 private:
  const DhcpMessage& message_;
  std::vector<std::string> left_out_;
};

// The number of leading ones; nothing when there is a gap.
std::optional<unsigned> prefix_of(const DhcpMessage& message) {
  if (message.option(DhcpOption::kMask) == nullptr) return 32;
  const auto mask = message.number(DhcpOption::kMask);
  if (!mask || *mask == 0) return std::nullopt;
  unsigned prefix = 0;
  while (prefix < 32 && (*mask >> (31 - prefix) & 1U) != 0) ++prefix;
  if (InterfaceAddress{.prefix = prefix}.mask() != *mask) return std::nullopt;
  return prefix;
}

}  // namespace

absl::StatusOr<Lease> lease_of(const DhcpMessage& message) {
  const auto prefix = prefix_of(message);
  if (!prefix) return absl::InvalidArgumentError("the lease has no valid netmask");
  const InterfaceAddress own{.address = message.yours, .prefix = *prefix};
  if (!usable(own.address) || own.is_reserved(own.address)) {
    return absl::InvalidArgumentError("the lease has no valid address");
  }
  Reader reader(message);
  Lease lease{.address = text_of_ipv4(own.address), .prefix = own.prefix};
  if (message.option(DhcpOption::kServer) != nullptr) {
    const auto server = message.number(DhcpOption::kServer);
    if (server && usable(*server)) {
      lease.server = text_of_ipv4(*server);
    } else {
      reader.leave_out(DhcpOption::kServer, "it is not a valid address");
    }
  }
  lease.domain = reader.name(DhcpOption::kDomain);
  lease.dns = reader.addresses(DhcpOption::kDns);
  lease.ntp = reader.addresses(DhcpOption::kTimeServers);
  lease.option_150 = reader.addresses(DhcpOption::kTftpServers);
  lease.option_66 = reader.name(DhcpOption::kTftpName);
  lease.option_43 = reader.servers_in_vendor_option();
  if (usable(message.next_server) && message.next_server != own.address) {
    lease.next_server = text_of_ipv4(message.next_server);
  }
  lease.server_name = reader.name(message.server_name, "sname");
  lease.routes =
      routes_of(message, own, [&](DhcpOption option, const std::string& why) { reader.leave_out(option, why); });
  reader.read_times(lease);
  lease.left_out = std::move(reader).left_out();
  return lease;
}

}  // namespace phone::network
