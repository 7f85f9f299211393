// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/system/scene/listening.hpp"

#include <fstream>
#include <sstream>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace phone::system {
namespace {

using rig::operator+;

constexpr char kTcpListen[] = "0A";  // include/net/tcp_states.h
constexpr char kUdpUnconnected[] = "07";

}  // namespace

absl::StatusOr<std::vector<Named>> read_ports(const std::string& file) {
  std::ifstream in(file);
  if (!in) return absl::NotFoundError(file);
  std::vector<Named> table;
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    Named named{};
    std::string ports;
    if (!(words >> named.protocol >> ports) || named.protocol.starts_with("#")) continue;
    const std::vector<std::string> ends = absl::StrSplit(ports, '-');
    if (ports != "policy" && !absl::SimpleAtoi(ends.front(), &named.first)) return absl::InvalidArgumentError(line);
    if (ports != "policy" && !absl::SimpleAtoi(ends.back(), &named.last)) return absl::InvalidArgumentError(line);
    table.push_back(named);
  }
  return table;
}

absl::StatusOr<std::vector<Bound>> listening(const rig::Phone& phone) {
  std::vector<Bound> all;
  for (const char* table : {"tcp", "tcp6", "udp", "udp6"}) {
    auto text = rig::run({.argv = phone.inside() + std::vector<std::string>{"cat", absl::StrCat("/proc/net/", table)}});
    if (!text.ok()) return text.status();
    const std::string protocol = std::string(table).substr(0, 3);
    std::istringstream lines(text->output);
    std::string line;
    std::getline(lines, line);
    while (std::getline(lines, line)) {
      // sl local_address rem_address st tx:rx tr:when retrnsmt uid
      const std::vector<std::string> words = absl::StrSplit(line, ' ', absl::SkipEmpty());
      if (words.size() < 8) return absl::InternalError(line);
      if (words[3] != (protocol == "tcp" ? kTcpListen : kUdpUnconnected)) continue;
      Bound bound{protocol, 0, 0};
      const std::string port = words[1].substr(words[1].rfind(':') + 1);
      if (!absl::SimpleHexAtoi(port, &bound.port) || !absl::SimpleAtoi(words[7], &bound.uid)) {
        return absl::InternalError(line);
      }
      all.push_back(bound);
    }
  }
  return all;
}

bool is_named(const std::vector<Named>& table, const Bound& bound, uint32_t policy_port) {
  for (const Named& named : table) {
    if (named.protocol != bound.protocol) continue;
    const bool policy = named.first == 0;
    if (policy ? bound.port == policy_port : bound.port >= named.first && bound.port <= named.last) return true;
  }
  return false;
}

}  // namespace phone::system
