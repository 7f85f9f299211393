// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/http/get.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <cstring>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/os/descriptor.hpp"
#include "tests/unit/http/server.hpp"

namespace phone::http {
namespace {

using testing::Server;
using testing::TftpServer;
using namespace std::chrono_literals;

std::string ok(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\nCache-Control: no-store\r\nContent-Type: */*\r\n\r\n" + body;
}

Request ask(const Server& server, Scheme scheme = Scheme::kHttp) {
  return {.scheme = scheme, .host = "127.0.0.1", .port = server.port(), .name = "SEP0A1B2C3D4E5F.cnf.xml.sgn"};
}

TEST(F16_Download, FileIsFetchedByItsNameAsItIs) {
  const std::string body("\1\0\2binary\0bytes", 15);
  std::string seen;
  const Server server([&](const std::string& request) {
    seen = request;
    return ok(body);
  });
  const Result result = get(ask(server));
  EXPECT_EQ(result.outcome, Outcome::kOk) << result.detail;
  EXPECT_EQ(result.body, body);
  EXPECT_EQ(seen.rfind("GET /SEP0A1B2C3D4E5F.cnf.xml.sgn HTTP/1.1\r\n", 0), 0U);
}

struct StatusRow {
  const char* line;
  Outcome outcome;
};
class F16_Download_Table : public ::testing::TestWithParam<StatusRow> {};
TEST_P(F16_Download_Table, StatusDecidesWhetherAnotherWayIsTried) {
  const Server server([](const std::string&) {
    return std::string("HTTP/1.1 ") + GetParam().line +
           "\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n";
  });
  const Result result = get(ask(server));
  EXPECT_EQ(result.outcome, GetParam().outcome) << result.detail;
  EXPECT_TRUE(result.body.empty());
  EXPECT_EQ(result.detail, GetParam().outcome == Outcome::kOk ? "" : std::string("status ") + GetParam().line);
}
INSTANTIATE_TEST_SUITE_P(
    Statuses, F16_Download_Table,
    ::testing::Values(StatusRow{"200 OK", Outcome::kOk}, StatusRow{"404 Not Found", Outcome::kAbsent},
                      StatusRow{"503 Busy", Outcome::kUnavailable}, StatusRow{"302 Found", Outcome::kUnserved},
                      StatusRow{"301 Moved", Outcome::kUnserved}, StatusRow{"500 Broken", Outcome::kUnserved},
                      StatusRow{"206 Partial", Outcome::kUnserved}, StatusRow{"401 Who", Outcome::kUnserved},
                      StatusRow{"403 Not you", Outcome::kUnserved}, StatusRow{"410 Gone", Outcome::kAbsent},
                      StatusRow{"204 Nothing", Outcome::kUnserved}));

TEST(F16_Download, OversizedFileIsStoppedWithAndWithoutContentLength) {
  for (const bool told : {true, false}) {
    const Server server([told](const std::string&) {
      return told ? ok(std::string(5000, 'x')) : "HTTP/1.1 200 OK\r\n\r\n" + std::string(5000, 'x');
    });
    Request request = ask(server);
    request.limit = 4999;
    EXPECT_EQ(get(request).outcome, Outcome::kTooLarge);
    request.limit = 5000;
    EXPECT_EQ(get(request).outcome, Outcome::kOk);
  }
}

TEST(F16_Download, TruncatedFileIsNotAFile) {
  const Server server([](const std::string&) { return "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort"; });
  EXPECT_EQ(get(ask(server)).outcome, Outcome::kBroken);
}

TEST(F16_Download, SilentServerEndsWithTheDeadline) {
  const Server server([](const std::string&) { return ""; }, false, true);
  Request request = ask(server);
  request.total_timeout = 300ms;
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(get(request).outcome, Outcome::kBroken);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 3s);
}

TEST(F16_Download, EndlessHeadersAreRefused) {
  const Server server([](const std::string&) {
    std::string answer = "HTTP/1.1 200 OK\r\n";
    for (int i = 0; i < 5000; ++i) answer += "X-Header: " + std::string(64, 'x') + "\r\n";
    return answer + "\r\nbody";
  });
  EXPECT_NE(get(ask(server)).outcome, Outcome::kOk);
}

TEST(F16_Download, GarbageIsNotHttp) {
  const Server server([](const std::string&) { return std::string("\x16\x03\x01 hello\r\n\r\n"); });
  EXPECT_NE(get(ask(server)).outcome, Outcome::kOk);
}

TEST(F16_Download, NoListenerIsUnreachable) {
  std::uint16_t port = 0;
  {
    port = Server([](const std::string&) { return ""; }).port();
  }
  EXPECT_EQ(get({.host = "127.0.0.1", .port = port, .name = "a"}).outcome, Outcome::kUnreachable);
}

TEST(F16_Download, NamesThatWouldChangeTheUrlAreNotAskedFor) {
  const Server server([](const std::string&) { return ok("x"); });
  for (const char* name : {"", "/etc/passwd", "../x", "a b", "a?b", "a#b", "a%2e", "a\r\nHost: x"}) {
    Request request = ask(server);
    request.name = name;
    EXPECT_EQ(get(request).outcome, Outcome::kFailed) << name;
  }
  for (const char* host : {"", "user@host", "a/b", "a b", "a\n", "[::1]"}) {
    Request request = ask(server);
    request.host = host;
    EXPECT_EQ(get(request).outcome, Outcome::kFailed) << host;
  }
  EXPECT_EQ(server.requests(), 0);
}

TEST(F16_Download, CancelledTransferEnds) {
  const Server server([](const std::string&) { return ""; }, false, true);
  const std::atomic<bool> cancelled{true};
  Request request = ask(server);
  request.cancelled = &cancelled;
  EXPECT_EQ(get(request).outcome, Outcome::kCancelled);
}

TEST(F11_Https, IsNotSpokenByTheProcessThatDownloads) {
  const Server server([](const std::string&) { return ok("secret"); }, true);
  Request request = ask(server, Scheme::kHttps);
  request.verify = [](const std::vector<std::string>&) -> absl::StatusOr<std::string> { return "ITL"; };
  const Result result = get(request);
  EXPECT_EQ(result.outcome, Outcome::kRefused);
  EXPECT_THAT(result.detail, ::testing::HasSubstr("TLS ends in the process that asks"));
}

TEST(F16_Download, TftpBringsTheSameBytes) {
  const std::string body(1300, 'b');
  const TftpServer server(body);
  const Result result =
      get({.scheme = Scheme::kTftp, .host = "127.0.0.1", .port = server.port(), .name = "ITLFile.tlv"});
  EXPECT_EQ(result.outcome, Outcome::kOk) << result.detail;
  EXPECT_EQ(result.body, body);
}

TEST(F16_Download, TftpFileNotFoundIsAbsent) {
  const TftpServer server("");
  const Result result =
      get({.scheme = Scheme::kTftp, .host = "127.0.0.1", .port = server.port(), .name = "ITLFile.tlv"});
  EXPECT_EQ(result.outcome, Outcome::kAbsent) << result.detail;
}

// A name with these addresses.
tls::Lookup addresses(std::vector<std::string> all) {
  return [all = std::move(all)](const std::string&, const std::string& port) -> absl::StatusOr<tls::AddressList> {
    tls::AddressList list(nullptr, &freeaddrinfo);
    for (auto one = all.rbegin(); one != all.rend(); ++one) {
      auto parsed = tls::parse_address(*one, port);
      if (!parsed.ok()) return parsed.status();
      (*parsed)->ai_next = list.release();
      list.reset(parsed->release());
    }
    return list;
  };
}

// Takes connections and packets of a port and never says anything.
class Silent {
 public:
  Silent(const char* address, std::uint16_t port, int type) : fd_(socket(AF_INET, type | SOCK_CLOEXEC, 0)) {
    sockaddr_in own{};
    own.sin_family = AF_INET;
    own.sin_port = htons(port);
    inet_pton(AF_INET, address, &own.sin_addr);
    EXPECT_EQ(bind(fd_.get(), reinterpret_cast<sockaddr*>(&own), sizeof own), 0) << std::strerror(errno);
    if (type != SOCK_STREAM) return;
    EXPECT_EQ(listen(fd_.get(), 0), 0);
    for (int i = 0; i < 2; ++i) {  // its queue is full: what comes now is not answered
      full_.emplace_back(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
      (void)connect(full_.back().get(), reinterpret_cast<sockaddr*>(&own), sizeof own);
    }
  }

 private:
  os::Descriptor fd_;
  std::vector<os::Descriptor> full_;
};

TEST(DownloadBudgets, SilentAddressesOfANameTakeNoTimeFromTheOneThatAnswers) {
  Server server([](const std::string&) { return "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfile"; });
  const Silent first("127.0.0.2", server.port(), SOCK_STREAM);
  const Silent second("127.0.0.3", server.port(), SOCK_STREAM);
  const Request request{.host = "tftp.example",
                        .port = server.port(),
                        .name = "ITLFile.tlv",
                        .connect_timeout = std::chrono::milliseconds(3000)};
  // libcurl gives the first half of the time, the second half of the rest, and the last next to nothing.
  const Result result = get_by(request, addresses({"127.0.0.2", "127.0.0.3", "127.0.0.2", "127.0.0.3", "127.0.0.1"}));
  EXPECT_EQ(result.outcome, Outcome::kOk) << result.detail;
  EXPECT_EQ(result.body, "file");
  EXPECT_EQ(server.requests(), 1);
  EXPECT_EQ(result.url, absl::StrCat("http://tftp.example:", server.port(), "/ITLFile.tlv"));
  const Result none = get_by(
      {.host = "tftp.example", .port = server.port(), .name = "x", .connect_timeout = std::chrono::milliseconds(300)},
      addresses({"127.0.0.2", "127.0.0.3"}));
  EXPECT_EQ(none.outcome, Outcome::kUnreachable) << none.detail;
}

TEST(DownloadBudgets, TheServerIsStillCalledByItsName) {
  std::string asked;
  Server server([&asked](const std::string& request) {
    asked = request;
    return "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfile";
  });
  EXPECT_EQ(get_by({.host = "tftp.example", .port = server.port(), .name = "x"}, addresses({"127.0.0.1"})).outcome,
            Outcome::kOk);
  EXPECT_THAT(asked, ::testing::HasSubstr(absl::StrCat("Host: tftp.example:", server.port())));
}

TEST(DownloadBudgets, ASilentTftpAddressLeavesTheNextItsFullTime) {
  const TftpServer server(std::string(1300, 'b'));
  const Silent first("127.0.0.2", server.port(), SOCK_DGRAM);
  Request request{.scheme = Scheme::kTftp, .host = "tftp.example", .port = server.port(), .name = "ITLFile.tlv"};
  request.stall_timeout = std::chrono::seconds(2);
  const Result result = get_by(request, addresses({"127.0.0.2", "127.0.0.1"}));
  EXPECT_EQ(result.outcome, Outcome::kOk) << result.detail;
  EXPECT_EQ(result.body.size(), 1300U);
  // A server that has spoken is the server: no other address is asked for what it does not have.
  const TftpServer empty("");
  const auto absent = get_by({.scheme = Scheme::kTftp, .host = "tftp.example", .port = empty.port(), .name = "x"},
                             addresses({"127.0.0.1", "127.0.0.4"}));
  EXPECT_EQ(absent.outcome, Outcome::kAbsent) << absent.detail;
}

}  // namespace
}  // namespace phone::http
