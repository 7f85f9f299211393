// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F96: the screen's port as raw requests meet it, between sockets and a gateway whose answers the test makes up.
#include "gateway/web/server/http_server.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <thread>

#include "gateway/web/calls/gateway_client_rpc.hpp"
#include "tests/unit/gateway/fake_phone.hpp"

namespace phone::gateway::web {
namespace {

using namespace std::chrono_literals;
using phone::gateway::v1::GetStatusRequest;
using phone::gateway::v1::PhoneStatus;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// A client that sends what it is told and reads until the server closes or is silent.
class Client {
 public:
  explicit Client(std::uint16_t port) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = connect(fd_.get(), reinterpret_cast<sockaddr*>(&to), sizeof to) == 0;
  }
  void send(std::string_view bytes) { (void)::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL); }
  // All that comes until `end` stands in it, the server closes, or `patience` is over.
  std::string read_until(std::string_view end, std::chrono::milliseconds patience = 5s) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (read_.find(end) == std::string::npos && !closed_) {
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
      pollfd waiting{fd_.get(), POLLIN, 0};
      if (left.count() <= 0 || poll(&waiting, 1, static_cast<int>(left.count())) <= 0) break;
      char bytes[65536];
      const ssize_t got = recv(fd_.get(), bytes, sizeof bytes, 0);
      closed_ = got <= 0;
      if (got > 0) read_.append(bytes, static_cast<std::size_t>(got));
    }
    return read_;
  }
  std::string read_all() { return read_until("\x01 never"); }
  bool closed() {
    read_all();
    return closed_;
  }

 private:
  os::Descriptor fd_;
  bool connected_ = false, closed_ = false;
  std::string read_;
};

class F96_WebServer : public testing::Test {
 protected:
  F96_WebServer() {
    router_.unary<phone::signaling::v1::DialRequest, phone::signaling::v1::CallReply>(
        "phone.gateway.v1.Gateway/Dial", [](const auto& request, const auto& reply) {
          if (request.number().empty()) return reply.fail(absl::FailedPreconditionError("not \"registered\""));
          phone::signaling::v1::CallReply answer;
          answer.mutable_call()->set_remote_number(request.number());
          reply.ok(answer);
        });
    router_.state<GetStatusRequest, PhoneStatus>("phone.gateway.v1.Gateway/WatchStatus", latest_);
    say(1);
    paths_.socket_dir = directory_.path();
    open_gateway();
  }
  ~F96_WebServer() override {
    if (server_) server_->stop();
    if (thread_.joinable()) thread_.join();
    serving_.reset();
  }

  void open_gateway() {
    std::filesystem::create_directories(directory_.path() / "gateway");
    serving_.emplace(router_, socket_of(paths_, "gateway"), phone::mesh::v1::ROLE_UI);
  }
  void say(std::uint64_t version) {
    PhoneStatus status;
    status.set_version(version);
    latest_.set(status);
  }
  std::uint16_t serve(ServerOptions options = {}) {
    site_ = {{"/index.html", {"text/html; charset=utf-8", "<!doctype html>"}}};
    auto listening = mesh::listen_tcp("127.0.0.1", 0);
    EXPECT_TRUE(listening.ok());
    port_ = *mesh::local_port(listening->get());
    host_ = absl::StrCat("127.0.0.1:", port_);
    gateway_.emplace(socket_of(paths_, "gateway"));
    server_.emplace(*std::move(listening), *gateway_, site_, Door{{host_}}, std::move(options));
    thread_ = std::thread([this] { server_->run(false); });
    return port_;
  }
  std::string call(const std::string& method, const std::string& body, const std::string& type = "application/json",
                   const std::string& more = "") const {
    return absl::StrCat("POST /phone.gateway.v1.Gateway/", method, " HTTP/1.1\r\nHost: ", host_, "\r\nOrigin: http://",
                        host_, "\r\nConnect-Protocol-Version: 1\r\nContent-Type: ", type,
                        "\r\nContent-Length: ", body.size(), "\r\n", more, "\r\n", body);
  }
  std::string get(const std::string& path) const {
    return absl::StrCat("GET ", path, " HTTP/1.1\r\nHost: ", host_, "\r\n\r\n");
  }
  std::string watch() const {
    return call("WatchStatus", std::string("\0\0\0\0\x02{}", 7), "application/connect+json");
  }

  tests::TemporaryDirectory directory_;
  phone::mesh::Paths paths_;
  phone::mesh::Latest<PhoneStatus> latest_;
  phone::mesh::Router router_;
  std::optional<Serving> serving_;
  Site site_;
  std::uint16_t port_ = 0;
  std::string host_;
  std::optional<GatewayClient> gateway_;
  std::optional<HttpServer> server_;
  std::thread thread_;
};

TEST_F(F96_WebServer, ServesThePageWithHeadersThatShutItIn) {
  serve();
  Client client(port_);
  client.send(get("/"));
  const std::string page = client.read_until("<!doctype html>");
  EXPECT_THAT(page, StartsWith("HTTP/1.1 200 OK\r\n"));
  for (const char* header :
       {"Content-Type: text/html; charset=utf-8\r\n", "default-src 'none'; script-src 'self'", "frame-ancestors 'none'",
        "require-trusted-types-for 'script'", "X-Content-Type-Options: nosniff\r\n", "Cache-Control: no-store\r\n",
        "Cross-Origin-Resource-Policy: same-origin\r\n", "Referrer-Policy: no-referrer\r\n"}) {
    EXPECT_THAT(page, HasSubstr(header));
  }
  client.send(get("/secret.txt"));
  EXPECT_THAT(client.read_until("no such file"), HasSubstr("HTTP/1.1 404"));
}

TEST_F(F96_WebServer, PassesACallAndItsRefusal) {
  serve();
  Client client(port_);
  client.send(call("Dial", R"({"number":"1002"})"));
  EXPECT_THAT(client.read_until("}}"), HasSubstr(R"({"call":{"remoteNumber":"1002"}})"));
  client.send(call("Dial", "{}"));  // on the same connection
  EXPECT_THAT(client.read_until("failed"), HasSubstr("HTTP/1.1 400 Bad Request"));
  EXPECT_THAT(client.read_until("\"}"), HasSubstr(R"({"code":"failed_precondition","message":"not \"registered\""})"));
}

TEST_F(F96_WebServer, AGatewayThatIsAwayIsWaitedForUntilTheDeadline) {
  serve();
  serving_.reset();
  std::filesystem::remove(socket_of(paths_, "gateway"));
  Client client(port_);
  client.send(call("Dial", R"({"number":"1002"})", "application/json", "Connect-Timeout-Ms: 200\r\n"));
  EXPECT_THAT(client.read_until("\"}"), HasSubstr("\"code\":\"deadline_exceeded\""));
}

TEST_F(F96_WebServer, StreamsWhatIsNewAndEndsWithTheGateway) {
  serve();
  Client client(port_);
  client.send(watch());
  EXPECT_THAT(client.read_until("{\"version\":\"1\"}"), HasSubstr("application/connect+json"));
  say(2);
  EXPECT_THAT(client.read_until("{\"version\":\"2\"}"), HasSubstr("{\"version\":\"2\"}"));
  serving_.reset();
  EXPECT_THAT(client.read_all(), EndsWith("\r\n0\r\n\r\n"));
  EXPECT_THAT(client.read_all(), HasSubstr("\"code\":\"unavailable\""));
  EXPECT_TRUE(client.closed());
}

TEST_F(F96_WebServer, AClientThatGoesTakesItsStreamAlong) {
  ServerOptions options;
  options.most_streams = 1;
  serve(options);
  {
    Client first(port_);
    first.send(watch());
    first.read_until("{\"version\":\"1\"}");
    Client second(port_);
    second.send(watch());
    EXPECT_THAT(second.read_until("\"}"), HasSubstr("\"code\":\"resource_exhausted\""));
  }
  EXPECT_TRUE(eventually([&] {
    Client next(port_);
    next.send(watch());
    return next.read_until("{\"version\":\"1\"}", 1s).find("200 OK") != std::string::npos;
  }));
}

TEST_F(F96_WebServer, ConnectionsAreLimitedAndTheNextIsClosedAtOnce) {
  ServerOptions options;
  options.most_connections = 2;
  serve(options);
  Client one(port_), two(port_);
  for (Client* client : {&one, &two}) {
    client->send(get("/"));
    ASSERT_THAT(client->read_until("<!doctype html>"), HasSubstr("200 OK"));
  }
  Client three(port_);
  EXPECT_TRUE(three.closed());
  one.send(get("/secret.txt"));
  EXPECT_THAT(one.read_until("no such file"), HasSubstr("404"));
}

TEST_F(F96_WebServer, SlowClientsAreGivenUp) {
  ServerOptions options;
  options.limits.header = 100ms;
  options.limits.body = 100ms;
  options.limits.idle = 100ms;
  serve(options);
  Client silent(port_), slow_header(port_), slow_body(port_);
  slow_header.send("GET / HTTP/1.1\r\nHo");
  std::string half = call("Dial", R"({"number":"1002"})");
  half.pop_back();
  slow_body.send(half);
  for (Client* client : {&silent, &slow_header, &slow_body}) EXPECT_TRUE(client->closed());
}

TEST_F(F96_WebServer, WhatIsTooLargeOrNotHttpIsRefusedUnread) {
  serve();
  struct Case {
    std::string request, status;
  };
  const std::string padding(9000, 'x');
  for (const auto& [request, status] :
       {Case{absl::StrCat("GET / HTTP/1.1\r\nX: ", padding, "\r\n\r\n"), "431"}, Case{call("Dial", ""), "400"},
        Case{absl::StrCat("POST /phone.gateway.v1.Gateway/Dial HTTP/1.1\r\nHost: ", host_, "\r\nOrigin: http://", host_,
                          "\r\nConnect-Protocol-Version: 1\r\nContent-Type: application/json\r\n"
                          "Content-Length: 200000\r\n\r\n"),
             "413"},
        Case{absl::StrCat("POST / HTTP/1.1\r\nHost: ", host_, "\r\nContent-Length: 99999999999\r\n\r\n"), "413"},
        Case{"\x16\x03\x01\x02 a TLS hello \r\n\r\n", "400"}, Case{"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "421"},
        Case{call("Nonsense", "{}"), "404"}, Case{call("WatchStatus", "{}"), "415"},
        Case{call("Dial", "{\"nummer\":1}"), "400"},
        Case{call("WatchStatus", "{}", "application/connect+json"), "400"}}) {
    Client client(port_);
    client.send(request);
    EXPECT_THAT(client.read_until("\r\n\r\n"), StartsWith("HTTP/1.1 " + status)) << request.substr(0, 60);
  }
}

// Else the gateway would refuse the whole role, phonectl too (issue of an attacker's page).
TEST_F(F96_WebServer, StreamsOpenedAndDroppedWithoutEndAreRefusedHereAndLetInAgain) {
  serve();
  int refused = 0;
  for (int i = 0; i < 60; ++i) {
    Client client(port_);
    client.send(watch());
    const std::string answer = client.read_until("\r\n\r\n");
    if (answer.starts_with("HTTP/1.1 429")) {
      ++refused;
      EXPECT_THAT(client.read_until("\"}"), HasSubstr("streams are opened too often"));
    }
  }
  EXPECT_GT(refused, 10);
  EXPECT_TRUE(eventually([&] {
    Client next(port_);
    next.send(watch());
    return next.read_until("{\"version\":\"1\"}", 1s).find("200 OK") != std::string::npos;
  }));
}

// Passwords as the test has them; the last address that asked.
struct FakeAdmin final : AdminPort {
  void check_password(const crypto::Secret& password, const std::string& from,
                      std::function<void(absl::StatusOr<Verdict>)> done) override {
    ++asked;
    asker = from;
    const bool right = password.view() == "48151623";
    done(Verdict{.right = right, .reason = right ? "" : "wrong password", .wait = std::chrono::seconds(wait)});
  }
  void metrics(std::function<void(absl::StatusOr<std::string>)> done) override { done("phone_up 1\n"); }
  int asked = 0, wait = 0;
  std::string asker;
};

class F24_AdministratorsServer : public F96_WebServer {
 protected:
  // One end of a connection that has got through TLS.
  void connect(bool proven, const std::string& request) {
    int ends[2];
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), 0);
    ours_ = os::Descriptor(ends[0]);
    server_->take(os::Descriptor(ends[1]), Visitor{.proven = proven, .from = "192.0.2.7", .hosts = {"10.0.0.9"}});
    ASSERT_EQ(::send(ours_.get(), request.data(), request.size(), MSG_NOSIGNAL), static_cast<ssize_t>(request.size()));
  }
  std::string answer() {
    std::string all;
    pollfd waiting{ours_.get(), POLLIN, 0};
    while (poll(&waiting, 1, 5000) > 0) {
      char bytes[4096];
      const ssize_t got = recv(ours_.get(), bytes, sizeof bytes, 0);
      if (got <= 0) break;
      all.append(bytes, static_cast<std::size_t>(got));
    }
    return all;
  }
  void begin() {
    site_ = {{"/administrator.html", {"text/html; charset=utf-8", "<!doctype html>"}}};
    gateway_.emplace(socket_of(paths_, "gateway"));
    ServerOptions options;
    options.admin = &admin_;
    server_.emplace(*gateway_, site_, Door{.hosts = {}, .administrator = true}, std::move(options));
    thread_ = std::thread([this] { server_->run(false); });
  }
  static std::string asking(const std::string& path, const std::string& more = "") {
    return absl::StrCat("GET ", path, " HTTP/1.1\r\nHost: 10.0.0.9\r\nConnection: close\r\n", more, "\r\n");
  }
  std::string get(const std::string& path, bool proven, const std::string& more = "") {
    connect(proven, asking(path, more));
    return answer();
  }

  FakeAdmin admin_;
  os::Descriptor ours_;
};

TEST_F(F24_AdministratorsServer, NobodyIsLetInWithoutACertificateOrThePassword) {
  begin();
  const std::string stranger = get("/", false);
  EXPECT_THAT(stranger, StartsWith("HTTP/1.1 401 "));
  EXPECT_THAT(stranger, HasSubstr("WWW-Authenticate: Basic realm=\"phone\""));
  EXPECT_THAT(get("/metrics", false, "Authorization: Bearer x\r\n"), StartsWith("HTTP/1.1 401 "));
  EXPECT_EQ(admin_.asked, 0);
  EXPECT_THAT(get("/", true), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(get("/metrics", true), HasSubstr("phone_up 1\n"));
  EXPECT_THAT(get("/", false, "Authorization: Basic YTo0ODE1MTYyMw==\r\n"), StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(admin_.asker, "192.0.2.7");
  EXPECT_THAT(get("/metrics", false, "Authorization: Basic YTo0ODE1MTYyMw==\r\n"), StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(admin_.asked, 1) << "a slow hash once";
  server_->forget_credentials();
  EXPECT_THAT(get("/", false, "Authorization: Basic YTo0ODE1MTYyMw==\r\n"), StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(admin_.asked, 2);
  EXPECT_THAT(get("/", false, "Authorization: Basic YTp4\r\n"), StartsWith("HTTP/1.1 401 "));
  admin_.wait = 30;
  EXPECT_THAT(get("/", false, "Authorization: Basic YTp4\r\n"), HasSubstr("Retry-After: 30\r\n"));
}

TEST_F(F24_AdministratorsServer, AnotherHostIsRefusedBeforeThePasswordIsLookedAt) {
  begin();
  connect(false, "GET / HTTP/1.1\r\nHost: evil.example\r\nAuthorization: Basic YTo0ODE1MTYyMw==\r\n\r\n");
  EXPECT_THAT(answer(), StartsWith("HTTP/1.1 421 "));
  EXPECT_EQ(admin_.asked, 0);
}

TEST_F(F96_WebServer, AnotherServiceOfThePhoneIsNotReachable) {
  serve();
  std::string other = call("Dial", "{}");
  other.replace(other.find("phone.gateway.v1.Gateway"), 24, "phone.policy.v1.Policy");
  Client client(port_);
  client.send(other);
  EXPECT_THAT(client.read_until("\"}"), HasSubstr("the gateway has no such method"));
}

}  // namespace
}  // namespace phone::gateway::web
