// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>

namespace phone::lab {

// The message with invalid UTF-8, control characters and a direction override in the text that people read: the
// caller's name and a Reason in a request, the phrase and a Warning in a response.
std::string with_foreign_words(const std::string& message);

}  // namespace phone::lab
