// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The TLS client against an OpenSSL server in this process: when the peer is judged, and which reason users get.
#include "common/tls/client.hpp"

#include <absl/time/clock.h>
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "common/crypto/x509.hpp"

namespace phone::tls {
namespace {

using crypto::EvpPkeyPtr;
using crypto::X509Ptr;

struct Pair {
  EvpPkeyPtr key;
  X509Ptr certificate;
  std::string der() const {
    unsigned char* bytes = nullptr;
    int size = i2d_X509(certificate.get(), &bytes);
    std::string der(reinterpret_cast<char*>(bytes), static_cast<size_t>(size));
    OPENSSL_free(bytes);
    return der;
  }
};

Pair make_pair(const char* name, bool rsa = false) {
  Pair pair{EvpPkeyPtr(rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256")), X509Ptr(X509_new())};
  X509* certificate = pair.certificate.get();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 7);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, pair.key.get());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
  X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
  X509_sign(certificate, pair.key.get(), EVP_sha256());
  return pair;
}

// The key holder: signs a digest, as certificate_manager would.
absl::StatusOr<std::string> sign(EVP_PKEY* key, const crypto::SigningInput& input) {
  crypto::EvpPkeyCtxPtr context(EVP_PKEY_CTX_new(key, nullptr));
  size_t size = 0;
  const auto* digest = reinterpret_cast<const unsigned char*>(input.input.data());
  if (EVP_PKEY_sign_init(context.get()) != 1 ||
      EVP_PKEY_sign(context.get(), nullptr, &size, digest, input.input.size()) != 1) {
    return absl::InternalError("no signature");
  }
  std::string signature(size, '\0');
  EVP_PKEY_sign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, digest, input.input.size());
  signature.resize(size);
  return signature;
}

// Takes one connection, sends back what it reads.
class EchoServer {
 public:
  // `suites`: of TLS 1.2 and at any level; null: OpenSSL's own.
  EchoServer(const Pair& identity, const Pair* client, int maximum, const char* suites = nullptr) {
    context_.reset(SSL_CTX_new(TLS_server_method()));
    if (suites != nullptr) {
      SSL_CTX_set_security_level(context_.get(), 0);
      EXPECT_EQ(SSL_CTX_set_cipher_list(context_.get(), suites), 1);
    }
    SSL_CTX_use_certificate(context_.get(), identity.certificate.get());
    SSL_CTX_use_PrivateKey(context_.get(), identity.key.get());
    SSL_CTX_set_max_proto_version(context_.get(), maximum);
    if (client != nullptr) {
      X509_STORE_add_cert(SSL_CTX_get_cert_store(context_.get()), client->certificate.get());
      SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    }
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    listen(listener_, 1);
    socklen_t size = sizeof address;
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~EchoServer() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }
  uint16_t port = 0;
  std::atomic<int> bytes_read = 0;

 private:
  void serve() {
    int fd = accept(listener_, nullptr, nullptr);
    if (fd < 0) return;
    crypto::SslPtr ssl(SSL_new(context_.get()));
    SSL_set_fd(ssl.get(), fd);
    char buffer[256];
    if (SSL_accept(ssl.get()) == 1) {
      for (int got; (got = SSL_read(ssl.get(), buffer, sizeof buffer)) > 0;) {
        bytes_read += got;
        SSL_write(ssl.get(), buffer, got);
      }
    }
    close(fd);
  }
  crypto::SslCtxPtr context_;
  int listener_ = -1;
  std::thread thread_;
};

// Between a client and a server: passes everything on, and can change one bit of what the server says.
class Between {
 public:
  explicit Between(uint16_t server) : server_(server), listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = loopback(0);
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    listen(listener_, 1);
    socklen_t size = sizeof address;
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port = ntohs(address.sin_port);
    thread_ = std::thread([this] { pass_on(); });
  }
  ~Between() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }
  uint16_t port = 0;
  std::atomic<bool> changes = false;  // the last bit of the next piece, which the client knows to be a record

 private:
  static sockaddr_in loopback(uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
  }
  void pass_on() {
    const int client = accept(listener_, nullptr, nullptr);
    if (client < 0) return;
    const int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = loopback(server_);
    EXPECT_EQ(connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    pollfd ends[] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
    char piece[4096];
    for (bool open = true; open && poll(ends, 2, 10'000) > 0;) {
      for (int from = 0; from < 2 && open; ++from) {
        if (ends[from].revents == 0) continue;
        const ssize_t got = recv(ends[from].fd, piece, sizeof piece, 0);
        open = got > 0;
        if (open && from == 1 && changes.exchange(false)) piece[got - 1] = static_cast<char>(piece[got - 1] ^ 1);
        if (open) open = send(ends[1 - from].fd, piece, static_cast<size_t>(got), MSG_NOSIGNAL) == got;
      }
    }
    close(client);
    close(server);
  }
  const uint16_t server_;
  const int listener_;
  std::thread thread_;
};

class F15_TlsClient : public testing::TestWithParam<int> {
 protected:
  ClientOptions options(const EchoServer& server, const Pair* identity) {
    ClientOptions options{.profile = *Profile::of(Function::kSip, {})};
    options.host = "127.0.0.1";
    options.port = server.port;
    options.verify = [this](const std::vector<std::string>& chain) -> absl::StatusOr<std::string> {
      if (chain.at(0) != server_.der()) return absl::PermissionDeniedError("not on the list");
      return std::string("ITL");
    };
    if (identity != nullptr) {
      options.identity = Identity{{identity->der()}, [identity](const crypto::SigningInput& input) {
                                    return sign(identity->key.get(), input);
                                  }};
    }
    return options;
  }
  absl::Time soon() { return absl::Now() + absl::Seconds(10); }

  Pair server_ = make_pair("server"), client_ = make_pair("client"), stranger_ = make_pair("stranger");
};

TEST_P(F15_TlsClient, MutualAuthenticationWithAKeyThatIsElsewhere) {
  EchoServer server(server_, &client_, GetParam());
  auto connection = Connection::connect(options(server, &client_));
  ASSERT_TRUE(connection.ok()) << connection.status();
  EXPECT_EQ((*connection)->info().version, GetParam() == TLS1_3_VERSION ? "TLSv1.3" : "TLSv1.2");
  EXPECT_EQ((*connection)->info().vouched_by, "ITL");
  EXPECT_EQ((*connection)->info().peer_subject, "CN=server");
  ASSERT_TRUE((*connection)->write("hello", soon()).ok());
  auto echoed = (*connection)->read_exactly(5, soon());
  ASSERT_TRUE(echoed.ok()) << echoed.status();
  EXPECT_EQ(*echoed, "hello");
}

TEST_P(F15_TlsClient, ARefusedServerNeverGetsAByte) {
  EchoServer server(stranger_, nullptr, GetParam());
  auto connection = Connection::connect(options(server, nullptr));
  ASSERT_FALSE(connection.ok());
  EXPECT_EQ(connection.status().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_NE(connection.status().ToString().find("not on the list"), std::string::npos) << connection.status();
  EXPECT_EQ(server.bytes_read, 0);
}

TEST_P(F15_TlsClient, ARefusedClientCertificateIsNamedAtTheLatestByTheFirstRead) {
  EchoServer server(server_, &client_, GetParam());
  auto connection = Connection::connect(options(server, &stranger_));
  absl::Status status = connection.status();
  if (connection.ok()) {
    char byte;
    status = (*connection)->read(&byte, 1, soon()).status();
  }
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
  EXPECT_NE(status.ToString().find("alert"), std::string::npos) << status;
}

TEST_P(F15_TlsClient, AServerTooOldIsNamedAndNoCertificateIsBlamed) {
  if (GetParam() == TLS1_3_VERSION) return;
  EchoServer server(server_, nullptr, GetParam());
  auto strict = options(server, nullptr);
  strict.profile = *Profile::of(Function::kSip, {.client_minimum = kTls13, .server_minimum = kTls13});
  const auto connection = Connection::connect(strict);
  EXPECT_EQ(connection.status().message(),
            "TLS handshake: the server does not support TLS 1.3, which the phone's policy requires");
}

TEST_P(F15_TlsClient, AWaitingReadIsWokenAndTheConnectionGoesOn) {
  EchoServer server(server_, nullptr, GetParam());
  auto connection = Connection::connect(options(server, nullptr));
  ASSERT_TRUE(connection.ok()) << connection.status();
  std::thread waker([&] { (*connection)->wake(); });
  char byte;
  EXPECT_EQ((*connection)->read(&byte, 1, soon()).status().code(), absl::StatusCode::kCancelled);
  waker.join();
  ASSERT_TRUE((*connection)->write("x", soon()).ok());
  EXPECT_TRUE((*connection)->read_exactly(1, soon()).ok());
}

INSTANTIATE_TEST_SUITE_P(Versions, F15_TlsClient, testing::Values(TLS1_2_VERSION, TLS1_3_VERSION),
                         [](const auto& info) { return info.param == TLS1_3_VERSION ? "Tls13" : "Tls12"; });

TEST(F15_TlsClient_Options, WithoutAVerifierNothingIsConnected) {
  EXPECT_EQ(Connection::connect({.profile = *Profile::of(Function::kSip, {}), .host = "127.0.0.1", .port = 1})
                .status()
                .code(),
            absl::StatusCode::kInvalidArgument);
}

// F18: without secrecy there is integrity. What is on the wire can be read, and one changed bit ends the connection.
TEST(F18_NullSuite, AChangedBitEndsTheConnection) {
  for (const char* suite : {"NULL-SHA256", "NULL-SHA"}) {
    SCOPED_TRACE(suite);
    const Pair identity = make_pair("server", true);
    const EchoServer server(identity, nullptr, TLS1_2_VERSION, suite);
    Between between(server.port);
    ClientOptions options{.profile = *Profile::of(Function::kSipAuthenticated, {})};
    options.host = "127.0.0.1";
    options.port = between.port;
    options.verify = [](const std::vector<std::string>&) { return std::string("ITL"); };
    auto connection = Connection::connect(options);
    ASSERT_TRUE(connection.ok()) << connection.status();
    EXPECT_EQ((*connection)->info().suite, suite);
    const auto soon = [] { return absl::Now() + absl::Seconds(10); };
    ASSERT_TRUE((*connection)->write("as it is", soon()).ok());
    const auto echoed = (*connection)->read_exactly(8, soon());
    ASSERT_TRUE(echoed.ok()) << echoed.status();
    EXPECT_EQ(*echoed, "as it is");
    between.changes = true;
    ASSERT_TRUE((*connection)->write("as it is", soon()).ok());
    const auto changed = (*connection)->read_exactly(8, soon());
    EXPECT_FALSE(changed.ok()) << "taken as " << *changed;
    EXPECT_FALSE(absl::IsDeadlineExceeded(changed.status())) << changed.status();
    EXPECT_FALSE((*connection)->read_exactly(1, soon()).ok()) << "and it does not go on";
  }
}

}  // namespace
}  // namespace phone::tls
