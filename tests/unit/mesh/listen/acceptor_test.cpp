// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Health on every acceptor, reflection for diagnostics alone, and the TCP acceptor with mutual TLS.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "tests/unit/mesh/house.hpp"
#include "tests/unit/mesh/test_ca.hpp"

#include "common/mesh/call/grpc_status.hpp"
#include "common/mesh/call/reason.hpp"
#include "common/mesh/listen/tcp_acceptor.hpp"
#include "common/os/unix_socket.hpp"
#include "grpc/health/v1/health.grpc.pb.h"
#include "grpc/reflection/v1alpha/reflection.grpc.pb.h"
#include "phone/gateway/v1/gateway.grpc.pb.h"

namespace phone::mesh {
namespace {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;
using grpc::reflection::v1alpha::ServerReflection;
using grpc::reflection::v1alpha::ServerReflectionRequest;
using grpc::reflection::v1alpha::ServerReflectionResponse;

absl::StatusOr<HealthCheckResponse> check(const std::shared_ptr<grpc::Channel>& channel,
                                          const std::string& service = "", absl::Duration timeout = kSoon) {
  const Peer<grpc::health::v1::Health> peer(channel);
  HealthCheckRequest request;
  request.set_service(service);
  return peer.once(&grpc::health::v1::Health::Stub::Check, request, timeout);
}

grpc::Status reflect(const std::shared_ptr<grpc::Channel>& channel, const ServerReflectionRequest& request,
                     ServerReflectionResponse& response) {
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + kSoon));
  const auto stub = ServerReflection::NewStub(channel);
  const auto stream = stub->ServerReflectionInfo(&context);
  stream->Write(request);
  stream->Read(&response);
  stream->WritesDone();
  return stream->Finish();
}

constexpr auto kListCertificates = "phone.gateway.v1.Gateway/ListCertificates";

void register_dial(Router& router) {
  router.unary<DialRequest, CallReply>(
      kDial, [](const DialRequest& request, const Reply<CallReply>& reply) { reply.ok(answer(request.number())); });
}

TEST(Mesh_Health, FollowsTheStateOfTheProcess) {
  House house(v1::ROLE_MEDIA);
  register_dial(house.router);
  house.open();
  const auto channel = open_channel(house.socket());
  EXPECT_EQ(check(channel)->status(), HealthCheckResponse::NOT_SERVING);
  house.router.set_serving(true);
  EXPECT_EQ(check(channel)->status(), HealthCheckResponse::SERVING);
  EXPECT_EQ(check(channel, "phone.signaling.v1.Signaling")->status(), HealthCheckResponse::SERVING);
  EXPECT_EQ(check(channel, "no.such.Service").status().code(), absl::StatusCode::kNotFound);

  const auto stub = grpc::health::v1::Health::NewStub(channel);
  grpc::ClientContext context;
  const auto watch = stub->Watch(&context, HealthCheckRequest());
  HealthCheckResponse seen;
  ASSERT_TRUE(watch->Read(&seen));
  EXPECT_EQ(seen.status(), HealthCheckResponse::SERVING);
  house.router.set_serving(false);
  ASSERT_TRUE(watch->Read(&seen));
  EXPECT_EQ(seen.status(), HealthCheckResponse::NOT_SERVING);
  context.TryCancel();
  watch->Finish();
}

TEST(Mesh_Reflection, DiagnosticsSeesServicesFilesAndSymbols) {
  House house(v1::ROLE_DIAGNOSTICS);
  register_dial(house.router);
  house.open();
  const auto channel = open_channel(house.socket());
  ServerReflectionRequest request;
  ServerReflectionResponse response;
  request.set_list_services("*");
  ASSERT_TRUE(reflect(channel, request, response).ok());
  std::set<std::string> services;
  for (const auto& service : response.list_services_response().service()) services.insert(service.name());
  EXPECT_EQ(services,
            (std::set<std::string>{"grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection",
                                   "grpc.reflection.v1alpha.ServerReflection", "phone.signaling.v1.Signaling"}));
  request.set_file_containing_symbol("phone.signaling.v1.Signaling.Dial");
  ASSERT_TRUE(reflect(channel, request, response).ok());
  EXPECT_GE(response.file_descriptor_response().file_descriptor_proto_size(), 4) << "the file and its imports";
  request.set_file_by_filename("no/such.proto");
  ASSERT_TRUE(reflect(channel, request, response).ok());
  EXPECT_EQ(response.error_response().error_code(), grpc::StatusCode::NOT_FOUND);
  request.set_all_extension_numbers_of_type("google.protobuf.MethodOptions");
  ASSERT_TRUE(reflect(channel, request, response).ok());
  EXPECT_EQ(response.all_extension_numbers_response().extension_number(0), 50001);
}

TEST(Mesh_Reflection, NobodyElseSeesIt) {
  House house(v1::ROLE_GATEWAY);
  house.open();
  ServerReflectionRequest request;
  ServerReflectionResponse response;
  request.set_list_services("*");
  EXPECT_EQ(reflect(open_channel(house.socket()), request, response).error_code(), grpc::StatusCode::PERMISSION_DENIED);
}

os::Descriptor connect_tcp(uint16_t port, const std::string& own_address = "127.0.0.1") {
  os::Descriptor fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in from{}, to{};
  from.sin_family = to.sin_family = AF_INET;
  inet_pton(AF_INET, own_address.c_str(), &from.sin_addr);
  EXPECT_EQ(bind(fd.get(), reinterpret_cast<sockaddr*>(&from), sizeof from), 0);
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd.get(), reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) fd.close();
  return fd;
}

bool is_closed(const os::Descriptor& fd, int patience_ms) {
  pollfd readable{fd.get(), POLLIN, 0};
  char byte = 0;
  // gRPC greets with its HTTP/2 settings; a refused connection reads as ended.
  return poll(&readable, 1, patience_ms) > 0 && recv(fd.get(), &byte, 1, 0) <= 0;
}

const tls::Profile kProfile = *tls::Profile::of(tls::Function::kDiagnostics, {});

class Mesh_TcpDoor : public testing::Test {
 protected:
  Mesh_TcpDoor() {
    loop_.start("loop");
    register_dial(router_);
  }

  void open() {
    auto listening = listen_tcp("127.0.0.1", port_);
    ASSERT_TRUE(listening.ok()) << listening.status();
    port_ = *local_port(listening->get());
    const auto server = ca_.issue("phone");
    ASSERT_TRUE(acceptor_.open(*std::move(listening), {server.chain, server.key, ca_.pem()}, kProfile).ok());
  }
  // The client believes this test's authority and shows `own`.
  std::shared_ptr<grpc::Channel> client(const TestCa::Issued& own) const {
    grpc::SslCredentialsOptions options;
    options.pem_root_certs = ca_.pem();
    options.pem_cert_chain = own.chain;
    options.pem_private_key = own.key;
    grpc::ChannelArguments arguments;
    arguments.SetSslTargetNameOverride("phone");
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 20);
    arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 100);
    return grpc::CreateCustomChannel("127.0.0.1:" + std::to_string(port_), grpc::SslCredentials(options), arguments);
  }

  Router router_;
  os::EventLoop loop_;
  // Read where handshakes are made.
  void set_present(const clock::Present& present) {
    const std::lock_guard lock(mutex_);
    present_ = present;
  }
  clock::Present present() {
    const std::lock_guard lock(mutex_);
    return present_;
  }
  std::mutex mutex_;
  clock::Present present_{.time = absl::Now()};
  TcpAcceptor acceptor_{loop_, router_, v1::ROLE_DIAGNOSTICS, [this] { return present(); }, absl::Milliseconds(300)};
  TestCa ca_;
  uint16_t port_ = 0;
};

TEST_F(Mesh_TcpDoor, CertificateOfTheAuthorityIsServedAsDiagnostics) {
  open();
  router_.set_serving(true);
  const auto channel = client(ca_.issue("diagnostics"));
  const auto healthy = check(channel);
  ASSERT_TRUE(healthy.ok()) << healthy.status();
  ServerReflectionRequest request;
  ServerReflectionResponse response;
  request.set_list_services("*");
  EXPECT_TRUE(reflect(channel, request, response).ok());
  const Peer<Signaling> peer(channel);
  EXPECT_EQ(peer.once(&Signaling::Stub::Dial, dial("1"), kSoon).status().code(), absl::StatusCode::kPermissionDenied);
}

// F98: ordinary clients set no deadline. The call gets one, and ends by it when nobody answers.
TEST_F(Mesh_TcpDoor, UnaryCallWithoutADeadlineGetsOne) {
  using certificates::v1::CertificateState;
  using certificates::v1::ListCertificatesRequest;
  std::mutex mutex;
  std::vector<Reply<CertificateState>> unanswered;
  std::atomic<bool> answers = true;
  router_.unary<ListCertificatesRequest, CertificateState>(
      kListCertificates, [&](const ListCertificatesRequest&, const Reply<CertificateState>& reply) {
        EXPECT_LT(reply.info().deadline, absl::Now() + absl::Seconds(1));
        if (answers) return reply.ok({});
        const std::lock_guard lock(mutex);
        unanswered.push_back(reply);
      });
  open();
  const auto stub = gateway::v1::Gateway::NewStub(client(ca_.issue("diagnostics")));
  const auto ask = [&] {
    grpc::ClientContext context;
    context.set_wait_for_ready(true);
    CertificateState state;
    return from_grpc(stub->ListCertificates(&context, {}, &state));
  };
  EXPECT_TRUE(ask().ok());
  answers = false;
  const absl::Status late = ask();
  EXPECT_TRUE(absl::IsDeadlineExceeded(late)) << late;
  EXPECT_EQ(reason_of(late), reason::kDeadlinePassed);
  {
    const std::lock_guard lock(mutex);
    unanswered.front().ok({});  // much too late
    unanswered.clear();
  }
  answers = true;
  EXPECT_TRUE(ask().ok());
}

TEST_F(Mesh_TcpDoor, NoCertificateOrAStrangersIsNotLetIn) {
  open();
  EXPECT_FALSE(check(client({}), "", absl::Milliseconds(500)).ok());
  TestCa stranger;
  EXPECT_FALSE(check(client(stranger.issue("diagnostics")), "", absl::Milliseconds(500)).ok());
  EXPECT_TRUE(check(client(ca_.issue("diagnostics"))).ok());
}

// F95: by the time that is known, never by a clock that is known to be wrong.
TEST_F(Mesh_TcpDoor, BeforeThereIsATimeNoClientIsTooEarlyAndAfterwardsTheyAreJudgedAgain) {
  open();
  const auto own = ca_.issue("diagnostics");
  set_present({.time = absl::Now() - absl::Hours(24 * 400), .known = false});
  const auto channel = client(own);
  ASSERT_TRUE(check(channel).ok());
  const auto refused = [] { return counter_of(TlsRefusal::kUntrusted).value(); };
  const auto set_clock = [&](const clock::Present& present) {
    set_present(present);
    loop_.sync([this] { acceptor_.clock_set(); });
  };
  // A time at which it stands: it stays, over the same connection.
  const auto before = refused();
  set_clock({.time = absl::Now()});
  EXPECT_EQ(refused(), before);
  EXPECT_EQ(channel->GetState(false), GRPC_CHANNEL_READY);
  // One at which it has ended.
  set_clock({.time = absl::Now() + absl::Hours(24 * 4000)});
  EXPECT_EQ(refused(), before + 1);
  EXPECT_TRUE(eventually([&] { return channel->GetState(false) != GRPC_CHANNEL_READY; }, absl::Seconds(5)));
  // A clock that is believed says that it has not begun.
  set_present({.time = absl::Now() - absl::Hours(24 * 400), .known = true});
  EXPECT_FALSE(check(client(own), "", absl::Milliseconds(500)).ok());
  EXPECT_GT(refused(), before + 1);
}

TEST_F(Mesh_TcpDoor, PlainTextIsNotLetIn) {
  open();
  const auto plain = grpc::CreateChannel("127.0.0.1:" + std::to_string(port_), grpc::InsecureChannelCredentials());
  EXPECT_FALSE(check(plain, "", absl::Milliseconds(300)).ok());
}

// What metrics and, through them, events tell of an acceptor at which somebody knocks in vain: the cause.
TEST_F(Mesh_TcpDoor, EveryRefusedHandshakeIsCountedByItsCause) {
  open();
  const auto count = [](TlsRefusal cause) { return counter_of(cause).value(); };
  const auto counts = [&](TlsRefusal cause, const std::function<void()>& knock) {
    const auto before = count(cause);
    knock();
    return eventually([&] { return count(cause) > before; }, absl::Seconds(10));
  };
  const auto says = [this](std::string_view bytes) {
    const os::Descriptor fd = connect_tcp(port_);
    EXPECT_EQ(send(fd.get(), bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
    // What is left to read is an alert, at most.
    EXPECT_TRUE(eventually([&] { return is_closed(fd, 1000); }, absl::Seconds(5)));
  };
  EXPECT_TRUE(counts(TlsRefusal::kNoCertificate,
                     [&] { check(client({}), "", absl::Milliseconds(500)).status().IgnoreError(); }));
  EXPECT_TRUE(counts(TlsRefusal::kUntrusted, [&] {
    check(client(TestCa().issue("diagnostics")), "", absl::Milliseconds(500)).status().IgnoreError();
  }));
  EXPECT_TRUE(counts(TlsRefusal::kNotTls, [&] { says("GET / HTTP/1.1\r\n\r\n"); }));
  EXPECT_TRUE(counts(TlsRefusal::kNotTls, [&] { says("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"); }));
  EXPECT_TRUE(counts(TlsRefusal::kBrokenOff, [&] { connect_tcp(port_).close(); }));
  EXPECT_TRUE(counts(TlsRefusal::kUnfit, [&] { says(std::string("\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00", 10)); }));
  EXPECT_TRUE(counts(TlsRefusal::kStalled, [&] {
    const os::Descriptor silent = connect_tcp(port_);
    EXPECT_EQ(send(silent.get(), "\x16\x03", 2, 0), 2);
    EXPECT_TRUE(is_closed(silent, 10000)) << "it keeps its place";
  }));
  EXPECT_TRUE(check(client(ca_.issue("diagnostics"))).ok());
}

TEST_F(Mesh_TcpDoor, OpensAndShutsAtRunTime) {
  EXPECT_FALSE(acceptor_.is_open());
  open();
  const auto own = ca_.issue("diagnostics");
  const auto channel = client(own);
  EXPECT_TRUE(check(channel).ok());
  const auto busy = listen_tcp("127.0.0.1", port_);
  EXPECT_FALSE(busy.ok());
  EXPECT_EQ(acceptor_.open(os::Descriptor(), {"c", "k", "a"}, kProfile).code(), absl::StatusCode::kFailedPrecondition);
  acceptor_.close();
  acceptor_.close();
  EXPECT_FALSE(acceptor_.is_open());
  EXPECT_FALSE(check(channel, "", absl::Milliseconds(300)).ok());
  open();
  EXPECT_TRUE(check(channel).ok());
}

TEST_F(Mesh_TcpDoor, SilentStrangersDoNotHoldTheDoorForLong) {
  open();
  std::vector<os::Descriptor> silent;
  for (size_t i = 0; i < TcpAcceptor::kConnections; ++i) silent.push_back(connect_tcp(port_));
  const auto channel = client(ca_.issue("diagnostics"));
  EXPECT_TRUE(eventually([&] { return check(channel, "", absl::Seconds(1)).ok(); }, absl::Seconds(20)));
}

// One address with a hundred silent connections leaves room for another one, at once.
TEST_F(Mesh_TcpDoor, OneAddressCannotTakeAllPlaces) {
  open();
  std::vector<os::Descriptor> silent;
  for (int i = 0; i < 40; ++i) silent.push_back(connect_tcp(port_));
  const os::Descriptor other = connect_tcp(port_, "127.0.0.2");
  // Let in means that its handshake is waited for; those beyond the limit are closed at once.
  EXPECT_FALSE(is_closed(other, 500));
  EXPECT_TRUE(is_closed(silent.back(), 5000));
}

// Silent connections of many addresses neither take the places of clients that have proven who they are nor keep the
// next one out.
TEST_F(Mesh_TcpDoor, HandshakesOfManyAddressesLeaveRoomForClients) {
  open();
  const auto channel = client(ca_.issue("diagnostics"));
  ASSERT_TRUE(check(channel).ok());
  std::vector<os::Descriptor> silent;
  for (int address = 2; address < 14; ++address) {
    for (int i = 0; i < AddressLimits::kHandshakes; ++i)
      silent.push_back(connect_tcp(port_, "127.0.0." + std::to_string(address)));
  }
  EXPECT_TRUE(is_closed(silent.front(), 2000)) << "the oldest makes room, long before its handshake's time is up";
  EXPECT_TRUE(is_closed(silent[silent.size() - TcpAcceptor::kHandshakes - 1], 2000));
  for (size_t i = silent.size() - TcpAcceptor::kHandshakes; i < silent.size(); ++i)
    EXPECT_FALSE(is_closed(silent[i], 0)) << i;
  EXPECT_TRUE(check(client(ca_.issue("diagnostics")), "", absl::Seconds(2)).ok()) << "another gets through at once";
  EXPECT_TRUE(check(channel).ok()) << "the first has kept its place";
}

TEST(Mesh_Door, ConnectionsOfOneRoleAreLimitedAndGivenBack) {
  House house;
  register_dial(house.router);
  house.open();
  std::vector<os::Descriptor> held;
  for (size_t i = 0; i < Acceptor::kConnectionsPerRole; ++i) {
    auto connection = os::connect_unix(house.socket());
    ASSERT_TRUE(connection.ok()) << connection.status();
    held.push_back(*std::move(connection));
    EXPECT_FALSE(is_closed(held.back(), 1000)) << i;
  }
  EXPECT_TRUE(is_closed(*os::connect_unix(house.socket()), 5000));
  held.clear();
  EXPECT_TRUE(house.peer().call(&Signaling::Stub::Dial, dial("1"), kSoon).ok());
}

TEST_F(Mesh_TcpDoor, WillNotOpenWithoutAuthorities) {
  EXPECT_EQ(acceptor_.open(os::Descriptor(), {"c", "k", ""}, kProfile).code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace phone::mesh
