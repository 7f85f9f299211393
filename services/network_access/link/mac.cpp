// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/link/mac.hpp"

#include <algorithm>

#include "common/crypto/digest.hpp"

namespace phone::network {

std::string text_of(const Mac& mac) {
  const std::string digits = crypto::hex({reinterpret_cast<const char*>(mac.data()), mac.size()});
  std::string text = digits.substr(0, 2);
  for (std::size_t i = 2; i < digits.size(); i += 2) text.append(":").append(digits, i, 2);
  return text;
}

std::optional<Mac> mac_of(std::string_view text) {
  if (text.size() != 17) return std::nullopt;
  std::string digits;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i % 3 != 2) {
      digits.push_back(text[i]);
    } else if (text[i] != ':') {
      return std::nullopt;
    }
  }
  const auto bytes = crypto::unhex(digits);
  if (!bytes.ok()) return std::nullopt;
  Mac mac{};
  std::copy_n(bytes->begin(), mac.size(), mac.begin());
  return mac;
}

}  // namespace phone::network
