// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The process that downloads, with its callers' side (common/http/remote) on the other end of a real socket.
#include "services/download/transfer_server.hpp"

#include <absl/time/clock.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <filesystem>
#include <future>
#include <mutex>
#include <optional>
#include <thread>

#include "common/http/frame.hpp"
#include "common/http/get.hpp"
#include "common/http/message.hpp"
#include "common/http/remote.hpp"
#include "common/http/secure.hpp"
#include "common/mesh/listen/listener.hpp"
#include "common/os/unix_socket.hpp"
#include "tests/unit/http/server.hpp"
#include "tests/unit/temporary_directory.hpp"

namespace phone::download {
namespace {

using http::Outcome;
using http::Request;
using http::Result;
using http::Scheme;
using http::testing::Server;
using ::testing::HasSubstr;

std::string ok(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Type: Text/XML; charset=x\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

Request ask(const Server& server, Scheme scheme = Scheme::kHttp) {
  return {.scheme = scheme, .host = "127.0.0.1", .port = server.port(), .name = "ITLFile.tlv", .tls = tls::Policy{}};
}

struct Download : testing::Test {
  void TearDown() override { stop_server(); }

  void start_server(http::Fetch fetch = &http::get, TransferServer::Limits limits = {}) {
    auto listening = mesh::listen_unix(socket_);
    ASSERT_TRUE(listening.ok()) << listening.status();
    transfer_server_.emplace(*std::move(listening), std::move(fetch), limits);
    thread_ = std::thread([this] { transfer_server_->run(); });
  }
  void stop_server() {
    if (!thread_.joinable()) return;
    transfer_server_->stop();
    thread_.join();
    transfer_server_.reset();
  }
  os::Descriptor call() const {
    auto connection = os::connect_unix(socket_, SOCK_NONBLOCK);
    EXPECT_TRUE(connection.ok()) << connection.status();
    return connection.ok() ? *std::move(connection) : os::Descriptor();
  }
  Result fetch(const Request& request) const { return http::fetch_through(socket_)(request); }
  Result fetch_by_tls(const Request& request) const { return http::fetch_with_tls_through(socket_)(request); }

  const tests::TemporaryDirectory directory_;
  const std::filesystem::path socket_ = directory_ / "fetch.sock";
  std::optional<TransferServer> transfer_server_;
  std::thread thread_;
};

using F16_DownloadProcess = Download;
using F11_DownloadProcess = Download;
using F84_DownloadProcess = Download;

http::Patience soon() { return {absl::Now() + absl::Seconds(10)}; }

TEST_F(F16_DownloadProcess, FileComesThroughTheSocketAsItIs) {
  const std::string body(100'000, '\0');
  const Server server([&](const std::string&) { return ok(body); });
  start_server();
  const Result result = fetch(ask(server));
  EXPECT_EQ(result.outcome, Outcome::kOk) << result.detail;
  EXPECT_EQ(result.body, body);
  EXPECT_EQ(result.type, "text/xml");
  EXPECT_THAT(result.url, HasSubstr("ITLFile.tlv"));
}

TEST_F(F16_DownloadProcess, WhatTheServerSaysIsWhatTheCallerHears) {
  start_server();
  const Server absent([](const std::string&) { return "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"; });
  EXPECT_EQ(fetch(ask(absent)).outcome, Outcome::kAbsent);
  const Server large([](const std::string&) { return ok(std::string(5000, 'x')); });
  Request request = ask(large);
  request.limit = 4999;
  EXPECT_EQ(fetch(request).outcome, Outcome::kTooLarge);
  request.name = "../etc/passwd";
  const Result refused = fetch(request);
  EXPECT_EQ(refused.outcome, Outcome::kFailed);
  EXPECT_THAT(refused.detail, HasSubstr("file name"));
}

TEST_F(F11_DownloadProcess, TheCallerJudgesTheServerInsideTheHandshake) {
  const Server server([](const std::string&) { return ok("secret"); }, true);
  start_server();
  Request request = ask(server, Scheme::kHttps);
  std::vector<std::string> seen;
  request.verify = [&](const std::vector<std::string>& chain) -> absl::StatusOr<std::string> {
    EXPECT_EQ(server.requests(), 0) << "judged before a request left";
    seen = chain;
    return "ITL";
  };
  const Result result = fetch_by_tls(request);
  EXPECT_EQ(result.outcome, Outcome::kOk) << result.detail;
  EXPECT_EQ(result.body, "secret");
  EXPECT_THAT(seen, ::testing::ElementsAre(server.certificate_der()));
}

TEST_F(F11_DownloadProcess, ARefusedServerGetsNoRequestAndTheReasonIsKept) {
  const Server server([](const std::string&) { return ok("secret"); }, true);
  start_server();
  Request request = ask(server, Scheme::kHttps);
  request.verify = [](const std::vector<std::string>&) -> absl::StatusOr<std::string> {
    return absl::PermissionDeniedError("not on the ITL, and TVS does not know it");
  };
  const Result result = fetch_by_tls(request);
  EXPECT_EQ(result.outcome, Outcome::kRefused);
  EXPECT_THAT(result.detail, HasSubstr("not on the ITL"));
  EXPECT_EQ(server.requests(), 0);
}

TEST_F(F11_DownloadProcess, WithoutAVerifierNothingIsSent) {
  const Server server([](const std::string&) { return ok("secret"); }, true);
  start_server();
  EXPECT_EQ(fetch_by_tls(ask(server, Scheme::kHttps)).outcome, Outcome::kRefused) << "nobody who could vouch";
  EXPECT_EQ(server.requests(), 0);
}

TEST_F(F11_DownloadProcess, EveryConnectionIsJudgedAnew) {
  const Server server([](const std::string&) { return ok("x"); }, true);
  start_server();
  int asked = 0;
  Request request = ask(server, Scheme::kHttps);
  request.verify = [&](const std::vector<std::string>&) -> absl::StatusOr<std::string> {
    ++asked;
    return "ITL";
  };
  for (int i = 0; i < 3; ++i) EXPECT_EQ(fetch_by_tls(request).outcome, Outcome::kOk);
  EXPECT_EQ(asked, 3);
}

TEST_F(F11_DownloadProcess, AServerThatIsNotThereIsUnreachableAndAPipeHasItsLimits) {
  start_server();
  std::uint16_t gone = 0;
  {
    gone = Server([](const std::string&) { return ""; }).port();
  }
  Request request{.scheme = Scheme::kHttps, .host = "127.0.0.1", .port = gone, .name = "a", .tls = tls::Policy{}};
  request.verify = [](const std::vector<std::string>&) -> absl::StatusOr<std::string> { return "ITL"; };
  EXPECT_EQ(fetch_by_tls(request).outcome, Outcome::kUnreachable);

  const Server large([](const std::string&) { return ok(std::string(300'000, 'x')); }, true);
  request.port = large.port();
  request.limit = 1000;
  const Result refused = fetch_by_tls(request);
  EXPECT_EQ(refused.outcome, Outcome::kTooLarge) << refused.detail;

  const Server silent([](const std::string&) { return ""; }, true, true);
  request.port = silent.port();
  request.total_timeout = std::chrono::milliseconds(400);
  EXPECT_EQ(fetch_by_tls(request).outcome, Outcome::kBroken);
}

TEST_F(F84_DownloadProcess, ACancelledExchangeEndsOnBothSides) {
  std::promise<void> begun, ended;
  start_server([&](const Request& request) {
    begun.set_value();
    while (!*request.cancelled) std::this_thread::yield();
    ended.set_value();
    return Result{.outcome = Outcome::kCancelled};
  });
  std::atomic<bool> cancelled{false};
  Request request{.host = "127.0.0.1", .port = 1, .name = "a", .cancelled = &cancelled};
  auto caller = std::async(std::launch::async, [&] { return fetch(request); });
  begun.get_future().wait();
  cancelled = true;
  EXPECT_EQ(caller.get().outcome, Outcome::kCancelled);
  EXPECT_EQ(ended.get_future().wait_for(std::chrono::seconds(10)), std::future_status::ready);
}

TEST_F(F84_DownloadProcess, MoreCallersThanAreServedAtOnceWaitTheirTurn) {
  std::mutex mutex;
  int now = 0, most = 0;
  start_server(
      [&](const Request&) {
        {
          const std::lock_guard lock(mutex);
          most = std::max(most, ++now);
        }
        std::this_thread::yield();
        const std::lock_guard lock(mutex);
        --now;
        return Result{.outcome = Outcome::kAbsent};
      },
      {.most = 2});
  std::vector<std::future<Result>> callers;
  for (int i = 0; i < 12; ++i) {
    callers.push_back(
        std::async(std::launch::async, [&] { return fetch({.host = "127.0.0.1", .port = 1, .name = "a"}); }));
  }
  for (auto& caller : callers) EXPECT_EQ(caller.get().outcome, Outcome::kAbsent);
  EXPECT_LE(most, 2);
}

TEST_F(F84_DownloadProcess, ARequestThatIsNoneIsRefusedWithTheReason) {
  start_server([](const Request&) {
    ADD_FAILURE() << "nothing was asked";
    return Result{};
  });
  const os::Descriptor caller = call();
  ASSERT_TRUE(http::send_message(caller.get(), "\xff\xff\xff", soon()).ok());
  const auto bytes = http::receive_message(caller.get(), http::kMostReplyBytes, soon());
  ASSERT_TRUE(bytes.ok()) << bytes.status();
  const auto reply = http::decode_result(*bytes, 0);
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->outcome, Outcome::kFailed);
  EXPECT_THAT(reply->detail, HasSubstr("not a request"));

  const os::Descriptor large = call();
  ASSERT_EQ(send(large.get(), "\xff\xff\xff\xff", 4, 0), 4);
  const auto refused = http::receive_message(large.get(), http::kMostReplyBytes, soon());
  ASSERT_TRUE(refused.ok()) << refused.status();
  EXPECT_THAT(http::decode_result(*refused, 0)->detail, HasSubstr("bytes"));
}

TEST_F(F84_DownloadProcess, WhenNobodyHasCalledForAWhileItLeavesAndWhoComesLateWaitsInTheQueue) {
  auto listening = mesh::listen_unix(socket_);
  ASSERT_TRUE(listening.ok());
  const auto answer = [](const Request&) { return Result{.outcome = Outcome::kAbsent}; };
  const Request request{.host = "127.0.0.1", .port = 1, .name = "a"};
  {
    TransferServer first(os::Descriptor(dup(listening->get())), answer, {.idle = std::chrono::milliseconds(30)});
    first.run();
  }
  auto late = std::async(std::launch::async, [&] { return fetch(request); });
  TransferServer second(*std::move(listening), answer, {.idle = std::chrono::milliseconds(500)});
  second.run();
  EXPECT_EQ(late.get().outcome, Outcome::kAbsent);
}

TEST_F(F84_DownloadProcess, ADeathOfTheProcessIsToldAsBroken) {
  const Request request{.host = "127.0.0.1", .port = 1, .name = "a"};
  const Result nobody = fetch(request);
  EXPECT_EQ(nobody.outcome, Outcome::kBroken);
  EXPECT_THAT(nobody.detail, HasSubstr("the process that downloads"));
  auto listening = mesh::listen_unix(socket_);
  ASSERT_TRUE(listening.ok());
  os::EventLoop loop;
  loop.start("loop");
  mesh::Listener dies(loop, *std::move(listening), [](os::Descriptor) {});
  EXPECT_EQ(fetch(request).outcome, Outcome::kBroken);
}

}  // namespace
}  // namespace phone::download
