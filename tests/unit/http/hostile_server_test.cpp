// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F16, F84: servers that mean harm, met by the process that downloads: every one has an end in time and in work.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <thread>

#include "common/http/get.hpp"
#include "common/text/foreign_text.hpp"
#include "tests/unit/http/cpu_time.hpp"
#include "tests/unit/http/server.hpp"

namespace phone::http {
namespace {

using namespace std::chrono_literals;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using testing::Server;

Request of(std::uint16_t port, Scheme scheme = Scheme::kHttp) {
  return {.scheme = scheme,
          .host = "127.0.0.1",
          .port = port,
          .name = "ITLFile.tlv",
          .total_timeout = 3000ms,
          .stall_timeout = 1s};
}

TEST(F16_HostileServer, ABodyInCrumbsIsRefused) {
  const Server server([](const std::string&) {
    std::string answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (int i = 0; i < 100'000; ++i) answer += "1\r\nx\r\n";
    return answer + "0\r\n\r\n";
  });
  Result result;
  const double spent = tests::cpu_milliseconds([&] { result = get(of(server.port())); });
  EXPECT_EQ(result.outcome, Outcome::kBroken);
  EXPECT_THAT(result.detail, HasSubstr("in too many small pieces"));
  EXPECT_LT(spent, tests::kMostOfOneMessage);
}

TEST(F16_HostileServer, HalfABodyEndsWithTheStallTime) {
  const Server server([](const std::string&) { return "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf"; }, false,
                      true);
  Request request = of(server.port());
  request.total_timeout = 60s;
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(get(request).outcome, Outcome::kBroken);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 30s) << "long before the whole time is up";
}

TEST(F16_HostileServer, ARedirectLeadsNowhere) {
  const Server other([](const std::string&) { return "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx"; });
  const Server server([&](const std::string&) {
    return "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:" + std::to_string(other.port()) +
           "/x\r\nContent-Length: 0\r\n\r\n";
  });
  const Result result = get(of(server.port()));
  EXPECT_EQ(result.outcome, Outcome::kUnserved);
  EXPECT_EQ(result.detail, "status 302 Found");
  EXPECT_EQ(other.requests(), 0);
}

TEST(F16_HostileServer, InterimAnswersWithoutEndAndHttpOfTheOldDaysAreNoAnswers) {
  const Server interim([](const std::string&) {
    std::string answer;
    for (int i = 0; i < 20'000; ++i) answer += "HTTP/1.1 100 Continue\r\n\r\n";
    return answer;
  });
  EXPECT_EQ(get(of(interim.port())).outcome, Outcome::kBroken);
  const Server old([](const std::string&) { return std::string("<device/>"); });
  EXPECT_EQ(get(of(old.port())).outcome, Outcome::kBroken);
}

TEST(F16_HostileServer, AReasonPhraseOfAnyByteIsMadeClean) {
  const Server server([](const std::string&) { return "HTTP/1.1 500 caf\xe9\x1b[31m\r\nContent-Length: 0\r\n\r\n"; });
  const Result result = get(of(server.port()));
  EXPECT_EQ(result.outcome, Outcome::kUnserved);
  EXPECT_THAT(result.detail, ::testing::StartsWith("status 500 caf"));
  EXPECT_TRUE(text::is_clean(result.detail)) << result.detail;
}

// Answers each packet as the test wants, as often as it wants.
class Tftp {
 public:
  using Send = std::function<void(const std::string&)>;
  explicit Tftp(std::function<void(const std::string& packet, const Send& send)> answer) : answer_(std::move(answer)) {
    socket_ = socket(AF_INET, SOCK_DGRAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    socklen_t size = sizeof address;
    getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { run(); });
  }
  ~Tftp() {
    ended_ = true;
    thread_.join();
    close(socket_);
  }
  std::uint16_t port() const { return port_; }

 private:
  void run() {
    std::array<char, 2048> buffer{};
    while (!ended_) {
      pollfd waiting{.fd = socket_, .events = POLLIN, .revents = 0};
      if (poll(&waiting, 1, 20) <= 0) continue;
      sockaddr_in from{};
      socklen_t size = sizeof from;
      const ssize_t got = recvfrom(socket_, buffer.data(), buffer.size(), 0, reinterpret_cast<sockaddr*>(&from), &size);
      if (got < 4) continue;
      answer_({buffer.data(), static_cast<std::size_t>(got)}, [&](const std::string& packet) {
        sendto(socket_, packet.data(), packet.size(), 0, reinterpret_cast<sockaddr*>(&from), size);
      });
    }
  }
  std::function<void(const std::string&, const Send&)> answer_;
  int socket_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> ended_{false};
  std::thread thread_;
};

std::string data(unsigned block, std::size_t bytes = 512) {
  std::string packet("\0\3", 2);
  packet += static_cast<char>(block >> 8);
  packet += static_cast<char>(block);
  return packet + std::string(bytes, 'x');
}
unsigned block_of(const std::string& packet) {
  return static_cast<unsigned char>(packet[2]) << 8 | static_cast<unsigned char>(packet[3]);
}

struct TftpRow {
  const char* name;
  std::function<void(const std::string& packet, const Tftp::Send& send)> answer;
  Outcome outcome, or_this;
  friend void PrintTo(const TftpRow& row, std::ostream* out) { *out << row.name; }
};
class F16_HostileTftp_Table : public ::testing::TestWithParam<TftpRow> {};

TEST_P(F16_HostileTftp_Table, EndsInItsTime) {
  const Tftp server(GetParam().answer);
  Request request = of(server.port(), Scheme::kTftp);
  request.limit = 100'000;
  const auto begin = std::chrono::steady_clock::now();
  const Result result = get(request);
  EXPECT_THAT(result.outcome, AnyOf(GetParam().outcome, GetParam().or_this)) << result.detail;
  EXPECT_TRUE(result.body.empty());
  EXPECT_TRUE(text::is_clean(result.detail)) << result.detail;
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 20s);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, F16_HostileTftp_Table,
    ::testing::Values(
        TftpRow{"a file without end",
                [](const auto& p, const auto& send) { send(data(p[1] == 1 ? 1 : block_of(p) + 1)); },
                Outcome::kTooLarge, Outcome::kTooLarge},
        TftpRow{"the first block for ever",
                [](const auto&, const auto& send) {
                  for (int i = 0; i < 50; ++i) send(data(1));
                },
                Outcome::kBroken, Outcome::kUnreachable},
        TftpRow{"blocks out of order", [](const auto&, const auto& send) { send(data(7)); }, Outcome::kBroken,
                Outcome::kUnreachable},
        TftpRow{"nothing", [](const auto&, const auto&) {}, Outcome::kUnreachable, Outcome::kUnreachable},
        TftpRow{"a block longer than asked for", [](const auto&, const auto& send) { send(data(1, 2000)); },
                Outcome::kBroken, Outcome::kUnreachable},
        TftpRow{"an option that was not asked for, larger than any block",
                [](const auto&, const auto& send) {
                  send(
                      std::string("\0\6blksize\0"
                                  "65464\0",
                                  16));
                },
                Outcome::kUnserved, Outcome::kUnserved},
        TftpRow{"an option without end",
                [](const auto&, const auto& send) { send(std::string("\0\6", 2) + std::string(600, 'b')); },
                Outcome::kUnserved, Outcome::kUnserved},
        TftpRow{"a window that was not asked for",
                [](const auto&, const auto& send) {
                  send(
                      std::string("\0\6windowsize\0"
                                  "65535\0",
                                  19));
                },
                Outcome::kBroken, Outcome::kUnreachable},
        TftpRow{"an error of any byte",
                [](const auto&, const auto& send) { send(std::string("\0\5\0\0caf\xe9\x1b[31m\r\nforged\0", 22)); },
                Outcome::kUnserved, Outcome::kUnserved},
        TftpRow{"packets of four bytes", [](const auto&, const auto& send) { send(std::string("\0\3\0\1", 4)); },
                Outcome::kOk, Outcome::kBroken}));

// RFC 1350, appendix: the error codes. Only the first is about the file.
TEST(F16_Download, EveryTftpErrorIsAnAnswerInTheServersWords) {
  for (int code = 0; code <= 8; ++code) {
    const Tftp server([&](const std::string&, const auto& send) {
      send(std::string("\0\5\0", 3) + static_cast<char>(code) + "Sorry, not you\n" + '\0');
    });
    const Result result = get(of(server.port(), Scheme::kTftp));
    EXPECT_EQ(result.outcome, code == 1 ? Outcome::kAbsent : Outcome::kUnserved) << code << ": " << result.detail;
    EXPECT_THAT(result.detail, ::testing::HasSubstr("Sorry, not you")) << code;
  }
}

TEST(F16_Download, AsksForTftpBlocksOfAnEthernetFrame) {
  std::string asked;
  const Tftp server([&](const std::string& packet, const auto& send) {
    if (asked.empty()) asked = packet;
    send(std::string("\0\5\0\1no\0", 7));
  });
  EXPECT_EQ(get(of(server.port(), Scheme::kTftp)).outcome, Outcome::kAbsent);
  EXPECT_THAT(asked, ::testing::HasSubstr(std::string("blksize\0001428\0", 13)));
}

TEST(F16_Download, TimeGrowsWithWhatHasArrived) {
  const Request request{.limit = 4 * kSlowestBytesPerSecond, .total_timeout = 3000ms};
  EXPECT_EQ(allowed_time(request, 0), 3000ms);
  EXPECT_EQ(allowed_time(request, kSlowestBytesPerSecond / 2), 3500ms);
  EXPECT_EQ(longest_time(request), 7000ms);
}

// 20 blocks, each 150 ms after it was asked for, take three times the time that nothing at all may take.
TEST(F16_Download, ASlowFileArrivesThoughASilentServerWouldBeLeft) {
  const Tftp server([](const std::string& packet, const auto& send) {
    const unsigned block = packet[1] == 1 ? 1 : block_of(packet) + 1;
    if (block > 20) return;
    std::this_thread::sleep_for(150ms);  // the distance of the server
    send(data(block, block == 20 ? 100 : 512));
  });
  Request request = of(server.port(), Scheme::kTftp);
  request.total_timeout = 1000ms;
  const Result result = get(request);
  EXPECT_EQ(result.outcome, Outcome::kOk) << result.detail;
  EXPECT_EQ(result.body.size(), 19u * 512 + 100);
}

}  // namespace
}  // namespace phone::http
