// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/link/lease_file.hpp"

#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace phone::network {

std::string encode(const KeptLease& kept) {
  DhcpMessage message = kept.held.acknowledgement;
  message.reply = true;
  const auto obtained = std::chrono::duration_cast<std::chrono::milliseconds>(kept.held.obtained.time_since_epoch());
  return absl::StrCat(kept.port, " ", obtained.count(), " ", kept.before, "\n", encode(message));
}

std::optional<KeptLease> decode_lease(std::string_view bytes, const std::string& port) {
  const std::size_t end = bytes.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::vector<std::string> words = absl::StrSplit(std::string(bytes.substr(0, end)), ' ');
  std::int64_t obtained = 0;
  KeptLease kept{.port = port};
  if (words.size() != 3 || words[0] != port || !absl::SimpleAtoi(words[1], &obtained) || obtained < 0 ||
      !absl::SimpleAtoi(words[2], &kept.before)) {
    return std::nullopt;
  }
  auto message = parse_dhcp(bytes.substr(end + 1));
  if (!message.ok() || message->type != DhcpType::kAck) return std::nullopt;
  auto lease = lease_of(*message);
  if (!lease.ok()) return std::nullopt;
  kept.held = {.lease = *std::move(lease),
               .acknowledgement = *std::move(message),
               .obtained = SteadyTime(std::chrono::milliseconds(obtained))};
  return kept;
}

}  // namespace phone::network
