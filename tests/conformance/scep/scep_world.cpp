// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/conformance/scep/scep_world.hpp"

#include <openssl/rsa.h>

#include "absl/time/clock.h"

namespace phone::enrolment {

absl::StatusOr<std::string> LocalKeys::make_key(int rsa_bits) {
  crypto::EvpPkeyPtr key(EVP_RSA_gen(static_cast<unsigned>(rsa_bits)));
  EVP_PKEY_up_ref(key.get());
  const auto public_key = crypto::PublicKey::adopt(key.get());
  const std::string name = crypto::spki_fingerprint(*public_key);
  keys_[name] = std::move(key);
  return public_key->spki();
}

absl::StatusOr<std::string> LocalKeys::sign(const std::string& key, const crypto::SigningInput& input) {
  ++signatures;
  const crypto::EvpPkeyCtxPtr context(EVP_PKEY_CTX_new(keys_.at(key).get(), nullptr));
  EVP_PKEY_sign_init(context.get());
  EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING);
  EVP_PKEY_CTX_set_signature_md(context.get(),
                                EVP_get_digestbyname(std::string(crypto::digest_name(input.digest)).c_str()));
  std::string signature(512, '\0');
  size_t size = signature.size();
  if (EVP_PKEY_sign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                    reinterpret_cast<const unsigned char*>(input.input.data()), input.input.size()) != 1) {
    return absl::InternalError("no signature");
  }
  signature.resize(size);
  return signature;
}

absl::StatusOr<crypto::Secret> LocalKeys::open(const std::string& key, const std::string& wrapped) {
  ++opened;
  const crypto::EvpPkeyCtxPtr context(EVP_PKEY_CTX_new(keys_.at(key).get(), nullptr));
  EVP_PKEY_decrypt_init(context.get());
  std::string content(512, '\0');
  size_t size = content.size();
  if (EVP_PKEY_decrypt(context.get(), reinterpret_cast<unsigned char*>(content.data()), &size,
                       reinterpret_cast<const unsigned char*>(wrapped.data()), wrapped.size()) != 1) {
    return absl::InvalidArgumentError("not for this key");
  }
  content.resize(size);
  return crypto::Secret(std::move(content));
}

absl::StatusOr<std::string> LocalKeys::held() {
  if (!certificate) return absl::NotFoundError("there is no user certificate");
  return certificate->der();
}

std::string LocalKeys::store(const std::string& der, const std::vector<std::string>& with) {
  auto parsed = crypto::Certificate::parse(der);
  if (!parsed.ok() || !keys_.contains(crypto::spki_fingerprint(parsed->public_key()))) return "not for a key made here";
  certificate = *std::move(parsed);
  issuers = with;
  return {};
}

ScepDelegate Told::delegate() {
  return {[this](Progress one) { progress.push_back(one); },
          [this](absl::Duration duration) {
            pauses.push_back(duration);
            ahead += duration;
            paused();
            return stands;
          },
          [this] { return present.value_or(clock::Present{.time = absl::Now() + ahead}); },
          [this](const Authority& authority) {
            vouched_for.push_back(authority.recipient.subject());
            return word;
          }};
}

std::string fingerprint(const crypto::Certificate& certificate, crypto::Digest digest, char separator) {
  const std::string hex = certificate.fingerprint(digest);
  std::string text;
  for (size_t i = 0; i < hex.size(); i += 2) {
    if (i > 0 && separator != '\0') text += separator;
    text += static_cast<char>(std::toupper(static_cast<unsigned char>(hex[i])));
    text += static_cast<char>(std::toupper(static_cast<unsigned char>(hex[i + 1])));
  }
  return text;
}

}  // namespace phone::enrolment
