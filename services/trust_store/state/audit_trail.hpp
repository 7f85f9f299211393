// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The record of every trust decision (F85): bounded, on flash, newest first. The same decision again within a minute is
// counted, not written: a peer that connects ten thousand times a second neither wears the flash nor pushes everything
// else out. Nor do ten thousand unknown peers: each kind of decision has a share of its own, each thing refused a few
// places of its share, and new refusals of a share are counted together beyond a rate
// (decisions/2026-11-28-who-may-push-out-whom.md).
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "services/trust_store/state/storage_port.hpp"

namespace phone::trust {

class AuditTrail {
 public:
  // Accepted and refused: lists, releases and images; files; peers.
  static constexpr std::size_t kShares = 6;
  static constexpr std::array<std::size_t, kShares> kMostOfShare = {100, 80, 80, 80, 80, 80};
  static constexpr std::size_t kMost = 500;
  static constexpr std::size_t kMostOfSubject = 8;     // refusals of one thing: a file name, a host in a role
  static constexpr std::size_t kMostNewRefusals = 40;  // of a share within a minute

  // Goes on with what the file has.
  explicit AuditTrail(AuditPort& file);

  // Gives it the next number, or that of the same decision a moment ago, and keeps it.
  struct Kept {
    std::uint64_t number = 0;
    bool again = false;  // the same as a moment ago
  };
  Kept add(Decision decision);

  // Newest first; `about` is part of what, signer or by, or empty for all.
  std::vector<Decision> list(std::string_view about, std::size_t maximum) const;

  // The configuration file trusted last, however long ago: kept beyond the bound.
  const std::optional<Decision>& configuration() const { return configuration_; }

 private:
  void keep(Decision decision);
  Decision* same_a_moment_ago(const Decision& decision);
  bool too_many_new(const Decision& decision);
  std::vector<Decision> all() const;  // as on flash: oldest first, the configuration's before them

  AuditPort& file_;
  std::deque<Decision> audit_trail_;  // oldest first
  std::optional<Decision> configuration_;
  std::array<std::deque<absl::Time>, kShares> new_refusals_;  // of the last minute
  std::uint64_t next_ = 1;
};

}  // namespace phone::trust
