// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/trust_store/lists/freshness.hpp"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace phone::trust {
namespace {

// A phone out of its box may have a clock months behind, but none a year behind that is after this software was made.
constexpr absl::Duration kFarAhead = absl::Hours(24 * 366);

// More than the present allows. A factory phone's clock may still show the date its image was made, and a later date
// has nothing to lock out yet.
bool is_far_ahead(const Marks& marks, const Claim& claim, const clock::Present& present) {
  if (marks.marks.empty() || !present.known) return false;
  return absl::FromUnixSeconds(claim.signed_at) > present.time + kFarAhead;
}

bool binds(const Mark& mark, const Claim& claim, bool first_use) {
  if (mark.name != claim.name) return false;
  return mark.signer == claim.signer || (!mark.earlier && !first_use);
}

// What a phone cannot do without remembering.
bool essential(const Mark& mark) {
  return absl::EndsWith(mark.name, ".tlv") || absl::StrContains(mark.name, ".cnf.xml");
}

}  // namespace

Aged age_of(const Marks& marks, const Claim& claim, bool first_use, const clock::Present& present) {
  const Mark* newest = nullptr;
  for (const Mark& mark : marks.marks) {
    if (binds(mark, claim, first_use) && (newest == nullptr || mark.signed_at >= newest->signed_at)) newest = &mark;
  }
  if (newest == nullptr) {
    if (!first_use && claim.signed_at < marks.floor && (marks.last_sha1.empty() || claim.sha1 != marks.last_sha1)) {
      return {Age::kOlder, marks.floor};
    }
  } else if (claim.content == newest->content) {
    // A date far ahead is not remembered for content that is known already: it would refuse all that comes after.
    const bool ahead = is_far_ahead(marks, claim, present);
    return {ahead || claim.signed_at < newest->signed_at ? Age::kSameContent : Age::kFresh, newest->signed_at};
  } else if (claim.signed_at < newest->signed_at) {
    return {Age::kOlder, newest->signed_at};
  } else if (claim.signed_at == newest->signed_at) {
    return {Age::kSameSecond, newest->signed_at};
  }
  const std::uint32_t before = newest == nullptr ? 0 : newest->signed_at;
  return {is_far_ahead(marks, claim, present) ? Age::kFuture : Age::kFresh, before};
}

clock::Present above(const Marks& marks, const clock::Present& present) {
  clock::TimeFloor floor(absl::FromUnixSeconds(marks.floor));
  for (const Mark& mark : marks.marks) floor.prove(absl::FromUnixSeconds(mark.signed_at));
  const clock::Present raised = floor.present(present.time);
  return {.time = raised.time, .known = present.known && raised.known};
}

void take(Marks& marks, const Claim& claim, bool allowed) {
  Mark taken{claim.name, claim.signer, claim.signed_at, claim.content, false};
  auto& all = marks.marks;
  // Nothing new is nothing to write.
  if (!allowed && std::find(all.begin(), all.end(), taken) != all.end()) return;
  for (auto each = all.begin(); each != all.end();) {
    const bool same_name = each->name == claim.name;
    // Two contents of one second: neither is the newest from now on, so each is of the same second again.
    if (same_name && !allowed && !each->earlier && each->signed_at == taken.signed_at &&
        each->content != taken.content) {
      taken.content.clear();
    }
    if (same_name && each->signer == claim.signer && !allowed && each->signed_at > taken.signed_at) {
      taken.signed_at = each->signed_at;
      taken.content = each->content;
    }
    const bool goes = same_name && (each->signer == claim.signer || (allowed && !each->earlier));
    each = goes ? all.erase(each) : each + 1;
  }
  all.push_back(std::move(taken));
  while (all.size() > kMostMarks) {
    const auto least = std::find_if(all.begin(), all.end(), [](const Mark& mark) { return !essential(mark); });
    all.erase(least == all.end() ? all.begin() : least);
  }
}

void leave(Marks& marks) {
  // Each signer is bound by the newest of its name, also by what another one signed: what was refused a moment ago
  // stays so.
  const std::vector<Mark> before = marks.marks;
  for (Mark& mark : marks.marks) {
    if (mark.earlier) continue;
    for (const Mark& other : before) {
      if (other.earlier || other.name != mark.name || other.signed_at <= mark.signed_at) continue;
      mark.signed_at = other.signed_at;
      mark.content = other.content;
    }
    mark.earlier = true;
  }
  marks.floor = 0;
  marks.last_sha1.clear();
}

std::string form_of(std::string_view file_name) {
  std::string_view base = file_name;
  for (const std::string_view suffix : {".enc.sgn", ".sgn", ".enc.sha512", ".sha512"}) {
    if (!base.ends_with(suffix)) continue;
    base.remove_suffix(suffix.size());
    break;
  }
  return std::string(base.ends_with(".cnf.xml") ? base : file_name);
}

std::string time_text(std::uint32_t signed_at) {
  if (signed_at == 0) return "at an unstated time";
  return absl::FormatTime("%Y-%m-%d %H:%M:%S UTC", absl::FromUnixSeconds(signed_at), absl::UTCTimeZone());
}

std::string age_refusal(const Aged& aged, const Claim& claim) {
  if (aged.age == Age::kFuture) {
    return absl::StrCat("dated ", time_text(claim.signed_at), ", more than a year ahead of this phone's clock");
  }
  if (aged.age != Age::kOlder) return {};
  return absl::StrCat("older than the newest accepted one: signed ", time_text(claim.signed_at), ", and ", claim.name,
                      " of ", time_text(aged.newest), " was already accepted");
}

}  // namespace phone::trust
