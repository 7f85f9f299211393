// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/rtp/udp_strays.hpp"

#include <sstream>
#include <string>

#include "common/flash/file.hpp"

namespace phone::media {

uint64_t parse_udp_strays(std::string_view snmp) {
  // Two lines begin with "Udp:": the names, then the numbers in the same order.
  std::istringstream lines{std::string(snmp)};
  std::string names, line;
  while (std::getline(lines, line)) {
    if (!line.starts_with("Udp: ")) continue;
    if (names.empty()) {
      names = line;
      continue;
    }
    std::istringstream name_words(names), number_words(line);
    std::string name, number;
    while (name_words >> name && number_words >> number) {
      if (name == "NoPorts") return std::strtoull(number.c_str(), nullptr, 10);
    }
  }
  return 0;
}

uint64_t udp_strays() {
  constexpr size_t kMost = 64 * 1024;
  const auto now = [] { return parse_udp_strays(flash::read("/proc/self/net/snmp", kMost).value_or("")); };
  static const uint64_t before = now();
  return now() - before;
}

}  // namespace phone::media
