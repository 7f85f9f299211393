// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "services/certificate_manager/enrolment/capf_client.hpp"

// Which server is tried when. FEATURES.md F21: three rounds over the servers in their order, 30 s apart.
namespace phone::enrolment {

inline constexpr int kRounds = 3;
inline constexpr absl::Duration kRoundPause = absl::Seconds(30);
// A server that asks to try later is heard, within reason.
inline constexpr absl::Duration kLongestPause = absl::Minutes(10);

// `attempt` runs one session with the server of that index. `pause` waits and says whether the order still stands.
Outcome run_rounds(size_t servers, const std::function<SessionResult(size_t)>& attempt,
                   const std::function<bool(absl::Duration)>& pause);

}  // namespace phone::enrolment
