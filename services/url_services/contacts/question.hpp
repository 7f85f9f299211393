// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/crypto/secret.hpp"

// What is asked of UDS, and as whom (cucm-calls.md 8.8).
namespace phone::url_services {

// The query of the URL, percent-encoded: a number is looked for as one ("number=1001"), everything else as a name
// ("name=m%C3%BCller"). INVALID_ARGUMENT for a text that is empty, longer than 64 characters or not clean UTF-8.
absl::StatusOr<std::string> search_query(std::string_view typed);

// The value of the header Authorization (RFC 7617), or INVALID_ARGUMENT for a user without a name, with a colon, or for
// text with control characters, or over 128 bytes.
absl::StatusOr<crypto::Secret> basic_credentials(std::string_view user, const crypto::Secret& password);

}  // namespace phone::url_services
