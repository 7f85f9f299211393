// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/certificate_manager/certificates/device_name.hpp"

#include <algorithm>

namespace phone::certificates {

std::optional<std::string> device_name(std::string_view common_name) {
  constexpr std::string_view kPrefix = "SEP";
  constexpr size_t kLength = 15;  // SEP and the MAC address
  if (common_name.size() < kLength) return std::nullopt;
  const std::string_view name = common_name.substr(common_name.size() - kLength);
  if (!name.starts_with(kPrefix)) return std::nullopt;
  if (common_name.size() > kLength && common_name[common_name.size() - kLength - 1] != '-') return std::nullopt;
  const bool address = std::all_of(name.begin() + kPrefix.size(), name.end(),
                                   [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'); });
  if (!address) return std::nullopt;
  return std::string(name);
}

}  // namespace phone::certificates
