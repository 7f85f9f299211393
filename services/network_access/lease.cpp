#include "services/network_access/lease.hpp"

#include <arpa/inet.h>

#include <array>
#include <cstdint>
#include <map>
#include <optional>

#include "common/crypto/digest.hpp"

namespace phone::network {
namespace {

constexpr std::size_t kMaxLines = 64;
constexpr std::size_t kMaxValue = 512;
constexpr std::size_t kMaxAddresses = 4;

bool usable(std::uint32_t address) {
  const std::uint32_t first = address >> 24U;
  return address != 0 && address != 0xffffffffU && first != 0 && first < 224;
}

std::optional<std::string> ipv4(const std::string& text) {
  in_addr parsed{};
  if (inet_pton(AF_INET, text.c_str(), &parsed) != 1 || !usable(ntohl(parsed.s_addr))) return std::nullopt;
  return text;
}

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> found;
  while (!text.empty() && found.size() < 2 * kMaxAddresses) {
    const std::size_t end = text.find_first_of(" ,");
    if (end != 0) found.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return found;
}

std::vector<std::string> addresses(std::string_view text) {
  std::vector<std::string> found;
  for (const auto& word : words(text)) {
    if (found.size() == kMaxAddresses) break;
    if (auto address = ipv4(word)) found.push_back(*address);
  }
  return found;
}

// udhcpc hands over an option it has no name for as the hex digits of its bytes.
std::optional<std::vector<std::string>> addresses_in_hex(std::string_view text) {
  if (text.empty() || text.size() % 8 != 0) return std::nullopt;
  std::vector<std::string> found;
  for (std::size_t i = 0; i < text.size(); i += 8) {
    std::uint32_t address = 0;
    for (const char c : text.substr(i, 8)) {
      const int digit = c >= '0' && c <= '9'   ? c - '0'
                        : c >= 'a' && c <= 'f' ? c - 'a' + 10
                        : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                               : -1;
      if (digit < 0) return std::nullopt;
      address = address << 4U | static_cast<std::uint32_t>(digit);
    }
    if (!usable(address) || found.size() == kMaxAddresses) continue;
    std::array<char, INET_ADDRSTRLEN> printed{};
    const in_addr raw{.s_addr = htonl(address)};
    found.emplace_back(inet_ntop(AF_INET, &raw, printed.data(), printed.size()));
  }
  return found;
}

// Options within the vendor's option (RFC 2132 section 8.4), in hex: 150 with addresses as outside of it, 66 with a
// name, or 241 with addresses, as Cisco has it for what finds its controller by this option.
std::vector<std::string> servers_in_vendor_option(std::string_view hex) {
  const auto bytes = hex.size() > 2 * 255 ? std::string() : crypto::unhex(hex).value_or("");
  std::vector<std::string> named;
  for (std::string_view rest = bytes; rest.size() >= 2;) {
    const auto code = static_cast<unsigned char>(rest[0]);
    const auto size = static_cast<unsigned char>(rest[1]);
    if (code == 0xff) break;
    if (code == 0) {  // padding
      rest.remove_prefix(1);
      continue;
    }
    if (rest.size() < 2U + size) return {};  // not such a list: nothing of it is believed
    const std::string_view value = rest.substr(2, size);
    rest.remove_prefix(2U + size);
    if (!named.empty()) continue;
    if (code == 150 || code == 241) named = addresses_in_hex(crypto::hex(value)).value_or(named);
    if (code == 66 && plain_host(value)) named = {std::string(value)};
  }
  return named;
}

unsigned prefix_of(const std::string& mask) {
  unsigned number = 0;
  for (const char c : mask) {
    if (c < '0' || c > '9' || number > 32) return 0;
    number = number * 10 + static_cast<unsigned>(c - '0');
  }
  return number <= 32 ? number : 0;
}

}  // namespace

bool plain_host(std::string_view host) {
  if (host.empty() || host.size() > 253 || host.front() == '-' || host.front() == '.') return false;
  for (const char c : host) {
    const bool fine =
        (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '-' || c == ':';
    if (!fine) return false;
  }
  return true;
}

absl::StatusOr<Lease> parse_lease(std::string_view text) {
  if (text.size() > kMaxLeaseBytes) return absl::InvalidArgumentError("the lease is too long");
  std::map<std::string, std::string, std::less<>> values;
  std::size_t lines = 0;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty()) continue;
    const std::size_t equals = line.find('=');
    if (++lines > kMaxLines || equals == std::string_view::npos || line.size() > kMaxValue) {
      return absl::InvalidArgumentError("line " + std::to_string(lines) + " of the lease is not key=value");
    }
    for (const char c : line) {
      if (c < 0x20 || c == 0x7f)  // what is not ASCII is negative
        return absl::InvalidArgumentError("line " + std::to_string(lines) + " of the lease is not plain text");
    }
    values.emplace(line.substr(0, equals), line.substr(equals + 1));
  }
  const auto address = ipv4(values["ip"]);
  if (!address) return absl::InvalidArgumentError("the lease has no usable address");
  Lease lease{.address = *address, .prefix = prefix_of(values["mask"])};
  lease.server = ipv4(values["serverid"]).value_or("");
  if (plain_host(values["domain"])) lease.domain = values["domain"];
  lease.dns = addresses(values["dns"]);
  lease.option_150 = addresses_in_hex(values["option150"]).value_or(addresses(values["option150"]));
  if (plain_host(values["option66"])) lease.option_66 = values["option66"];
  lease.option_43 = servers_in_vendor_option(values["option43"]);
  return lease;
}

}  // namespace phone::network
