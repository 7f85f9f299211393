// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/unit/tls/table_peer.hpp"

#include <arpa/inet.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>

namespace phone::tls {
namespace {

struct Pair {
  crypto::EvpPkeyPtr key;
  crypto::X509Ptr certificate;
};

void extend(X509* certificate, int id, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, id, value);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

Pair make_pair(bool rsa) {
  Pair pair{crypto::EvpPkeyPtr(rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256")), crypto::X509Ptr(X509_new())};
  X509* certificate = pair.certificate.get();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 7);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, pair.key.get());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("peer"), -1, -1, 0);
  X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
  extend(certificate, NID_basic_constraints, "critical,CA:TRUE");
  extend(certificate, NID_subject_alt_name, "DNS:peer");
  X509_sign(certificate, pair.key.get(), EVP_sha256());
  return pair;
}

const Pair& pair_of(bool rsa) {
  static const Pair kRsa = make_pair(true), kEc = make_pair(false);
  return rsa ? kRsa : kEc;
}

void show(SSL_CTX* context, bool rsa) {
  SSL_CTX_use_certificate(context, pair_of(rsa).certificate.get());
  SSL_CTX_use_PrivateKey(context, pair_of(rsa).key.get());
}

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const auto size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<size_t>(size)};
}

}  // namespace

crypto::SslCtxPtr peer_context(const Left& left, bool server) {
  crypto::SslCtxPtr made(SSL_CTX_new(server ? TLS_server_method() : TLS_client_method()));
  SSL_CTX* context = made.get();
  SSL_CTX_set_security_level(context, 0);
  SSL_CTX_set_min_proto_version(context, left.version == 0 ? TLS1_VERSION : left.version);
  SSL_CTX_set_max_proto_version(context, left.version == 0 ? TLS1_3_VERSION : left.version);
  SSL_CTX_set_cipher_list(context, left.suites12.empty() ? "ALL:COMPLEMENTOFALL" : left.suites12.c_str());
  SSL_CTX_set_ciphersuites(context, left.suites13.empty()
                                        ? "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:"
                                          "TLS_AES_128_CCM_SHA256:TLS_AES_128_CCM_8_SHA256"
                                        : left.suites13.c_str());
  SSL_CTX_set1_groups_list(
      context, left.groups.empty() ? "X25519:P-256:X448:P-521:P-384:ffdhe2048:ffdhe3072" : left.groups.c_str());
  if (!left.signatures.empty()) SSL_CTX_set1_sigalgs_list(context, left.signatures.c_str());
  SSL_CTX_set_dh_auto(context, 1);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  if (!left.rsa_alone) show(context, false);
  show(context, true);
  return made;
}

std::vector<std::string> all_suites12() {
  const crypto::SslCtxPtr context(SSL_CTX_new(TLS_method()));
  SSL_CTX_set_security_level(context.get(), 0);
  SSL_CTX_set_cipher_list(context.get(), "ALL:COMPLEMENTOFALL");
  SSL_CTX_set_ciphersuites(context.get(), "");
  std::vector<std::string> names;
  const STACK_OF(SSL_CIPHER)* all = SSL_CTX_get_ciphers(context.get());
  for (int i = 0; i < sk_SSL_CIPHER_num(all); ++i) names.emplace_back(SSL_CIPHER_get_name(sk_SSL_CIPHER_value(all, i)));
  return names;
}

TablePeer::TablePeer() : context_(peer_context({}, true)) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
  listen(listener_, 8);
  socklen_t size = sizeof address;
  getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

TablePeer::~TablePeer() {
  shutdown(listener_, SHUT_RDWR);
  thread_.join();
  close(listener_);
}

void TablePeer::leave(const Left& left) {
  std::shared_ptr<SSL_CTX> context(peer_context(left, true));
  const std::lock_guard lock(mutex_);
  context_ = std::move(context);
}

void TablePeer::serve() {
  for (int fd; (fd = accept(listener_, nullptr, nullptr)) >= 0; close(fd)) {
    const timeval patience{5, 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    std::shared_ptr<SSL_CTX> context;
    {
      const std::lock_guard lock(mutex_);
      context = context_;
    }
    const crypto::SslPtr ssl(SSL_new(context.get()));
    SSL_set_fd(ssl.get(), fd);
    if (SSL_accept(ssl.get()) != 1) continue;
    // Enough of HTTP for a download that asks for one file.
    char buffer[1024];
    if (SSL_read(ssl.get(), buffer, sizeof buffer) <= 0) continue;
    constexpr char kAnswer[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
    SSL_write(ssl.get(), kAnswer, static_cast<int>(std::strlen(kAnswer)));
    SSL_shutdown(ssl.get());
  }
}

bool shake_hands(SSL_CTX* client, SSL_CTX* server) {
  const crypto::SslPtr one(SSL_new(client)), other(SSL_new(server));
  BIO *left = nullptr, *right = nullptr;
  if (BIO_new_bio_pair(&left, 0, &right, 0) != 1) return false;
  SSL_set_bio(one.get(), left, left);
  SSL_set_bio(other.get(), right, right);
  SSL_set_connect_state(one.get());
  SSL_set_accept_state(other.get());
  for (int turn = 0; turn < 16; ++turn) {
    const int here = SSL_do_handshake(one.get());
    const int there = SSL_do_handshake(other.get());
    if (here == 1 && there == 1) return true;
    const auto waits = [](SSL* ssl, int result) {
      return result == 1 || SSL_get_error(ssl, result) == SSL_ERROR_WANT_READ;
    };
    if (!waits(one.get(), here) || !waits(other.get(), there)) return false;
  }
  return false;
}

const Pem& peer_identity(bool rsa) {
  const auto make = [](bool kind) {
    const crypto::BioPtr certificate(BIO_new(BIO_s_mem())), key(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509(certificate.get(), pair_of(kind).certificate.get());
    PEM_write_bio_PrivateKey(key.get(), pair_of(kind).key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    return Pem{text_of(certificate.get()), text_of(key.get())};
  };
  static const Pem kRsa = make(true), kEc = make(false);
  return rsa ? kRsa : kEc;
}

}  // namespace phone::tls
