// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "gateway/rpc/pass_on.hpp"

#include <absl/strings/str_cat.h>
#include <algorithm>
#include <string>

namespace phone::gateway {
namespace {

constexpr absl::Duration kLongest = absl::Seconds(10);
constexpr absl::Duration kWayBack = absl::Milliseconds(50);

}  // namespace

absl::Duration patience_for(absl::Duration left) {
  return std::clamp(left - std::min(kWayBack, left / 4), absl::ZeroDuration(), kLongest);
}

absl::Status refusal(const absl::Status& status, std::string_view service) {
  if (!did_not_answer(status)) return status;
  return absl::UnavailableError(absl::StrCat(std::string(service), " does not respond"));
}

}  // namespace phone::gateway
