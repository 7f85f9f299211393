// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <filesystem>

#include "absl/status/statusor.h"
#include "common/crypto/secret.hpp"

// Where this phone's token keeps its files: <state>/softhsm2.conf, <state>/tokens/ and <state>/pin, all of them 0600 or
// 0700.
namespace phone::certificates {

inline constexpr char kSoftHsm[] = "/usr/lib/softhsm/libsofthsm2.so";

// Writes SoftHSM's configuration for this directory and points this process to it. Before the module is loaded, and
// before there is a second thread. Harmless for a module that is not SoftHSM. SoftHSM opens no token that it cannot
// write to: on flash that has become read-only it is given a copy in `spare`, in this service's own memory, made anew
// at each start. Without `spare` that is a failure later, in Token::open().
absl::Status use_token_directory(const std::filesystem::path& state, const std::filesystem::path& spare = {});

// NOT_FOUND before manufacture, PERMISSION_DENIED when others may read it.
absl::StatusOr<crypto::Secret> read_pin(const std::filesystem::path& state);

}  // namespace phone::certificates
