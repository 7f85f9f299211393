// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/trustfile/keys.hpp"

#include <openssl/pem.h>

#include <cstring>

#include "absl/strings/str_cat.h"
#include "common/crypto/errors.hpp"
#include "common/crypto/secret.hpp"
#include "tools/phonectl/prompt.hpp"
#include "tools/trustfile/files.hpp"

namespace phone::trustfile {
namespace {

constexpr std::size_t kLargestKey = 64 * 1024;
constexpr std::size_t kLongestPassphrase = 1024;

struct Asked {
  const Path& file;  // empty: ask
  absl::Status failed;
};

absl::StatusOr<std::string> passphrase(const Path& file) {
  if (file.empty()) return phonectl::read_secret("Passphrase of the key: ", "passphrase");
  auto text = read(file, kLongestPassphrase);
  if (!text.ok()) return text.status();
  const std::size_t end = text->find_first_of("\r\n");
  if (end != std::string::npos) text->resize(end);
  return text;
}

// OpenSSL asks only when the key is encrypted.
int give(char* to, int size, int, void* context) {
  auto& asked = *static_cast<Asked*>(context);
  auto text = passphrase(asked.file);
  if (!text.ok()) {
    asked.failed = text.status();
    return -1;
  }
  const int length = std::min(size, static_cast<int>(text->size()));
  std::memcpy(to, text->data(), static_cast<std::size_t>(length));
  crypto::wipe(*text);
  return length;
}

lab::Hash hash_of(const std::string& name) {
  if (name == "sha1") return lab::Hash::kSha1;
  return name == "sha256" ? lab::Hash::kSha256 : lab::Hash::kSha512;
}

}  // namespace

absl::StatusOr<crypto::EvpPkeyPtr> read_private_key(const Path& pem, const Path& passphrase_file) {
  auto bytes = read(pem, kLargestKey);
  if (!bytes.ok()) return bytes.status();
  const crypto::Secret text(std::move(*bytes));
  Asked asked{passphrase_file, absl::OkStatus()};
  const crypto::BioPtr in(BIO_new_mem_buf(text.view().data(), static_cast<int>(text.size())));
  crypto::EvpPkeyPtr key(in ? PEM_read_bio_PrivateKey(in.get(), nullptr, &give, &asked) : nullptr);
  const std::string detail = crypto::openssl_errors();
  if (!asked.failed.ok()) return asked.failed;
  if (!key) return absl::InvalidArgumentError(absl::StrCat("no private key in ", pem.string(), ": ", detail));
  return key;
}

absl::StatusOr<lab::IdentityPtr> read_signer(const Signing& by) {
  auto key = read_private_key(by.key, by.passphrase);
  if (!key.ok()) return key.status();
  const Path& file = by.certificate.empty() ? by.key : by.certificate;
  auto pem = read(file, kLargestKey);
  if (!pem.ok()) return pem.status();
  const auto certificate = crypto::certificate_from_pem(*pem);
  crypto::wipe(*pem);
  if (!certificate.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("no certificate of the signer in ", file.string(),
                                                   by.certificate.empty() ? ", name one with --certificate" : ""));
  }
  X509* x509 = certificate->get();
  if (X509_check_private_key(x509, key->get()) != 1) {
    crypto::openssl_errors();
    return absl::InvalidArgumentError(
        absl::StrCat("the key in ", by.key.string(), " is not that of ", crypto::title(x509)));
  }
  X509_up_ref(x509);
  return std::make_shared<lab::Identity>(lab::X509Ptr(x509), lab::KeyPtr(key->release()));
}

absl::StatusOr<lab::FileSigning> signing_of(const Signing& by) {
  auto signer = read_signer(by);
  if (!signer.ok()) return signer.status();
  return lab::FileSigning{*std::move(signer), hash_of(by.hash), static_cast<std::uint32_t>(absl::ToUnixSeconds(by.at))};
}

}  // namespace phone::trustfile
