// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/dot1x/pac_file.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "common/crypto/digest.hpp"

namespace phone::network {
namespace {

constexpr std::string_view kHeader = "wpa_supplicant EAP-FAST PAC file - version 1";
constexpr std::string_view kInfo = "PAC-Info=";
constexpr std::uint16_t kCredentialLifetime = 3;  // PAC-Info attribute, RFC 4851 section 4.2.9 and RFC 5422

std::uint32_t number(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const char c : bytes) value = value << 8U | static_cast<unsigned char>(c);
  return value;
}

std::optional<absl::Time> lifetime(std::string_view info) {
  while (info.size() >= 4) {
    const auto type = static_cast<std::uint16_t>(number(info.substr(0, 2)) & 0x3fffU);  // M and R bits aside
    const std::size_t length = number(info.substr(2, 2));
    if (length > info.size() - 4) return std::nullopt;
    if (type == kCredentialLifetime && length == 4) return absl::FromUnixSeconds(number(info.substr(4, 4)));
    info.remove_prefix(4 + length);
  }
  return std::nullopt;
}

}  // namespace

absl::StatusOr<PacFacts> read_pac(std::string_view file) {
  if (file.size() > kMaxPacFile) return absl::InvalidArgumentError("the PAC file is too long");
  if (!file.starts_with(kHeader)) return absl::InvalidArgumentError("this is not a PAC file");
  PacFacts facts;
  while (!file.empty()) {
    const auto end = file.find('\n');
    const std::string_view line = file.substr(0, end);
    file.remove_prefix(end == std::string_view::npos ? file.size() : end + 1);
    if (line == "START") ++facts.count;
    if (!line.starts_with(kInfo)) continue;
    const auto info = crypto::unhex(line.substr(kInfo.size()));
    if (!info.ok()) return absl::InvalidArgumentError("the PAC file is damaged");
    if (const auto ends = lifetime(*info)) facts.earliest_end = std::min(facts.earliest_end, *ends);
  }
  return facts;
}

absl::Time renew_at(const PacFacts& pac, absl::Time now) {
  if (pac.earliest_end == absl::InfiniteFuture()) return absl::InfiniteFuture();
  const absl::Duration left = pac.earliest_end - now;
  if (left <= absl::ZeroDuration()) return now;
  return pac.earliest_end - std::min(left / 10, absl::Hours(24));
}

}  // namespace phone::network
