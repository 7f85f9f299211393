// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What each purpose signs, taken from OpenSSL itself as it asks a remote key, against every purpose: exactly one kind
// of purpose takes each.
#include "services/certificate_manager/keys/signed_content.hpp"

#include <gtest/gtest.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <map>
#include <set>

#include "absl/strings/match.h"
#include "common/crypto/remote_key.hpp"
#include "common/crypto/x509.hpp"
#include "tests/unit/certificate_manager/signable.hpp"

namespace phone::certificates {
namespace {

using crypto::Digest;
using crypto::SigningInput;

constexpr char kDevice[] = "SEP0A1B2C3D4E5F";

struct Own {
  crypto::EvpPkeyPtr key;
  crypto::X509Ptr certificate;
  std::string der;
};

Own make_own(bool rsa) {
  Own own{crypto::EvpPkeyPtr(rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256")), crypto::X509Ptr(X509_new()), {}};
  X509* certificate = own.certificate.get();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), rsa ? 3 : 4);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, own.key.get());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(kDevice), -1, -1, 0);
  X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
  X509_sign(certificate, own.key.get(), EVP_sha256());
  own.der = crypto::Certificate::parse([&] {
              unsigned char* bytes = nullptr;
              const int size = i2d_X509(certificate, &bytes);
              const crypto::OpensslBytes held(bytes);
              return std::string(reinterpret_cast<char*>(bytes), static_cast<size_t>(size));
            }())
                ->der();
  return own;
}
const Own& rsa_own() {
  static const Own kOwn = make_own(true);
  return kOwn;
}
const Own& ec_own() {
  static const Own kOwn = make_own(false);
  return kOwn;
}

// Signs nothing: what was asked is all a test wants, and OpenSSL hears of a failure.
crypto::EvpPkeyPtr listening_key(const Own& own, SigningInput& heard) {
  return *crypto::remote_private_key(*crypto::PublicKey::from_x509(own.certificate.get()),
                                     [&heard](const SigningInput& input) -> absl::StatusOr<std::string> {
                                       heard = input;
                                       return absl::UnavailableError("it listens");
                                     });
}

int accept_any(int, X509_STORE_CTX*) { return 1; }

// What the client, or the server, has signed in a handshake of this version.
SigningInput asked_in_handshake(const Own& own, int version, bool server = false) {
  const crypto::SslCtxPtr contexts[] = {crypto::SslCtxPtr(SSL_CTX_new(TLS_client_method())),
                                        crypto::SslCtxPtr(SSL_CTX_new(TLS_server_method()))};
  SigningInput heard;
  const crypto::EvpPkeyPtr listening = listening_key(own, heard);
  for (const bool side : {false, true}) {
    SSL_CTX* context = contexts[side ? 1 : 0].get();
    SSL_CTX_set_min_proto_version(context, version);
    SSL_CTX_set_max_proto_version(context, version);
    SSL_CTX_set_cipher_list(context, "ECDHE");
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, accept_any);
    const Own& shown = side == server ? own : ec_own();
    SSL_CTX_use_certificate(context, shown.certificate.get());
    SSL_CTX_use_PrivateKey(context, side == server ? listening.get() : shown.key.get());
  }
  const crypto::SslPtr client(SSL_new(contexts[0].get())), other(SSL_new(contexts[1].get()));
  BIO *left = nullptr, *right = nullptr;
  BIO_new_bio_pair(&left, 1 << 16, &right, 1 << 16);
  SSL_set_bio(client.get(), left, left);
  SSL_set_bio(other.get(), right, right);
  SSL_set_connect_state(client.get());
  SSL_set_accept_state(other.get());
  for (int turn = 0; turn < 8 && heard.input.empty(); ++turn) {
    SSL_do_handshake(client.get());
    SSL_do_handshake(other.get());
  }
  ERR_clear_error();
  return heard;
}

SigningInput asked_for_cms() {
  SigningInput heard;
  const crypto::EvpPkeyPtr key = listening_key(rsa_own(), heard);
  const crypto::BioPtr content(BIO_new_mem_buf("message", 7));
  CMS_ContentInfo* cms = CMS_sign(nullptr, nullptr, nullptr, content.get(), CMS_PARTIAL | CMS_BINARY);
  CMS_add1_signer(cms, rsa_own().certificate.get(), key.get(), EVP_sha256(), 0);
  CMS_final(cms, content.get(), nullptr, CMS_BINARY);
  CMS_ContentInfo_free(cms);
  ERR_clear_error();
  return heard;
}

SigningInput asked_for_request() {
  SigningInput heard;
  const crypto::EvpPkeyPtr key = listening_key(rsa_own(), heard);
  X509_REQ* request = X509_REQ_new();
  X509_REQ_set_pubkey(request, rsa_own().key.get());
  X509_REQ_sign(request, key.get(), EVP_sha256());
  X509_REQ_free(request);
  ERR_clear_error();
  return heard;
}

// As SCEP's first message has it, and as an authority would.
SigningInput asked_for_certificate(const char* issuer) {
  SigningInput heard;
  const crypto::EvpPkeyPtr key = listening_key(rsa_own(), heard);
  const crypto::X509Ptr certificate(X509_dup(rsa_own().certificate.get()));
  X509_NAME* name = X509_NAME_dup(X509_get_subject_name(certificate.get()));
  if (issuer != nullptr) {
    X509_NAME_add_entry_by_txt(name, "O", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(issuer), -1, -1, 0);
  }
  X509_set_issuer_name(certificate.get(), name);
  X509_NAME_free(name);
  X509_sign(certificate.get(), key.get(), EVP_sha256());
  ERR_clear_error();
  return heard;
}

Scheme scheme_of(const SigningInput& input) {
  return input.scheme == SigningInput::kEcdsa    ? Scheme::kEcdsa
         : input.scheme == SigningInput::kRsaPss ? Scheme::kRsaPss
                                                 : Scheme::kRsaPkcs1;
}

SigningInput made(std::string content, SigningInput::Scheme scheme = SigningInput::kRsaPss) {
  return {scheme, Digest::kSha256, crypto::digest(Digest::kSha256, content), std::move(content)};
}

absl::Status check(Purpose purpose, const SigningInput& asked, std::string_view leaf) {
  return check_content(purpose, scheme_of(asked), asked.digest,
                       {.bytes = asked.content, .digest = asked.input, .device = kDevice, .leaf = leaf});
}

constexpr Purpose kPurposes[] = {Purpose::kSipTls,      Purpose::kTvsTls,     Purpose::kHttpsTls, Purpose::kCapfProof,
                                 Purpose::kEapTlsWired, Purpose::kEapTlsWlan, Purpose::kScep,     Purpose::kWebTls};
const std::set<Purpose> kTls = {Purpose::kSipTls, Purpose::kTvsTls, Purpose::kHttpsTls, Purpose::kEapTlsWired,
                                Purpose::kEapTlsWlan};

struct ContentRow {
  const char* name;
  SigningInput asked;
  std::string leaf;
  std::set<Purpose> taken_by;
};

std::vector<ContentRow> rows() {
  const std::string &rsa = rsa_own().der, &ec = ec_own().der;
  const std::string proof = std::string(kDevice) + std::string(1, '\0') + rsa;
  std::string later = asked_in_handshake(rsa_own(), TLS1_2_VERSION).content;
  later += std::string("\x14\0\0\0", 4);
  std::vector<ContentRow> all = {
      {"TLS 1.3 client, RSA", asked_in_handshake(rsa_own(), TLS1_3_VERSION), rsa, kTls},
      {"TLS 1.3 client, EC", asked_in_handshake(ec_own(), TLS1_3_VERSION), ec, kTls},
      {"TLS 1.2 client, RSA", asked_in_handshake(rsa_own(), TLS1_2_VERSION), rsa, kTls},
      {"TLS 1.2 client, EC", asked_in_handshake(ec_own(), TLS1_2_VERSION), ec, kTls},
      {"TLS 1.2 client with another's certificate", asked_in_handshake(rsa_own(), TLS1_2_VERSION), ec, {}},
      {"TLS 1.3 server", asked_in_handshake(rsa_own(), TLS1_3_VERSION, true), rsa, {Purpose::kWebTls}},
      {"TLS 1.3 server, EC", asked_in_handshake(ec_own(), TLS1_3_VERSION, true), ec, {Purpose::kWebTls}},
      {"TLS 1.2 server", asked_in_handshake(rsa_own(), TLS1_2_VERSION, true), rsa, {Purpose::kWebTls}},
      {"TLS 1.2 server, EC", asked_in_handshake(ec_own(), TLS1_2_VERSION, true), ec, {Purpose::kWebTls}},
      {"TLS 1.2 server and a byte more",
       made(asked_in_handshake(rsa_own(), TLS1_2_VERSION, true).content + "x"),
       rsa,
       {}},
      {"TLS 1.2 server, a byte less",
       made(asked_in_handshake(rsa_own(), TLS1_2_VERSION, true).content.substr(1)),
       rsa,
       {}},
      {"TLS 1.2 server, explicit curve",
       made(std::string(64, 'r') + std::string("\x01\x00\x1d\x20", 4) + std::string(32, 'p')),
       rsa,
       {}},
      {"TLS 1.2 server, unknown curve",
       made(std::string(64, 'r') + std::string("\x03\x00\x1e\x20", 4) + std::string(32, 'p')),
       rsa,
       {}},
      {"TLS 1.2 client and a message more", made(later), rsa, {}},
      {"TLS 1.3 client with PKCS#1", made(tls13_content("x"), SigningInput::kRsaPkcs1), rsa, {}},
      {"TLS 1.3 client, a byte more", made(tls13_content("x") + "x"), rsa, {}},
      {"TLS 1.3 client, a space less", made(tls13_content("x").substr(1)), rsa, {}},
      {"certification request", asked_for_request(), rsa, {Purpose::kScep}},
      {"certificate of its own", asked_for_certificate(nullptr), rsa, {Purpose::kScep}},
      {"certificate for somebody else", asked_for_certificate("an authority"), rsa, {}},
      {"signed attributes of CMS", asked_for_cms(), rsa, {Purpose::kScep}},
      {"certification request and a byte more", made(asked_for_request().content + "x"), rsa, {}},
      {"an empty SET", made(std::string("\x31\x00", 2)), rsa, {}},
      {"CAPF proof", made(proof), rsa, {Purpose::kCapfProof}},
      {"CAPF proof of another device", made("SEP000000000000" + proof.substr(15)), rsa, {}},
      {"CAPF proof with another's certificate", made(proof), ec, {}},
      {"CAPF proof of the hardware", made("abcd" + rsa), rsa, {Purpose::kCapfProof}},
      {"the certificate alone", made(rsa), rsa, {}},
      {"a letter", made("a letter"), rsa, {}},
      {"many spaces", made(std::string(64, ' ')), rsa, {}},
  };
  return all;
}

TEST(F83_SignedContent_Table, EachContentServesItsPurposeAlone) {
  for (const ContentRow& row : rows()) {
    ASSERT_FALSE(row.asked.content.empty()) << row.name << ": OpenSSL gave the digest alone";
    for (const Purpose purpose : kPurposes) {
      const auto status = check(purpose, row.asked, row.leaf);
      EXPECT_EQ(status.ok(), row.taken_by.contains(purpose))
          << row.name << " for " << name_of(purpose) << ": " << status;
      if (status.ok()) continue;
      EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied) << row.name;
      EXPECT_TRUE(absl::StartsWith(status.message(), "not what ")) << status;
    }
  }
}

TEST(F83_SignedContent_Table, WithoutContentOnlyEapIsServed) {
  for (const Purpose purpose : kPurposes) {
    SigningInput asked = made(tls13_content("x"));
    asked.content.clear();
    const auto status = check(purpose, asked, rsa_own().der);
    const bool eap = purpose == Purpose::kEapTlsWired || purpose == Purpose::kEapTlsWlan;
    EXPECT_EQ(status.ok(), eap) << name_of(purpose);
    EXPECT_TRUE(eap || absl::IsInvalidArgument(status)) << status;
  }
}

TEST(F83_SignedContent_Table, TheDigestIsThatOfTheContent) {
  SigningInput asked = made(tls13_content("x"));
  asked.input[0] = static_cast<char>(asked.input[0] ^ 1);
  for (const Purpose purpose : kPurposes) {
    EXPECT_EQ(check(purpose, asked, rsa_own().der).message(), "the input is not the digest of the content");
  }
}

// Every prefix and every change of one byte of a real handshake: total, and taken only where the certificate is whole.
TEST(F83_SignedContent_Table, SpoiltHandshakesEndTheReaderQuietly) {
  const SigningInput asked = asked_in_handshake(rsa_own(), TLS1_2_VERSION);
  const std::string& whole = asked.content;
  for (size_t size = 1; size < whole.size(); ++size) {
    EXPECT_FALSE(check(Purpose::kSipTls, made(whole.substr(0, size)), rsa_own().der).ok()) << size;
  }
  for (size_t at = 0; at < 4; ++at) {
    std::string spoilt = whole;
    spoilt[at] = static_cast<char>(spoilt[at] ^ 0x40);
    EXPECT_FALSE(check(Purpose::kSipTls, made(spoilt), rsa_own().der).ok()) << at;
  }
}

// Which role may have what signed with which algorithm: everything that is not in the list is refused.
TEST(F83_WhoMaySignWhat_Table, RolePurposeSchemeAndDigestAllTogether) {
  const std::map<Purpose, Caller> signer = {
      {Purpose::kSipTls, Caller::kSignaling},       {Purpose::kTvsTls, Caller::kTrustStore},
      {Purpose::kHttpsTls, Caller::kPolicy},        {Purpose::kCapfProof, Caller::kEnrolment},
      {Purpose::kEapTlsWired, Caller::kSupplicant}, {Purpose::kEapTlsWlan, Caller::kSupplicant},
      {Purpose::kScep, Caller::kEnrolment},         {Purpose::kWebTls, Caller::kDiagnostics}};
  const auto rsa = *crypto::PublicKey::from_x509(rsa_own().certificate.get());
  const auto ec = *crypto::PublicKey::from_x509(ec_own().certificate.get());
  const std::set<Digest> sha2 = {Digest::kSha256, Digest::kSha384, Digest::kSha512};
  const std::set<Digest> capf = {Digest::kSha1, Digest::kSha512};
  int taken = 0;
  for (int purpose_number = 1; purpose_number <= 9; ++purpose_number) {
    const auto purpose = static_cast<Purpose>(purpose_number);
    for (int caller_number = 1; caller_number <= 11; ++caller_number) {
      const auto caller = static_cast<Caller>(caller_number);
      const bool may = signer.contains(purpose) && signer.at(purpose) == caller;
      EXPECT_EQ(serving(purpose, caller, Use::kSign, {}).has_value(), may) << name_of(purpose) << caller_number;
    }
    for (const Scheme scheme : {Scheme::kRsaPkcs1, Scheme::kRsaPss, Scheme::kRsaPkcs1Bare, Scheme::kEcdsa}) {
      for (const Digest digest : {Digest::kMd5, Digest::kSha1, Digest::kSha256, Digest::kSha384, Digest::kSha512}) {
        for (const auto* key : {&rsa, &ec}) {
          bool fits = (scheme == Scheme::kEcdsa) != key->is_rsa() && purpose != Purpose::kFileUnwrap;
          if (purpose == Purpose::kCapfProof) {
            fits = fits && capf.contains(digest) && (scheme == Scheme::kRsaPkcs1Bare || scheme == Scheme::kEcdsa);
          } else {
            fits = fits && sha2.contains(digest) && scheme != Scheme::kRsaPkcs1Bare;
            if (purpose == Purpose::kScep) fits = fits && scheme != Scheme::kRsaPss;
          }
          const std::string input(crypto::digest_size(digest), 'd');
          EXPECT_EQ(token_operation(purpose, scheme, digest, input, *key).ok(), fits)
              << name_of(purpose) << ", scheme " << static_cast<int>(scheme) << ", " << crypto::digest_name(digest);
          taken += fits ? 1 : 0;
        }
      }
    }
  }
  EXPECT_GT(taken, 50);
}

}  // namespace
}  // namespace phone::certificates
