// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <openssl/types.h>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/crypto/digest.hpp"
#include "common/crypto/public_key.hpp"

namespace phone::crypto {

// One X.509 certificate with a readable RSA or EC key. Parsing proves nothing about who signed it. Copies share it.
class Certificate {
 public:
  // Bigger than any certificate seen; a bound on work for hostile bytes.
  static constexpr size_t kMaximumSize = 64 * 1024;

  // INVALID_ARGUMENT for anything but exactly one certificate.
  static absl::StatusOr<Certificate> parse(std::string_view der);

  const std::string& der() const { return data_->der; }
  std::string subject() const;  // "CN=tftp.lab,O=Lab", attributes in the certificate's order
  std::string issuer() const;
  std::string issuer_der() const;  // the Name as it stands
  std::string subject_der() const;
  std::string serial() const;  // big-endian, minimal
  absl::Time not_before() const;
  absl::Time not_after() const;
  const PublicKey& public_key() const { return data_->key; }
  std::string signature_algorithm() const;          // "sha256WithRSAEncryption"
  std::string fingerprint(Digest algorithm) const;  // of the DER, lower-case hex
  std::string common_name() const;                  // the last CN of the subject; empty when there is none
  X509* get() const { return data_->certificate.get(); }

  friend bool operator==(const Certificate& left, const Certificate& right) { return left.der() == right.der(); }

 private:
  struct Data {
    std::string der;
    std::shared_ptr<X509> certificate;
    PublicKey key;
  };
  explicit Certificate(std::shared_ptr<const Data> data) : data_(std::move(data)) {}
  std::shared_ptr<const Data> data_;
};

// A certificate in PEM, the first of the text. INVALID_ARGUMENT when there is none.
absl::StatusOr<Certificate> certificate_from_pem(std::string_view pem);
// All certificates of a PEM text, in its order; empty when there is none. INVALID_ARGUMENT when one cannot be read.
absl::StatusOr<std::vector<Certificate>> certificates_from_pem(std::string_view pem);
std::string to_pem(const Certificate& certificate);

// For people, of any certificate whatever its key: "CN=tftp.lab,O=Lab (serial 0af3)", the name cut at 200 characters.
std::string title(const X509* certificate);
std::string title_of_name(const X509_NAME* name);

}  // namespace phone::crypto
