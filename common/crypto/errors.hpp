// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>

namespace phone::crypto {

// Drains OpenSSL's error queue of this thread to one line, oldest first; "no detail" when it is empty.
std::string openssl_errors();

// Whether the newest error only says that a PEM text has no further block. The queue is left as it is.
bool pem_text_ended();

}  // namespace phone::crypto
