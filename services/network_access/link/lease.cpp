// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/link/lease.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/crypto/digest.hpp"
#include "common/net/host.hpp"

namespace phone::network {
namespace {

constexpr std::size_t kMaxValue = 1100;  // 255 bytes as hex digits, 63 addresses with blanks between
constexpr std::size_t kMaxAddresses = 4;
constexpr std::size_t kMaxLeftOut = 16;
constexpr std::size_t kMaxOption = 255;

// A key of the script and its name for people.
struct Option {
  std::string_view key;
  const char* title;
};
constexpr std::array<Option, 9> kOptions = {{{"ip", "the address"},
                                             {"mask", "option 1 (mask)"},
                                             {"client", "the client"},
                                             {"serverid", "option 54 (server)"},
                                             {"dns", "option 6 (DNS)"},
                                             {"domain", "option 15 (domain)"},
                                             {"option66", "option 66 (TFTP server name)"},
                                             {"option43", "option 43 (vendor)"},
                                             {"option150", "option 150 (TFTP servers)"}}};

// Values by key, and those that are left out.
class Values {
 public:
  explicit Values(std::string_view text) {
    while (!text.empty()) {
      const std::size_t end = text.find('\n');
      take(text.substr(0, end));
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
  }
  const std::string& operator[](std::string_view key) const {
    static const std::string kNone;
    const auto found = values_.find(key);
    return found == values_.end() ? kNone : found->second;
  }
  bool refused(std::string_view key) const { return refused_.contains(key); }
  void leave_out(std::string_view key, const std::string& why) {
    for (const Option& option : kOptions) {
      if (option.key != key) continue;
      refused_.emplace(key);
      if (left_out_.size() < kMaxLeftOut) left_out_.push_back(absl::StrCat(option.title, ": ", why));
    }
  }
  std::vector<std::string> left_out() && { return std::move(left_out_); }

 private:
  void take(std::string_view line) {
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) return;
    const std::string_view key = line.substr(0, equals), value = line.substr(equals + 1);
    const bool known = std::any_of(kOptions.begin(), kOptions.end(), [&](const Option& one) { return one.key == key; });
    if (!known || values_.contains(key) || refused(key)) return;
    if (value.size() > kMaxValue) return leave_out(key, "it is too long");
    if (!std::all_of(value.begin(), value.end(), [](char c) { return c >= 0x20 && c < 0x7f; })) {
      return leave_out(key, "it is not plain text");
    }
    values_.emplace(key, value);
  }

  std::map<std::string, std::string, std::less<>> values_;
  std::set<std::string, std::less<>> refused_;
  std::vector<std::string> left_out_;
};

bool usable(std::uint32_t address) {
  const std::uint32_t first = address >> 24U;
  return address != 0 && first != 0 && first != 127 && first < 224;
}

std::optional<std::string> ipv4(const std::string& text) {
  in_addr parsed{};
  if (inet_pton(AF_INET, text.c_str(), &parsed) != 1 || !usable(ntohl(parsed.s_addr))) return std::nullopt;
  return text;
}

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> found;
  while (!text.empty()) {
    const std::size_t end = text.find_first_of(" ,");
    if (end != 0) found.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return found;
}

// The usable ones of `named`, up to kMaxAddresses.
std::vector<std::string> addresses(const std::vector<std::string>& named, std::string_view key, Values& values) {
  std::vector<std::string> found;
  std::size_t unusable = 0, usable_ones = 0;
  for (const auto& word : named) {
    const auto address = ipv4(word);
    ++(address ? usable_ones : unusable);
    if (address && found.size() < kMaxAddresses) found.push_back(*address);
  }
  if (unusable > 0) values.leave_out(key, absl::StrCat(unusable, " of ", named.size(), " are not usable addresses"));
  if (usable_ones > found.size()) {
    values.leave_out(key, absl::StrCat(usable_ones, " addresses are named, the first ", found.size(), " are used"));
  }
  return found;
}

std::string dotted(std::string_view four) {
  std::array<char, INET_ADDRSTRLEN> printed{};
  return inet_ntop(AF_INET, four.data(), printed.data(), printed.size());
}

// udhcpc hands over an option it has no name for as the hex digits of its bytes.
std::vector<std::string> addresses_in_hex(std::string_view key, Values& values) {
  const std::string& text = values[key];
  if (text.find_first_of(". ,") != std::string::npos) return addresses(words(text), key, values);
  const auto bytes = crypto::unhex(text);
  if (!bytes.ok() || bytes->size() % 4 != 0) {
    values.leave_out(key, "it is not a list of addresses");
    return {};
  }
  std::vector<std::string> named;
  for (std::size_t i = 0; i < bytes->size(); i += 4) named.push_back(dotted(std::string_view(*bytes).substr(i, 4)));
  return addresses(named, key, values);
}

// Options within the vendor's option (RFC 2132 section 8.4), in hex: 150 with addresses as outside of it, 66 with a
// name, or 241 with addresses, as Cisco has it for access points that find their controller by this option. Another
// vendor's may have any form.
std::vector<std::string> servers_in_vendor_option(Values& values) {
  constexpr std::string_view kKey = "option43";
  const auto bytes = crypto::unhex(values[kKey]);
  if (!bytes.ok() || bytes->size() > kMaxOption) {
    values.leave_out(kKey, "it is not in the DHCP client's format");
    return {};
  }
  std::vector<std::string> named;
  for (std::string_view rest = *bytes; !rest.empty();) {
    const auto code = static_cast<unsigned char>(rest[0]);
    if (code == 0xff) break;
    if (code == 0) {  // padding
      rest.remove_prefix(1);
      continue;
    }
    const std::size_t size = rest.size() < 2 ? rest.size() : static_cast<unsigned char>(rest[1]);
    if (rest.size() < 2 + size) {  // nothing of it is believed
      values.leave_out(kKey, "it is not a list of sub-options");
      return {};
    }
    const std::string_view value = rest.substr(2, size);
    rest.remove_prefix(2 + size);
    if (!named.empty()) continue;
    if ((code == 150 || code == 241) && size % 4 == 0) {
      std::vector<std::string> inside;
      for (std::size_t i = 0; i < size; i += 4) inside.push_back(dotted(value.substr(i, 4)));
      named = addresses(inside, kKey, values);
    }
    if (code == 66 && net::plain_host(value)) named = {std::string(value)};
  }
  return named;
}

// A name; the DHCP client writes "bad" for one that it does not accept.
std::string name_in(std::string_view key, Values& values) {
  const std::string& name = values[key];
  if (name.empty() || (name != "bad" && net::plain_host(name))) return name;
  values.leave_out(key, "it is not a host name");
  return {};
}

std::optional<unsigned> prefix_of(const std::string& mask) {
  if (mask.empty()) return 32;
  unsigned number = 0;
  if (!absl::SimpleAtoi(mask, &number) || number == 0 || number > 32) return std::nullopt;
  return number;
}

}  // namespace

absl::StatusOr<Lease> parse_lease(std::string_view text) {
  if (text.size() > kMaxLeaseBytes) return absl::InvalidArgumentError("the lease is too long");
  Values values(text);
  const auto address = ipv4(values["ip"]);
  if (!address) return absl::InvalidArgumentError("the lease has no valid address");
  const auto prefix = values.refused("mask") ? std::nullopt : prefix_of(values["mask"]);
  if (!prefix) return absl::InvalidArgumentError("the lease has no valid netmask");
  Lease lease{.address = *address, .prefix = *prefix};
  if (!values["serverid"].empty()) {
    lease.server = ipv4(values["serverid"]).value_or("");
    if (lease.server.empty()) values.leave_out("serverid", "it is not a valid address");
  }
  lease.domain = name_in("domain", values);
  lease.dns = addresses(words(values["dns"]), "dns", values);
  lease.option_150 = addresses_in_hex("option150", values);
  lease.option_66 = name_in("option66", values);
  lease.option_43 = servers_in_vendor_option(values);
  lease.left_out = std::move(values).left_out();
  return lease;
}

}  // namespace phone::network
