// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/status.h>
#include <absl/time/time.h>

#include <string_view>

#include "gateway/status/phone_status.hpp"

namespace phone::gateway {

// How long the service behind the gateway gets when the caller waits `left`: a little less, so that the caller hears
// which service did not answer and not only that none did; never more than 10 s, however long the caller waits.
absl::Duration patience_for(absl::Duration left);

// What the caller hears when a service did not do it: the service's own words, or its name when it did not answer.
absl::Status refusal(const absl::Status& status, std::string_view service);

}  // namespace phone::gateway
