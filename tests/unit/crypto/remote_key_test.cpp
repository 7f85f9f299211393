// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F83: a TLS client proves its identity with a key that is not in its reach.
#include "common/crypto/remote_key.hpp"

#include <atomic>

#include <gtest/gtest.h>
#include <openssl/ec.h>
#include <openssl/rsa.h>

#include "common/crypto/errors.hpp"

namespace phone::crypto {
namespace {

struct Party {
  EvpPkeyPtr key;
  X509Ptr certificate;
};

Party make_party(EVP_PKEY* key) {
  Party party{EvpPkeyPtr(key), X509Ptr(X509_new())};
  X509* x = party.certificate.get();
  X509_set_version(x, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(x), 7);
  X509_gmtime_adj(X509_getm_notBefore(x), -60);
  X509_gmtime_adj(X509_getm_notAfter(x), 3600);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("SEP0A1B2C3D4E5F"), -1, -1, 0);
  X509_set_issuer_name(x, X509_get_subject_name(x));
  X509_set_pubkey(x, key);
  X509_sign(x, key, EVP_sha256());
  return party;
}

// What the key holder does, with OpenSSL in place of a token.
absl::StatusOr<std::string> sign_locally(EVP_PKEY* key, const SigningInput& input) {
  const EvpPkeyCtxPtr context(EVP_PKEY_CTX_new(key, nullptr));
  EVP_PKEY_sign_init(context.get());
  if (input.scheme != SigningInput::kEcdsa) {
    EVP_PKEY_CTX_set_rsa_padding(context.get(),
                                 input.scheme == SigningInput::kRsaPss ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING);
    if (input.scheme == SigningInput::kRsaPss) {
      EVP_PKEY_CTX_set_rsa_pss_saltlen(context.get(), RSA_PSS_SALTLEN_DIGEST);
    }
  }
  EVP_PKEY_CTX_set_signature_md(context.get(), EVP_get_digestbyname(std::string(digest_name(input.digest)).c_str()));
  unsigned char out[1024];
  size_t size = sizeof out;
  if (EVP_PKEY_sign(context.get(), out, &size, reinterpret_cast<const unsigned char*>(input.input.data()),
                    input.input.size()) != 1) {
    return absl::InternalError(openssl_errors());
  }
  return std::string(reinterpret_cast<char*>(out), size);
}

int accept_any(int, X509_STORE_CTX*) { return 1; }

// Runs both ends of a handshake over a memory pair; the server demands a client certificate.
struct Outcome {
  bool done = false;
  std::string error;
  std::string version;
};

Outcome handshake(const Party& server, const Party& client, EVP_PKEY* client_key, int version, const char* sigalgs) {
  const SslCtxPtr server_context(SSL_CTX_new(TLS_server_method()));
  SSL_CTX_use_certificate(server_context.get(), server.certificate.get());
  SSL_CTX_use_PrivateKey(server_context.get(), server.key.get());
  SSL_CTX_set_verify(server_context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, accept_any);
  if (sigalgs != nullptr) SSL_CTX_set1_client_sigalgs_list(server_context.get(), sigalgs);
  const SslCtxPtr client_context(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_min_proto_version(client_context.get(), version);
  SSL_CTX_set_max_proto_version(client_context.get(), version);
  if (SSL_CTX_use_certificate(client_context.get(), client.certificate.get()) != 1 ||
      SSL_CTX_use_PrivateKey(client_context.get(), client_key) != 1 ||
      SSL_CTX_check_private_key(client_context.get()) != 1) {
    return {false, "key not taken: " + openssl_errors(), ""};
  }
  const SslPtr a(SSL_new(client_context.get()));
  const SslPtr b(SSL_new(server_context.get()));
  BIO* left = nullptr;
  BIO* right = nullptr;
  BIO_new_bio_pair(&left, 1 << 16, &right, 1 << 16);
  SSL_set_bio(a.get(), left, left);
  SSL_set_bio(b.get(), right, right);
  SSL_set_connect_state(a.get());
  SSL_set_accept_state(b.get());
  for (int round = 0; round < 20; ++round) {
    const int one = SSL_do_handshake(a.get());
    if (one != 1 && SSL_get_error(a.get(), one) != SSL_ERROR_WANT_READ) return {false, openssl_errors(), ""};
    const int two = SSL_do_handshake(b.get());
    if (two != 1 && SSL_get_error(b.get(), two) != SSL_ERROR_WANT_READ) return {false, openssl_errors(), ""};
    if (one == 1 && two == 1) return {SSL_get0_peer_certificate(b.get()) != nullptr, "", SSL_get_version(a.get())};
  }
  return {false, "handshake does not end", ""};
}

struct Row {
  const char* name;
  int version;
  const char* curve;    // null: RSA
  const char* sigalgs;  // what the server accepts from a client
  SigningInput::Scheme scheme;
};

class F83_RemoteKey_Table : public ::testing::TestWithParam<Row> {};

EVP_PKEY* key_for(const Row& row) { return row.curve != nullptr ? EVP_EC_gen(row.curve) : EVP_RSA_gen(2048); }

TEST_P(F83_RemoteKey_Table, SignsTheClientsPartOfTheHandshake) {
  const Row& row = GetParam();
  const Party server = make_party(EVP_EC_gen("P-256"));
  const Party client = make_party(key_for(row));
  const auto public_key = PublicKey::from_x509(client.certificate.get());
  ASSERT_TRUE(public_key.ok());
  int asked = 0;
  const auto remote = remote_private_key(*public_key, [&](const SigningInput& input) {
    ++asked;
    EXPECT_EQ(input.scheme, row.scheme);
    EXPECT_EQ(input.input.size(), digest_size(input.digest));
    return sign_locally(client.key.get(), input);
  });
  ASSERT_TRUE(remote.ok()) << remote.status();
  const Outcome outcome = handshake(server, client, remote->get(), row.version, row.sigalgs);
  EXPECT_TRUE(outcome.done) << outcome.error;
  EXPECT_EQ(outcome.version, row.version == TLS1_2_VERSION ? "TLSv1.2" : "TLSv1.3");
  EXPECT_EQ(asked, 1);
}

INSTANTIATE_TEST_SUITE_P(
    Handshakes, F83_RemoteKey_Table,
    ::testing::Values(Row{"Tls12RsaPkcs1", TLS1_2_VERSION, nullptr, "RSA+SHA256", SigningInput::kRsaPkcs1},
                      Row{"Tls12RsaPkcs1Sha512", TLS1_2_VERSION, nullptr, "RSA+SHA512", SigningInput::kRsaPkcs1},
                      Row{"Tls12RsaPss", TLS1_2_VERSION, nullptr, "rsa_pss_rsae_sha256", SigningInput::kRsaPss},
                      Row{"Tls13RsaPss256", TLS1_3_VERSION, nullptr, "rsa_pss_rsae_sha256", SigningInput::kRsaPss},
                      Row{"Tls13RsaPss384", TLS1_3_VERSION, nullptr, "rsa_pss_rsae_sha384", SigningInput::kRsaPss},
                      Row{"Tls13RsaPss512", TLS1_3_VERSION, nullptr, "rsa_pss_rsae_sha512", SigningInput::kRsaPss},
                      Row{"Tls12Ec256", TLS1_2_VERSION, "P-256", nullptr, SigningInput::kEcdsa},
                      Row{"Tls12Ec384", TLS1_2_VERSION, "P-384", nullptr, SigningInput::kEcdsa},
                      Row{"Tls12Ec521", TLS1_2_VERSION, "P-521", nullptr, SigningInput::kEcdsa},
                      Row{"Tls13Ec256", TLS1_3_VERSION, "P-256", nullptr, SigningInput::kEcdsa},
                      Row{"Tls13Ec384", TLS1_3_VERSION, "P-384", nullptr, SigningInput::kEcdsa},
                      Row{"Tls13Ec521", TLS1_3_VERSION, "P-521", nullptr, SigningInput::kEcdsa}),
    [](const auto& info) { return info.param.name; });

TEST(F83_RemoteKeyRefusal_Table, AHolderThatRefusesEndsTheHandshakeWithItsReason) {
  const Party server = make_party(EVP_EC_gen("P-256"));
  const Party client = make_party(EVP_EC_gen("P-256"));
  const auto remote = remote_private_key(*PublicKey::from_x509(client.certificate.get()), [](const SigningInput&) {
    return absl::StatusOr<std::string>(absl::PermissionDeniedError("purpose not served"));
  });
  ASSERT_TRUE(remote.ok());
  const Outcome outcome = handshake(server, client, remote->get(), TLS1_3_VERSION, nullptr);
  EXPECT_FALSE(outcome.done);
  EXPECT_NE(outcome.error.find("purpose not served"), std::string::npos) << outcome.error;
}

TEST(F83_RemoteKeyRefusal_Table, AKeyOfAnotherCertificateIsNotTaken) {
  const Party server = make_party(EVP_EC_gen("P-256"));
  const Party client = make_party(EVP_RSA_gen(2048));
  const Party other = make_party(EVP_RSA_gen(2048));
  const auto remote = remote_private_key(*PublicKey::from_x509(other.certificate.get()), [](const SigningInput&) {
    return absl::StatusOr<std::string>(absl::InternalError("never asked"));
  });
  const Outcome outcome = handshake(server, client, remote->get(), TLS1_3_VERSION, nullptr);
  EXPECT_FALSE(outcome.done);
}

TEST(F83_RemoteKeyRefusal_Table, AnOversizedSignatureIsRefused) {
  const Party server = make_party(EVP_EC_gen("P-256"));
  const Party client = make_party(EVP_RSA_gen(2048));
  const auto remote = remote_private_key(*PublicKey::from_x509(client.certificate.get()), [](const SigningInput&) {
    return absl::StatusOr<std::string>(std::string(100000, 'x'));
  });
  EXPECT_FALSE(handshake(server, client, remote->get(), TLS1_2_VERSION, nullptr).done);
}

}  // namespace
}  // namespace phone::crypto
