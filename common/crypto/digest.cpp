// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/crypto/digest.hpp"

#include <cstdlib>

#include <openssl/evp.h>

namespace phone::crypto {
namespace {

const EVP_MD* method_of(Digest algorithm) {
  switch (algorithm) {
    case Digest::kMd5:
      return EVP_md5();
    case Digest::kSha1:
      return EVP_sha1();
    case Digest::kSha256:
      return EVP_sha256();
    case Digest::kSha384:
      return EVP_sha384();
    case Digest::kSha512:
      return EVP_sha512();
  }
  std::abort();
}

int nibble(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string digest(Digest algorithm, std::string_view bytes) {
  unsigned char value[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  // Fails only without memory or with a broken OpenSSL: nothing a caller could go on with.
  if (EVP_Digest(bytes.data(), bytes.size(), value, &size, method_of(algorithm), nullptr) != 1) std::abort();
  return {reinterpret_cast<const char*>(value), size};
}

// As above: there is no way to go on after a failure here.
DigestStream::DigestStream(Digest algorithm) : context_(EVP_MD_CTX_new()) {
  if (context_ == nullptr || EVP_DigestInit_ex(context_.get(), method_of(algorithm), nullptr) != 1) std::abort();
}

void DigestStream::Free::operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }

void DigestStream::add(std::string_view bytes) {
  if (EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) != 1) std::abort();
}

std::string DigestStream::finish() {
  unsigned char value[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (EVP_DigestFinal_ex(context_.get(), value, &size) != 1) std::abort();
  return {reinterpret_cast<const char*>(value), size};
}

size_t digest_size(Digest algorithm) { return static_cast<size_t>(EVP_MD_get_size(method_of(algorithm))); }

std::string_view digest_name(Digest algorithm) {
  switch (algorithm) {
    case Digest::kMd5:
      return "MD5";
    case Digest::kSha1:
      return "SHA1";
    case Digest::kSha256:
      return "SHA256";
    case Digest::kSha384:
      return "SHA384";
    case Digest::kSha512:
      return "SHA512";
  }
  std::abort();
}

std::optional<Digest> digest_of(std::string_view name) {
  if (name == "MD5") return Digest::kMd5;
  if (name == "SHA1" || name == "SHA-1") return Digest::kSha1;
  if (name == "SHA256" || name == "SHA2-256") return Digest::kSha256;
  if (name == "SHA384" || name == "SHA2-384") return Digest::kSha384;
  if (name == "SHA512" || name == "SHA2-512") return Digest::kSha512;
  return std::nullopt;
}

std::string hex(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto value = static_cast<unsigned char>(c);
    text += kDigits[value >> 4];
    text += kDigits[value & 15];
  }
  return text;
}

absl::StatusOr<std::string> unhex(std::string_view text) {
  if (text.size() % 2 != 0) return absl::InvalidArgumentError("odd number of hex digits");
  std::string bytes;
  bytes.reserve(text.size() / 2);
  for (size_t i = 0; i < text.size(); i += 2) {
    const int high = nibble(text[i]);
    const int low = nibble(text[i + 1]);
    if (high < 0 || low < 0) return absl::InvalidArgumentError("not a hex digit");
    bytes += static_cast<char>(high * 16 + low);
  }
  return bytes;
}

}  // namespace phone::crypto
