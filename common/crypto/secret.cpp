// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/crypto/secret.hpp"

#include <openssl/crypto.h>

namespace phone::crypto {

void wipe(std::string& bytes) {
  // Up to the capacity: a short string that once was longer keeps its old tail.
  bytes.resize(bytes.capacity());
  OPENSSL_cleanse(bytes.data(), bytes.size());
  bytes.clear();
}

Secret::Secret(std::string&& bytes) : bytes_(bytes) { phone::crypto::wipe(bytes); }

Secret Secret::copy_of(std::string_view bytes) { return Secret(std::string(bytes)); }

Secret::Secret(const Secret& other) = default;

Secret& Secret::operator=(const Secret& other) {
  if (this != &other) {
    wipe();
    bytes_ = other.bytes_;
  }
  return *this;
}

Secret::Secret(Secret&& other) noexcept : bytes_(other.bytes_) { other.wipe(); }

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe();
    bytes_ = other.bytes_;
    other.wipe();
  }
  return *this;
}

Secret::~Secret() { wipe(); }

void Secret::wipe() { phone::crypto::wipe(bytes_); }

bool operator==(const Secret& left, const Secret& right) {
  return left.size() == right.size() && CRYPTO_memcmp(left.bytes_.data(), right.bytes_.data(), left.size()) == 0;
}

}  // namespace phone::crypto
