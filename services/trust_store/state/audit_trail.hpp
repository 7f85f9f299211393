// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The record of every trust decision (F85): bounded, on flash, newest first. It lives in a directory of its own, so
// that a refusal leaves the directory of the lists untouched. The same decision again within a minute is counted, not
// written: a peer that knocks ten thousand times a second neither wears the flash nor pushes everything else out. Nor
// do ten thousand strangers: each kind of decision has a share of its own, each thing refused a few places of its
// share, and new refusals of a share are counted together beyond a rate
// (decisions/2026-11-28-who-may-push-out-whom.md).
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace phone::trust {

struct Decision {
  std::uint64_t number = 0;
  absl::Time time;
  std::string what;    // "ITLSEP0A1B2C3D4E5F.tlv", "cucm-pub:5061"
  std::string kind;    // "list", "file", "peer", "release", "image", "act"
  std::string role;    // asked for
  std::string signer;  // subject of signer or peer
  std::string by;      // list or service that vouched
  bool accepted = false;
  std::string reason;
  std::string sha1;         // of the file, lower-case hex; empty for a peer
  std::uint32_t times = 1;  // within a minute of the last time each
  absl::Time last_time;
  std::uint32_t signed_at = 0;  // what the file says of itself, Unix seconds; 0: nothing proven
};

// Foreign text in it becomes valid UTF-8 of one line, each field bounded.
void make_clean(Decision& decision);

class AuditTrail {
 public:
  // Accepted and refused: lists, releases and images; files; peers.
  static constexpr std::size_t kShares = 6;
  static constexpr std::array<std::size_t, kShares> kMostOfShare = {100, 80, 80, 80, 80, 80};
  static constexpr std::size_t kMost = 500;
  static constexpr std::size_t kMostOfSubject = 8;     // refusals of one thing: a file name, a host in a role
  static constexpr std::size_t kMostNewRefusals = 40;  // of a share within a minute

  // Reads what is there; a line that a power cut tore is left out. Without a readable file the record starts anew.
  explicit AuditTrail(const std::filesystem::path& directory);

  // Gives it the next number, or that of the same decision a moment ago, and keeps it. A flash that does not take it
  // costs the line on flash, not the decision.
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
  void load();
  void keep(Decision decision);
  Decision* same_a_moment_ago(const Decision& decision);
  bool too_many_new(const Decision& decision);
  absl::Status append(const std::string& line);
  absl::Status compact();

  std::filesystem::path file_;
  std::deque<Decision> audit_trail_;  // oldest first
  std::optional<Decision> configuration_;
  std::array<std::deque<absl::Time>, kShares> new_refusals_;  // of the last minute
  std::size_t lines_on_flash_ = 0;
  bool torn_ = false;
  std::uint64_t next_ = 1;
};

}  // namespace phone::trust
