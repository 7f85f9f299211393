// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The port for remote diagnostics: who may connect, what is served there, and that only policy opens it.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <csignal>
#include <fstream>

#include "grpc/reflection/v1alpha/reflection.grpc.pb.h"
#include "tests/unit/gateway/fake_phone.hpp"
#include "tests/unit/gateway/test_pki.hpp"

namespace phone::gateway {
namespace {

using phone::gateway::v1::Gateway;
using phone::gateway::v1::GetStatusRequest;
using phone::mesh::v1::Event;
using testing::Contains;
using testing::IsEmpty;

class GatewayDiagnostics : public testing::Test {
 protected:
  GatewayDiagnostics() {
    const Credentials server = authority_.issue("phone");
    options_.address = "127.0.0.1";
    options_.certificate = write("server.crt", server.certificate);
    options_.key = write("server.key", server.key);
    options_.authorities = write("ca.crt", authority_.pem());
    policy_.router.state<phone::policy::v1::WatchPolicyRequest>("phone.policy.v1.Policy/WatchPolicy", effective_);
    policy_.open();
  }

  std::filesystem::path write(const char* name, const std::string& content) {
    const auto path = directory_.path() / name;
    std::ofstream(path) << content;
    return path;
  }
  void start() {
    gateway_.emplace(paths_, phone::mesh::v1::ROLE_UI, options_);
    phone::mesh::v1::WatchEventsRequest all;
    all.set_after_sequence(~std::uint64_t{0});
    events_.emplace(ui_, &Gateway::Stub::WatchEvents, all, [this](const Event& event) {
      const std::lock_guard lock(mutex_);
      last_ = event;
    });
  }
  void set_door(bool open) {
    phone::policy::v1::EffectivePolicy policy;
    policy.set_version(++version_);
    policy.set_diagnostics_door(open);
    effective_.set(policy);
  }
  Event last_event() {
    const std::lock_guard lock(mutex_);
    return last_;
  }
  // Opens the port and returns its number.
  std::string open_door() {
    set_door(true);
    EXPECT_TRUE(eventually([&] { return last_event().kind() == "diagnostics.opened"; })) << last_event().text();
    return last_event().detail().at("port");
  }
  std::shared_ptr<grpc::Channel> channel(const std::string& port, const Credentials& client) const {
    grpc::SslCredentialsOptions tls{
        .pem_root_certs = authority_.pem(), .pem_private_key = client.key, .pem_cert_chain = client.certificate};
    grpc::ChannelArguments arguments;
    arguments.SetSslTargetNameOverride("phone");
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return grpc::CreateCustomChannel("127.0.0.1:" + port, grpc::SslCredentials(tls), arguments);
  }
  static absl::Status status_through(const std::shared_ptr<grpc::Channel>& channel) {
    return phone::mesh::Peer<Gateway>(channel)
        .once(&Gateway::Stub::GetStatus, GetStatusRequest(), absl::Seconds(3))
        .status();
  }
  // The services reflection lists; empty when there is no reflection.
  static std::vector<std::string> reflected(const std::shared_ptr<grpc::Channel>& channel) {
    namespace reflection = grpc::reflection::v1alpha;
    const auto stub = reflection::ServerReflection::NewStub(channel);
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(3)));
    const auto stream = stub->ServerReflectionInfo(&context);
    reflection::ServerReflectionRequest request;
    request.set_list_services("*");
    stream->Write(request);
    reflection::ServerReflectionResponse response;
    std::vector<std::string> names;
    if (stream->Read(&response)) {
      for (const auto& service : response.list_services_response().service()) names.push_back(service.name());
    }
    stream->WritesDone();
    context.TryCancel();
    stream->Finish();
    return names;
  }

  TemporaryDirectory directory_;
  const TestAuthority authority_{"our administrators"};
  const TestAuthority stranger_{"somebody else"};
  DiagnosticsOptions options_;
  phone::mesh::Paths paths_{.socket_dir = directory_.path()};
  std::uint64_t version_ = 0;
  phone::mesh::Latest<phone::policy::v1::EffectivePolicy> effective_{phone::policy::v1::EffectivePolicy()};
  FakeService policy_{paths_, "policy"};
  std::optional<RunningGateway> gateway_;
  std::mutex mutex_;
  Event last_;
  phone::mesh::Peer<Gateway> ui_{socket_of(paths_, "gateway")};
  std::optional<phone::mesh::Watcher<Gateway, phone::mesh::v1::WatchEventsRequest, Event>> events_;
};

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

TEST_F(GatewayDiagnostics, MissingKeyKeepsItShutAndSaysSo) {
  std::filesystem::remove(options_.key);
  start();
  set_door(true);
  ASSERT_TRUE(eventually([&] { return last_event().kind() == "diagnostics.refused"; }));
  EXPECT_THAT(last_event().text(), testing::HasSubstr("server.key"));
}

}  // namespace
}  // namespace phone::gateway
