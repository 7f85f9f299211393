// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/statusor.h>
#include <string>

namespace phone::phonectl {

// One line from standard input; on a terminal it is asked for and not shown. INVALID_ARGUMENT, which calls it `what`,
// when empty or over 64 bytes.
absl::StatusOr<std::string> read_secret(const char* question, const char* what = "authentication string");

// The same, and what is typed is shown: it is no secret.
absl::StatusOr<std::string> read_answer(const char* question, const char* what);

// Overwrites the bytes before they are given back to the heap.
void wipe(std::string& secret);

}  // namespace phone::phonectl
