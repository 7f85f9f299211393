// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/certificate_manager/enrolment/retry_policy.hpp"

#include <algorithm>

namespace phone::enrolment {

Outcome run_rounds(size_t servers, const std::function<SessionResult(size_t)>& attempt,
                   const std::function<bool(absl::Duration)>& pause) {
  Outcome last{Ended::kFailed, "no server is configured", 0};
  if (servers == 0) return last;
  for (int round = 0; round < kRounds; ++round) {
    absl::Duration wait = kRoundPause;
    for (size_t server = 0; server < servers; ++server) {
      const SessionResult result = attempt(server);
      if (!result.try_again) return result.outcome;
      last = result.outcome;
      wait = std::max(wait, std::min(absl::Seconds(result.outcome.retry_seconds), kLongestPause));
    }
    if (round + 1 < kRounds && !pause(wait)) return {Ended::kFailed, "another enrolment has replaced this one", 0};
  }
  // A server that only ever asked to try later has failed this order.
  last.ended = Ended::kFailed;
  return last;
}

}  // namespace phone::enrolment
