// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/certificate_manager/keys/key_policy.hpp"

#include <string>

#include "absl/strings/str_cat.h"
#include "common/crypto/self_test.hpp"

namespace phone::certificates {

absl::Status may_generate(KeyType type, int bits, const KeyLimits& limits) {
  if (type == KeyType::kEc) {
    if (bits != 256 && bits != 384 && bits != 521)
      return absl::InvalidArgumentError("unsupported EC key size: 256, 384 and 521 bits are possible");
    if (!limits.ec_allowed) {
      return absl::FailedPreconditionError("EC keys are not allowed: the ITL's signer version is not 1.1");
    }
    return absl::OkStatus();
  }
  // cisco-formats.md D1, element 10.
  if (bits != 512 && bits != 1024 && bits != 2048 && bits != 3072 && bits != 4096) {
    return absl::InvalidArgumentError("unsupported RSA key size: 512, 1024, 2048, 3072 and 4096 bits are possible");
  }
  if (limits.fips && bits < kFipsRsaBits) return absl::FailedPreconditionError(kNotFips);
  if (bits < kShortestRsaBits) return absl::FailedPreconditionError("an RSA 512 key is too short for TLS");
  return absl::OkStatus();
}

std::vector<std::size_t> content_key_sizes(Purpose purpose, const KeyLimits& limits) {
  if (purpose != Purpose::kScep) return {16};
  return limits.fips ? std::vector<std::size_t>{16, 24, 32} : std::vector<std::size_t>{8, 16, 24, 32};
}

absl::Status may_use(const crypto::PublicKey& key, const KeyLimits& limits) {
  if (limits.fips && key.is_rsa() && key.bits() < kFipsRsaBits) return absl::FailedPreconditionError(kNotFips);
  return absl::OkStatus();
}

absl::Status may_compute(const KeyLimits& limits) {
  if (!limits.fips || crypto::self_tests().ok()) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat("FIPS mode is not available: ", crypto::self_tests().message()));
}

}  // namespace phone::certificates
