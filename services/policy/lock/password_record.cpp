// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/lock/password_record.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "absl/status/status.h"

namespace phone::policy {
namespace {

constexpr std::size_t kSalt = 16, kHash = 32;
constexpr std::uint32_t kScryptN = 1U << 14U, kMostScryptN = 1U << 15U;
constexpr std::uint64_t kScryptR = 8, kScryptP = 1, kScryptMemory = std::uint64_t{48} << 20U;
constexpr std::uint32_t kIterations = 310'000, kMostIterations = 2'000'000;
constexpr char kScrypt[] = "scrypt", kPbkdf2[] = "pbkdf2-sha256";

unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }
const unsigned char* bytes(const std::string& text) { return reinterpret_cast<const unsigned char*>(text.data()); }

// Empty: it could not be made.
std::string hash_of(const PasswordRecord& record, std::string_view password) {
  std::string hash(kHash, '\0');
  int done = 0;
  if (record.method == kScrypt && record.cost >= 2 && record.cost <= kMostScryptN) {
    done = EVP_PBE_scrypt(password.data(), password.size(), bytes(record.salt), record.salt.size(), record.cost,
                          kScryptR, kScryptP, kScryptMemory, bytes(hash), hash.size());
  } else if (record.method == kPbkdf2 && record.cost >= 1 && record.cost <= kMostIterations) {
    done = PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), bytes(record.salt),
                             static_cast<int>(record.salt.size()), static_cast<int>(record.cost), EVP_sha256(),
                             static_cast<int>(hash.size()), bytes(hash));
  }
  return done == 1 ? hash : std::string();
}

}  // namespace

absl::StatusOr<PasswordRecord> make_record(std::string_view password, bool fips) {
  PasswordRecord record{.method = fips ? kPbkdf2 : kScrypt,
                        .salt = std::string(kSalt, '\0'),
                        .hash = {},
                        .cost = fips ? kIterations : kScryptN};
  if (RAND_bytes(bytes(record.salt), static_cast<int>(record.salt.size())) != 1) {
    return absl::InternalError("no random bytes for a salt");
  }
  record.hash = hash_of(record, password);
  if (record.hash.empty()) return absl::InternalError("the password could not be hashed");
  return record;
}

bool fits(const PasswordRecord& record, std::string_view password) {
  const std::string hash = hash_of(record, password);
  return !hash.empty() && hash.size() == record.hash.size() &&
         CRYPTO_memcmp(hash.data(), record.hash.data(), hash.size()) == 0;
}

}  // namespace phone::policy
