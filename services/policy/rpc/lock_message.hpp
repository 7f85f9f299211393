// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "services/policy/lock/settings_lock.hpp"

namespace phone::policy {

std::string encode(const StoredLock& lock);
// DATA_LOSS: it is not known whether there was a password.
absl::StatusOr<StoredLock> decode_lock(std::string_view bytes);

}  // namespace phone::policy
