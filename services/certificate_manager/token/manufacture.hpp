// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "common/crypto/secret.hpp"
#include "services/certificate_manager/token/token_directory.hpp"

namespace phone::certificates {

struct Manufacture {
  std::filesystem::path state;
  std::filesystem::path module = kSoftHsm;
  std::string device;           // "SEP0A1B2C3D4E5F"
  std::string certificate_pem;  // the MIC, then its issuers
  crypto::Secret key_pem;       // unencrypted PKCS#8 or traditional
  std::optional<std::pair<uid_t, gid_t>> owner;
};

// Gives a phone its identity, once: makes the token and its PIN, puts the MIC's key in, not to come out again, and
// writes the certificate. ALREADY_EXISTS for a phone that has one; INVALID_ARGUMENT when key, certificate and device do
// not belong together.
absl::Status manufacture(const Manufacture& order);

// Makes the phone's certificates what they were when it left the factory: every key but the MIC's is destroyed in the
// token, and every file goes but the MIC, the token and its PIN. May be done again after it was cut short.
// Without a readable MIC everything goes: its key could not be told from the others.
absl::Status back_to_manufacture(const std::filesystem::path& state, const std::filesystem::path& module);

}  // namespace phone::certificates
