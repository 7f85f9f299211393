// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// signable.hpp -- contents that purposes sign, for tests of the key holder.
#pragma once

#include <openssl/x509.h>

#include <string>
#include <string_view>

#include "common/crypto/digest.hpp"
#include "common/crypto/pointers.hpp"

namespace phone::certificates {

// RFC 8446 section 4.4.3; `text` stands for the handshake.
inline std::string tls13_content(std::string_view text, const char* side = "client") {
  return std::string(64, ' ') + "TLS 1.3, " + side + " CertificateVerify" + std::string(1, '\0') +
         crypto::digest(crypto::Digest::kSha256, text);
}

// What X509_REQ_sign signs.
inline std::string request_content(const std::string& spki) {
  const auto* at = reinterpret_cast<const unsigned char*>(spki.data());
  const crypto::EvpPkeyPtr key(d2i_PUBKEY(nullptr, &at, static_cast<long>(spki.size())));
  X509_REQ* request = X509_REQ_new();
  X509_REQ_set_pubkey(request, key.get());
  unsigned char* der = nullptr;
  const int size = i2d_re_X509_REQ_tbs(request, &der);
  const crypto::OpensslBytes held(der);
  X509_REQ_free(request);
  return size <= 0 ? std::string() : std::string(reinterpret_cast<char*>(der), static_cast<size_t>(size));
}

}  // namespace phone::certificates
