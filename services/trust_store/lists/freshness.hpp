// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// A signature proves the signer, not the time. The newest accepted under each name, and how old the next one is
// (decisions/2026-11-28-freshness.md). Pure: clock and marks are given.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/clock/time_floor.hpp"

namespace phone::trust {

// The newest that one signer has been seen to sign under one name.
struct Mark {
  std::string name;             // "ITLFile.tlv", "SEP0A1B2C3D4E5F.cnf.xml.sgn"
  std::string signer;           // serial number, lower-case hex
  std::uint32_t signed_at = 0;  // Unix seconds; 0: it did not say
  std::string content;          // digest of its content, whenever and by any signer
  bool earlier = false;         // of a cluster that this phone has left: it binds only that signer
  friend bool operator==(const Mark&, const Mark&) = default;
};

struct Marks {
  std::vector<Mark> marks;  // the one taken last is the last
  // After the marks were lost: nothing without a mark may be older than this, unless it is the file with that SHA-1.
  std::uint32_t floor = 0;
  std::string last_sha1;
  friend bool operator==(const Marks&, const Marks&) = default;
};

// More names than a phone asks for, twice over.
inline constexpr std::size_t kMostMarks = 128;

// What is offered, already proven to be its signer's.
struct Claim {
  std::string name, signer;
  std::uint32_t signed_at = 0;
  std::string content;
  std::string sha1;  // of the whole file
};

enum class Age {
  kFresh,        // newer than all that was taken, or the first
  kSameSecond,   // signed in the second of what was taken, and says something else: their order cannot be known
  kSameContent,  // however old, its content is what is in force
  kOlder,
  kFuture,  // further ahead than any clock is wrong
};

struct Aged {
  Age age = Age::kFresh;
  std::uint32_t newest = 0;  // what it was compared with; 0: nothing
};

// A list accepted on first use begins a new lineage: only marks of its own signer bind it.
Aged age_of(const Marks& marks, const Claim& claim, bool first_use, const clock::Present& present);

// What was signed by then has passed, whatever the clock says.
clock::Present above(const Marks& marks, const clock::Present& present);

// `allowed`: by the administrator. Then this one counts however old it is, and the newer ones are forgotten.
void take(Marks& marks, const Claim& claim, bool allowed);

// The cluster is left, by a release or by another list's first use.
void leave(Marks& marks);

// Files that are forms of one: "SEP0A1B2C3D4E5F.cnf.xml" of its .sgn, .enc.sgn and .sha512. The name itself for all
// others.
std::string form_of(std::string_view file_name);

// "2026-11-28 18:44:31 UTC"
std::string time_text(std::uint32_t signed_at);

// Why it is refused; empty for what may be taken. `older_than` names what was taken before: "the list in force".
std::string age_refusal(const Aged& aged, const Claim& claim);

}  // namespace phone::trust
