// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/crypto/x509.hpp"
#include "services/certificate_manager/keys/purpose.hpp"

// A certificate and its issuers as one PEM file below a checksum, the leaf first: <state>/mic.pem, lsc.pem, user.pem.
// The key that belongs to it is known by its public key, so the file determines which key is in force, and one
// rename changes both.
namespace phone::certificates {

using Chain = std::vector<crypto::Certificate>;

inline constexpr size_t kMaximumChain = 8;
inline constexpr size_t kMaximumChainFile = 256 * 1024;

std::filesystem::path chain_file(const std::filesystem::path& state, Kind kind);

// INVALID_ARGUMENT without a certificate, with a broken one, or with too many.
absl::StatusOr<Chain> parse_chain(std::string_view pem);
std::string chain_pem(const Chain& chain);

// NOT_FOUND when there is none, DATA_LOSS when it is not whole: a bit that flash flipped in a signature is found here
// or by every peer.
absl::StatusOr<Chain> read_chain_file(const std::filesystem::path& file);
absl::StatusOr<Chain> read_chain(const std::filesystem::path& state, Kind kind);
absl::Status write_chain(const std::filesystem::path& state, Kind kind, const Chain& chain);

}  // namespace phone::certificates
