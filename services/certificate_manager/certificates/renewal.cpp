// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/certificate_manager/certificates/renewal.hpp"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace phone::certificates {
namespace {

constexpr absl::Duration kFirstRetry = absl::Minutes(30);
constexpr absl::Duration kLongestRetry = absl::Hours(24);
constexpr absl::Duration kShortestRetry = absl::Minutes(1);

std::string day(absl::Time time) { return absl::FormatTime("%Y-%m-%d", time, absl::UTCTimeZone()); }

// A wait longer than any means that the clock has been set back since.
bool may_try(const Attempts& attempts, absl::Time now) {
  return now >= attempts.next || attempts.next > now + kLongestRetry;
}

bool is_due(const Validity& validity, const Attempts& attempts, absl::Time now) {
  return now >= renew_from(validity.not_before, validity.not_after) && may_try(attempts, now);
}

std::string sentence(Kind kind, const Validity& validity, absl::Time now) {
  return now >= validity.not_after ? absl::StrCat("the ", name_of(kind), " expired on ", day(validity.not_after))
                                   : absl::StrCat("the ", name_of(kind), " expires on ", day(validity.not_after));
}

}  // namespace

absl::Time renew_from(absl::Time not_before, absl::Time not_after) { return not_after - (not_after - not_before) / 5; }

std::optional<RenewalOrder> due(const RenewalFacts& facts, absl::Time now) {
  if (facts.standing == Operation::kCapfSession) return std::nullopt;
  if (facts.lsc && facts.capf_known && is_due(*facts.lsc, facts.lsc_attempts, now)) {
    // A certificate that has expired proves nothing any more; the MIC still does.
    const auto proof = now >= facts.lsc->not_after ? CapfAuthentication::kMic : CapfAuthentication::kLsc;
    return RenewalOrder{Kind::kLsc, Operation::kCapfSession, proof, sentence(Kind::kLsc, *facts.lsc, now)};
  }
  if (facts.standing != Operation::kNone || !facts.scep_known) return std::nullopt;
  if (!facts.user) {
    if (!may_try(facts.user_attempts, now)) return std::nullopt;
    return RenewalOrder{Kind::kUser, Operation::kScepEnrol, CapfAuthentication::kNone,
                        "there is no user certificate yet"};
  }
  if (!is_due(*facts.user, facts.user_attempts, now)) return std::nullopt;
  // An expired one is nothing to renew with: it is enrolled for anew.
  const auto operation = now >= facts.user->not_after ? Operation::kScepEnrol : Operation::kScepRenew;
  return RenewalOrder{Kind::kUser, operation, CapfAuthentication::kNone, sentence(Kind::kUser, *facts.user, now)};
}

absl::Duration retry_after(int failed, absl::Time now, absl::Time not_after) {
  absl::Duration wait = kFirstRetry;
  for (int i = 1; i < failed && wait < kLongestRetry; ++i) wait *= 2;
  wait = std::min(wait, kLongestRetry);
  if (not_after > now) wait = std::min(wait, (not_after - now) / 2);
  return std::max(wait, kShortestRetry);
}

}  // namespace phone::certificates
