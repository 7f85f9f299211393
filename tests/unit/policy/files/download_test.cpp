// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/files/download.hpp"

#include <gtest/gtest.h>

#include "common/http/get.hpp"
#include "common/http/secure.hpp"
#include "common/mesh/listen/listener.hpp"
#include "services/download/transfer_server.hpp"
#include "tests/unit/http/server.hpp"
#include "tests/unit/policy/fakes.hpp"
#include "tests/unit/temporary_directory.hpp"

namespace phone::policy {
namespace {

using http::testing::Server;
using http::testing::TftpServer;

std::string ok(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}
std::string status(const std::string& line) { return "HTTP/1.1 " + line + "\r\nContent-Length: 0\r\n\r\n"; }

struct F16_DownloadOrder : testing::Test {
  static std::uint16_t nobody() {
    return Server([](const std::string&) { return ""; }).port();
  }
  void SetUp() override {
    auto listening = mesh::listen_unix(socket);
    ASSERT_TRUE(listening.ok()) << listening.status();
    transfer_server.emplace(*std::move(listening), &http::get, download::TransferServer::Limits{});
    thread = std::thread([this] { transfer_server->run(); });
  }
  void TearDown() override {
    transfer_server->stop();
    thread.join();
  }
  Download fetch(Ports ports, bool secure = false) {
    return HttpDownloader(trust, http::fetch_with_tls_through(socket), ports, cancelled)
        .fetch("127.0.0.1", "ITLFile.tlv", 1 << 20, secure, tls::Policy{});
  }
  fakes::Trust trust;
  std::atomic<bool> cancelled{false};
  const tests::TemporaryDirectory directory;
  const std::filesystem::path socket = directory / "fetch.sock";
  std::optional<download::TransferServer> transfer_server;
  std::thread thread;
};

TEST_F(F16_DownloadOrder, HttpIsEnough) {
  const Server http([](const std::string&) { return ok("list"); });
  const auto download = fetch({.http = http.port(), .tftp = nobody()});
  EXPECT_EQ(download.outcome, http::Outcome::kOk);
  EXPECT_EQ(download.body, "list");
  EXPECT_FALSE(download.authenticated);
}

TEST_F(F16_DownloadOrder, NotFoundIsFinalAndNotAskedForByTftp) {
  const Server http([](const std::string&) { return status("404 Not Found"); });
  const TftpServer tftp("list");
  EXPECT_EQ(fetch({.http = http.port(), .tftp = tftp.port()}).outcome, http::Outcome::kAbsent);
}

TEST_F(F16_DownloadOrder, BusyOrAbsentHttpServerLeadsToTftp) {
  const TftpServer tftp("list");
  const Server busy([](const std::string&) { return status("503 Busy"); });
  EXPECT_EQ(fetch({.http = busy.port(), .tftp = tftp.port()}).body, "list");
  EXPECT_EQ(fetch({.http = nobody(), .tftp = tftp.port()}).body, "list");
}

// Ways and servers are asked in turn, and a silent one takes nothing from the next.
TEST_F(F16_DownloadOrder, EachServerAndEachWayHasItsOwnFullTime) {
  std::vector<http::Request> asked;
  HttpDownloader downloader(
      trust,
      [&asked](const http::Request& request) {
        asked.push_back(request);
        return http::Result{.outcome = http::Outcome::kUnreachable, .detail = "silent"};
      },
      Ports{}, cancelled);
  for (const char* server : {"10.77.0.1", "10.77.0.2", "10.77.0.3"}) {
    EXPECT_EQ(downloader.fetch(server, "ITLFile.tlv", 1 << 20, true, tls::Policy{}).outcome,
              http::Outcome::kUnreachable);
  }
  ASSERT_EQ(asked.size(), 9U);
  const http::Request usual;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    EXPECT_EQ(asked[i].connect_timeout, usual.connect_timeout) << i;
    EXPECT_EQ(asked[i].total_timeout, usual.total_timeout) << i;
    EXPECT_EQ(asked[i].stall_timeout, asked[i % 3].stall_timeout) << i;
  }
}

TEST_F(F16_DownloadOrder, AuthenticatedHttpsComesFirstWhenTheListSaysSo) {
  const Server https([](const std::string&) { return ok("by https"); }, true);
  const Server http([](const std::string&) { return ok("by http"); });
  const auto download = fetch({.http = http.port(), .https = https.port()}, true);
  EXPECT_EQ(download.body, "by https");
  EXPECT_TRUE(download.authenticated);
}

TEST_F(F16_DownloadOrder, HttpsThatIsNotThereFallsBackWithoutItsAuthority) {
  const Server http([](const std::string&) { return ok("by http"); });
  const auto download = fetch({.http = http.port(), .https = nobody()}, true);
  EXPECT_EQ(download.body, "by http");
  EXPECT_FALSE(download.authenticated);
}

}  // namespace
}  // namespace phone::policy
