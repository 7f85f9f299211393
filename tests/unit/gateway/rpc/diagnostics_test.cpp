// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The port for remote diagnostics: who may connect, what is served there, and that only policy opens it.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <csignal>

#include "tests/unit/gateway/rpc/diagnostics_fixture.hpp"

namespace phone::gateway {
namespace {

using testing::Contains;
using testing::IsEmpty;

TEST_F(GatewayDiagnostics, CertificateOfOurAuthoritiesMayLookButNotAct) {
  start();
  const auto admin = channel(open_door(), authority_.issue("admin"));
  EXPECT_TRUE(status_through(admin).ok()) << status_through(admin);
  const auto dial = phone::mesh::Peer<Gateway>(admin).once(&Gateway::Stub::Dial, phone::signaling::v1::DialRequest(),
                                                           absl::Seconds(3));
  EXPECT_TRUE(absl::IsPermissionDenied(dial.status())) << dial.status();
}

TEST_F(GatewayDiagnostics, MetricsAreReadBehindMutualTls) {
  start();
  const auto admin = channel(open_door(), authority_.issue("admin"));
  const auto metrics = phone::mesh::Peer<Gateway>(admin).once(
      &Gateway::Stub::GetMetrics, phone::gateway::v1::GetMetricsTextRequest(), absl::Seconds(5));
  ASSERT_TRUE(metrics.ok()) << metrics.status();
  EXPECT_THAT(metrics->text(), testing::HasSubstr("# TYPE phone_restarts_total counter"));
  EXPECT_THAT(metrics->text(), testing::HasSubstr("phone_up{service=\"gateway\"} 1"));
  EXPECT_THAT(metrics->text(), testing::HasSubstr("phone_up{service=\"media\"} 0")) << "nobody is there in this test";
}

TEST_F(GatewayDiagnostics, ReflectionIsServedHereAndNotToTheUi) {
  start();
  const auto admin = channel(open_door(), authority_.issue("admin"));
  EXPECT_THAT(reflected(admin), Contains("phone.gateway.v1.Gateway"));
  EXPECT_THAT(reflected(phone::mesh::open_channel(socket_of(paths_, "gateway"))), IsEmpty());
}

// Below gRPC and its frames, where nothing else counts what a client sends; the thread that reads it would not even
// hear that the port is to be closed.
TEST_F(GatewayDiagnostics, ClientThatChangesItsKeysWithoutEndIsCutOff) {
  start();
  const auto port = static_cast<std::uint16_t>(std::stoi(open_door()));
  const Credentials admin = authority_.issue("admin");
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  const auto certificate = write("admin.crt", admin.certificate), key = write("admin.key", admin.key);
  ASSERT_EQ(SSL_CTX_use_certificate_file(context.get(), certificate.c_str(), SSL_FILETYPE_PEM), 1);
  ASSERT_EQ(SSL_CTX_use_PrivateKey_file(context.get(), key.c_str(), SSL_FILETYPE_PEM), 1);
  const phone::os::Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const timeval patience{.tv_sec = 2, .tv_usec = 0};  // less than gRPC's own for what has not begun
  setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ASSERT_EQ(connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context.get()), SSL_free);
  SSL_set_fd(ssl.get(), socket.get());
  const unsigned char h2[] = {2, 'h', '2'};
  SSL_set_alpn_protos(ssl.get(), h2, sizeof h2);
  ASSERT_EQ(SSL_connect(ssl.get()), 1);
  std::signal(SIGPIPE, SIG_IGN);
  for (int i = 0; i < 1000; ++i) {
    if (SSL_key_update(ssl.get(), SSL_KEY_UPDATE_NOT_REQUESTED) != 1 || SSL_do_handshake(ssl.get()) != 1) break;
  }
  char bytes[256];
  int got = 1;
  while (got > 0) got = SSL_read(ssl.get(), bytes, sizeof bytes);
  EXPECT_NE(SSL_get_error(ssl.get(), got), SSL_ERROR_WANT_READ) << "the connection is still open";
}

TEST_F(GatewayDiagnostics, StrangerDoesNotGetThroughTheHandshake) {
  start();
  const std::string port = open_door();
  EXPECT_FALSE(status_through(channel(port, stranger_.issue("admin"))).ok());
  EXPECT_FALSE(status_through(channel(port, {})).ok());
  EXPECT_TRUE(status_through(channel(port, authority_.issue("admin"))).ok());
}

TEST_F(GatewayDiagnostics, PolicyShutsItAgain) {
  start();
  const auto admin = channel(open_door(), authority_.issue("admin"));
  EXPECT_TRUE(status_through(admin).ok());
  set_door(false);
  ASSERT_TRUE(eventually([&] { return last_event().kind() == "diagnostics.closed"; }));
  EXPECT_FALSE(status_through(admin).ok());
}

// Clients know a phone by the names in its certificate and by nothing else.
TEST_F(GatewayDiagnostics, CertificateWithoutANameKeepsItShutAndSaysSo) {
  const Credentials nameless = authority_.issue("phone", false);
  write("server.crt", nameless.certificate);
  write("server.key", nameless.key);
  start();
  set_door(true);
  ASSERT_TRUE(eventually([&] { return last_event().kind() == "diagnostics.refused"; }));
  EXPECT_THAT(last_event().text(), testing::HasSubstr("subjectAltName"));
}

TEST_F(GatewayDiagnostics, MissingKeyKeepsItShutAndSaysSo) {
  std::filesystem::remove(options_.key);
  start();
  set_door(true);
  ASSERT_TRUE(eventually([&] { return last_event().kind() == "diagnostics.refused"; }));
  EXPECT_THAT(last_event().text(), testing::HasSubstr("server.key"));
}

}  // namespace
}  // namespace phone::gateway
