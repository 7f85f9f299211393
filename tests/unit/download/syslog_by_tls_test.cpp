// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F2: by TLS, content is delivered when the server that was vouched for has read all of it and says so; by UDP it is
// one datagram.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/ec.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <functional>
#include <string>
#include <thread>

#include "common/os/descriptor.hpp"
#include "services/download/datagram.hpp"
#include "tests/unit/download/test_transfer_server.hpp"

namespace phone::download {
namespace {

using http::Outcome;
using ::testing::HasSubstr;

struct F2_DeliverByTls : ::testing::Test {
  F2_DeliverByTls() : listening(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(bind(listening.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(listen(listening.get(), 1), 0);
    socklen_t size = sizeof address;
    EXPECT_EQ(getsockname(listening.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
    port = ntohs(address.sin_port);
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* certificate = X509_new();
    X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    X509_sign(certificate, key, EVP_sha256());
    SSL_CTX_use_certificate(context, certificate);
    SSL_CTX_use_PrivateKey(context, key);
    X509_free(certificate);
    EVP_PKEY_free(key);
  }
  ~F2_DeliverByTls() override { SSL_CTX_free(context); }

  // `serve` has the connection after the handshake; then it is closed.
  http::Result deliver_to(const std::function<void(SSL*, int)>& serve, const std::string& content,
                          const std::string& refusal = {}) {
    std::thread server([&] {
      const os::Descriptor accepted(accept4(listening.get(), nullptr, nullptr, SOCK_CLOEXEC));
      SSL* ssl = SSL_new(context);
      SSL_set_fd(ssl, accepted.get());
      if (SSL_accept(ssl) == 1) serve(ssl, accepted.get());
      SSL_free(ssl);
    });
    http::Request request{.scheme = http::Scheme::kDeliver, .host = "127.0.0.1", .port = port, .name = "syslog"};
    request.post = content;
    request.tls = tls::Policy{};
    request.limit = 100;
    request.total_timeout = std::chrono::milliseconds(patience);
    request.verify = [&](const std::vector<std::string>&) -> absl::StatusOr<std::string> {
      if (!refusal.empty()) return absl::PermissionDeniedError(refusal);
      return "the test";
    };
    auto result = transfer_server.fetch(request);
    server.join();
    return result;
  }
  static std::string read_all(SSL* ssl) {
    std::string all;
    char bytes[4096];
    for (int got = 0; (got = SSL_read(ssl, bytes, sizeof bytes)) > 0;) all.append(bytes, static_cast<std::size_t>(got));
    return all;
  }

  SSL_CTX* const context = SSL_CTX_new(TLS_server_method());
  const tests::TestTransferServer transfer_server;
  os::Descriptor listening;
  std::uint16_t port = 0;
  int patience = 20'000;
  const std::string large = std::string(200'000, 'x') + "end";
};

TEST_F(F2_DeliverByTls, IsDoneWhenTheServerHasReadAllAndAnswersTheClose) {
  std::string read;
  const auto result = deliver_to(
      [&](SSL* ssl, int) {
        read = read_all(ssl);
        SSL_shutdown(ssl);
      },
      large);
  EXPECT_EQ(result.outcome, Outcome::kOk) << result.detail;
  EXPECT_EQ(read, large);
}

TEST_F(F2_DeliverByTls, ARefusedServerGetsNothingAndTheReasonIsKept) {
  std::string read;
  const auto result = deliver_to([&](SSL* ssl, int) { read = read_all(ssl); }, large, "not the collector");
  EXPECT_EQ(result.outcome, Outcome::kRefused);
  EXPECT_THAT(result.detail, HasSubstr("not the collector"));
  EXPECT_EQ(read, "");
}

TEST_F(F2_DeliverByTls, ACloseWithoutCloseNotifyMayBeAnybodys) {
  const auto result = deliver_to(
      [](SSL* ssl, int) {
        read_all(ssl);
        SSL_set_quiet_shutdown(ssl, 1);
      },
      "content");
  EXPECT_EQ(result.outcome, Outcome::kBroken);
  EXPECT_THAT(result.detail, HasSubstr("close_notify"));
}

TEST_F(F2_DeliverByTls, AServerThatIsStoppedWithBytesUnreadSaysCloseNotifyAndHasNotReadThem) {
  const auto result = deliver_to(
      [](SSL* ssl, int) {
        char one = 0;
        SSL_read(ssl, &one, 1);
        SSL_shutdown(ssl);
      },
      large);
  EXPECT_EQ(result.outcome, Outcome::kBroken) << "the rest is unread";
}

TEST_F(F2_DeliverByTls, AServerThatTalksOrKeepsSilentIsLeft) {
  const auto talks = deliver_to(
      [](SSL* ssl, int) {
        const std::string talk(1000, 't');
        SSL_write(ssl, talk.data(), static_cast<int>(talk.size()));
        read_all(ssl);
      },
      "content");
  EXPECT_EQ(talks.outcome, Outcome::kBroken);
  EXPECT_THAT(talks.detail, HasSubstr("talks instead of listening"));
  patience = 400;
  const auto silent = deliver_to(
      [](SSL* ssl, int fd) {
        read_all(ssl);
        char more = 0;
        while (recv(fd, &more, 1, 0) > 0) continue;
      },
      "content");
  EXPECT_EQ(silent.outcome, Outcome::kBroken);
}

TEST(F2_Datagram, OneContentIsOneDatagram) {
  const os::Descriptor far(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)), cancel(eventfd(0, EFD_CLOEXEC));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(bind(far.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  socklen_t size = sizeof address;
  ASSERT_EQ(getsockname(far.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
  http::Request request{.scheme = http::Scheme::kDatagram, .host = "127.0.0.1", .port = ntohs(address.sin_port)};
  for (const char* content : {"first", "second"}) {
    request.post = content;
    EXPECT_EQ(send_datagram(request, cancel.get()).outcome, Outcome::kOk);
    char bytes[100];
    const ssize_t got = recv(far.get(), bytes, sizeof bytes, 0);
    EXPECT_EQ(std::string(bytes, static_cast<std::size_t>(std::max<ssize_t>(got, 0))), content);
  }
  request.host = "bad host";
  EXPECT_EQ(send_datagram(request, cancel.get()).outcome, Outcome::kFailed);
}

}  // namespace
}  // namespace phone::download
