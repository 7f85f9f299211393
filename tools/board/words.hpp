// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>

namespace phone::board {

// What phonectl calls a value of the protocol, by its name in JSON: "SECURITY_LEVEL_ENCRYPTED" is "encrypted". The
// board links no messages, so it has the words itself; a test holds them against phonectl's. A name it does not know
// stays.
std::string word_of(const std::string& enumerator);

}  // namespace phone::board
