// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/status.h>

#include <functional>
#include <string>
#include <string_view>

// Known-answer tests of the algorithms that FIPS mode lives by, as OpenSSL does them in this process. Debian has no
// FIPS provider: these tests show that the library computes what it should, not that it has been validated.
namespace phone::crypto {

// Replaces an algorithm's result before it is compared; tests break one by it.
using Distort = std::function<void(std::string_view algorithm, std::string& answer)>;

// AES-GCM, SHA-2, HMAC, HKDF and the TLS 1.2 key derivation, ECDH, ECDSA and RSA signing and verifying. INTERNAL names
// the first that fails: "the self-test of AES-256-GCM failed". Some milliseconds.
absl::Status run_self_tests(const Distort& distort = nullptr);

// The answer of the first call, for as long as the process lives. From any thread.
const absl::Status& self_tests();

}  // namespace phone::crypto
