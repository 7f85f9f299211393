// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Private keys, read only from files. A passphrase comes from a file or is asked for, never from an argument.
#pragma once

#include "common/crypto/pointers.hpp"
#include "tools/lab/signed_file.hpp"
#include "tools/trustfile/commands.hpp"

namespace phone::trustfile {

absl::StatusOr<crypto::EvpPkeyPtr> read_private_key(const Path& pem, const Path& passphrase_file);

// Certificate and key of who signs; INVALID_ARGUMENT when the one is not the other's.
absl::StatusOr<lab::IdentityPtr> read_signer(const Signing& by);
absl::StatusOr<lab::FileSigning> signing_of(const Signing& by);

}  // namespace phone::trustfile
