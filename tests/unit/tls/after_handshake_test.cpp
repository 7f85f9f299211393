// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// A server that is vouched for and does not come to rest after its handshake: it begins another one, or sends tickets
// and new keys without end. Each costs it next to nothing.
#include <absl/strings/match.h>
#include <absl/time/clock.h>
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <thread>

#include "common/crypto/x509.hpp"
#include "common/tls/client.hpp"

namespace phone::tls {
namespace {

struct Certified {
  crypto::EvpPkeyPtr key{EVP_EC_gen("P-256")};
  crypto::X509Ptr certificate{X509_new()};

  Certified() {
    X509* made = certificate.get();
    X509_set_version(made, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(made), 7);
    X509_gmtime_adj(X509_getm_notBefore(made), -3600);
    X509_gmtime_adj(X509_getm_notAfter(made), 3600);
    X509_set_pubkey(made, key.get());
    X509_sign(made, key.get(), EVP_sha256());
  }
  std::string der() const {
    unsigned char* bytes = nullptr;
    const int size = i2d_X509(certificate.get(), &bytes);
    std::string der(reinterpret_cast<char*>(bytes), static_cast<size_t>(size));
    OPENSSL_free(bytes);
    return der;
  }
};

class RestlessServer {
 public:
  // `restless` is called after the handshake until it says no; a byte follows.
  RestlessServer(int version, std::function<bool(SSL*)> restless)
      : restless_(std::move(restless)), context_(SSL_CTX_new(TLS_server_method())) {
    SSL_CTX_use_certificate(context_.get(), own_.certificate.get());
    SSL_CTX_use_PrivateKey(context_.get(), own_.key.get());
    SSL_CTX_set_options(context_.get(), SSL_OP_NO_SESSION_RESUMPTION_ON_RENEGOTIATION);
    SSL_CTX_set_session_id_context(context_.get(), reinterpret_cast<const unsigned char*>("again"), 5);
    SSL_CTX_set_max_proto_version(context_.get(), version);
    SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, [](int, X509_STORE_CTX*) { return 1; });
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    bind(listener_, reinterpret_cast<sockaddr*>(&address), size);
    listen(listener_, 1);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~RestlessServer() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }
  uint16_t port = 0;

 private:
  void serve() const {
    const int fd = accept(listener_, nullptr, nullptr);
    if (fd < 0) return;
    const crypto::SslPtr ssl(SSL_new(context_.get()));
    SSL_set_fd(ssl.get(), fd);
    if (SSL_accept(ssl.get()) == 1) {
      while (restless_(ssl.get())) {
      }
      SSL_write(ssl.get(), "x", 1);
      char rest = 0;
      SSL_read(ssl.get(), &rest, 1);
    }
    close(fd);
  }
  const Certified own_;
  const std::function<bool(SSL*)> restless_;
  const crypto::SslCtxPtr context_;
  int listener_ = -1;
  std::thread thread_;
};

class F15_AfterTheHandshake : public testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<Connection>> connect(const RestlessServer& server) {
    ClientOptions options{.profile = *Profile::of(Function::kHttps, {})};
    options.host = "127.0.0.1";
    options.port = server.port;
    options.verify = [](const std::vector<std::string>&) { return std::string("ITL"); };
    options.identity = Identity{{own_.der()}, [this](const crypto::SigningInput& input) { return sign(input); }};
    return Connection::connect(options);
  }
  absl::Status read_a_byte(const RestlessServer& server) {
    auto connection = connect(server);
    if (!connection.ok()) return connection.status();
    return (*connection)->read_exactly(1, absl::Now() + absl::Seconds(10)).status();
  }
  absl::StatusOr<std::string> sign(const crypto::SigningInput& input) {
    ++signatures;
    const crypto::EvpPkeyCtxPtr context(EVP_PKEY_CTX_new(own_.key.get(), nullptr));
    size_t size = 200;
    std::string signature(size, '\0');
    const auto* digest = reinterpret_cast<const unsigned char*>(input.input.data());
    if (EVP_PKEY_sign_init(context.get()) != 1 ||
        EVP_PKEY_sign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, digest,
                      input.input.size()) != 1) {
      return absl::InternalError("no signature");
    }
    signature.resize(size);
    return signature;
  }
  std::atomic<int> signatures = 0;

 private:
  const Certified own_;
};

TEST_F(F15_AfterTheHandshake, AnotherOneIsNotMade) {
  int left = 100;
  const RestlessServer server(TLS1_2_VERSION, [&left](SSL* ssl) {
    SSL_clear_mode(ssl, SSL_MODE_AUTO_RETRY);  // comes back once the client has done its part
    if (left-- == 0 || SSL_renegotiate(ssl) != 1 || SSL_do_handshake(ssl) != 1) return false;
    char none = 0;
    return SSL_get_error(ssl, SSL_read(ssl, &none, 1)) == SSL_ERROR_WANT_READ;
  });
  const absl::Status read = read_a_byte(server);
  EXPECT_EQ(signatures, 1) << "each handshake has the key holder sign; " << read;
}

TEST_F(F15_AfterTheHandshake, TicketsWithoutEndEndTheConnection) {
  int left = 1000;
  const RestlessServer server(TLS1_3_VERSION, [&left](SSL* ssl) {
    return left-- > 0 && SSL_new_session_ticket(ssl) == 1 && SSL_do_handshake(ssl) == 1;
  });
  const absl::Status read = read_a_byte(server);
  EXPECT_EQ(read.code(), absl::StatusCode::kUnavailable) << read;
  EXPECT_TRUE(absl::StrContains(read.message(), "unrequested handshake messages")) << read;
}

TEST_F(F15_AfterTheHandshake, NewKeysWithoutEndEndTheConnection) {
  int left = 1000;
  const RestlessServer server(TLS1_3_VERSION, [&left](SSL* ssl) {
    return left-- > 0 && SSL_key_update(ssl, SSL_KEY_UPDATE_NOT_REQUESTED) == 1 && SSL_do_handshake(ssl) == 1;
  });
  const absl::Status read = read_a_byte(server);
  EXPECT_EQ(read.code(), absl::StatusCode::kUnavailable) << read;
  EXPECT_TRUE(absl::StrContains(read.message(), "unrequested handshake messages")) << read;
}

TEST_F(F15_AfterTheHandshake, AFewTicketsAndNewKeysAreAllInOrder) {
  int left = 8;
  const RestlessServer server(TLS1_3_VERSION, [&left](SSL* ssl) {
    return left-- > 0 && SSL_new_session_ticket(ssl) == 1 && SSL_do_handshake(ssl) == 1 &&
           SSL_key_update(ssl, SSL_KEY_UPDATE_NOT_REQUESTED) == 1 && SSL_do_handshake(ssl) == 1;
  });
  const absl::Status read = read_a_byte(server);
  EXPECT_TRUE(read.ok()) << read;
}

}  // namespace
}  // namespace phone::tls
