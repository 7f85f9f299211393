// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>

namespace phone::lab {

// The message with bytes that are no UTF-8, controls and an override where people read: the caller's name and a Reason
// in a request, the phrase and a Warning in a response.
std::string with_foreign_words(const std::string& message);

}  // namespace phone::lab
