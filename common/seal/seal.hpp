// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/crypto/secret.hpp"

// AES-256-GCM for a secret on flash (a PAC, a refresh token): the file is of no use without the key.
namespace phone::seal {

inline constexpr std::size_t kSealKeyBytes = 32;

// `name` is bound in, so that one sealed file does not pass for another.
absl::StatusOr<std::string> seal(const crypto::Secret& key, std::string_view name, std::string_view plain);
// DATA_LOSS for anything that was not sealed with this key and name.
absl::StatusOr<crypto::Secret> unseal(const crypto::Secret& key, std::string_view name, std::string_view sealed);

// The key in this file (0600); NOT_FOUND when there is none yet.
absl::StatusOr<crypto::Secret> read_seal_key(const std::filesystem::path& file);
// At random.
absl::StatusOr<crypto::Secret> new_seal_key();

}  // namespace phone::seal
