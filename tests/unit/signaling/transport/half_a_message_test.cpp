// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Half a message, half a handshake and endless line ends have an end, and the reason names them.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/ec.h>
#include <openssl/x509.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <mutex>
#include <thread>

#include "services/signaling/sip/framer.hpp"
#include "services/signaling/sip/text.hpp"
#include "services/signaling/transport/flow.hpp"

namespace phone::signaling {
namespace {

// A server that says what it is told to, piece by piece, until the phone goes.
class Dripping {
 public:
  Dripping() : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    listen(fd_, 1);
    socklen_t size = sizeof address;
    getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  ~Dripping() {
    if (thread_.joinable()) thread_.join();
    close(fd_);
  }
  uint16_t port() const { return port_; }
  // `first` at once, then one `drop` every 10 ms; an empty one: nothing more.
  void serve(std::string first, std::string drop) {
    thread_ = std::thread([this, first = std::move(first), drop = std::move(drop)] {
      const int peer = accept(fd_, nullptr, nullptr);
      send(peer, first.data(), first.size(), MSG_NOSIGNAL);
      pollfd gone{peer, static_cast<short>(POLLHUP | POLLRDHUP), 0};
      while (poll(&gone, 1, drop.empty() ? 60'000 : 10) == 0) {
        if (send(peer, drop.data(), drop.size(), MSG_NOSIGNAL) < 0) break;
      }
      close(peer);
    });
  }

 private:
  const int fd_;
  uint16_t port_ = 0;
  std::thread thread_;
};

// A certificate to show; nothing is ever signed with its key here.
FlowIdentity identity() {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_sign(certificate, key, EVP_sha256());
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate, &der);
  FlowIdentity made{{{std::string(reinterpret_cast<char*>(der), static_cast<size_t>(size))},
                     [](const crypto::SigningInput&) -> absl::StatusOr<std::string> {
                       return absl::InternalError("nobody signs here");
                     }},
                    "MIC"};
  OPENSSL_free(der);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return made;
}

struct Seen {
  std::string reason;
  int messages = 0;
};

// What becomes of a connection to it; the profile's times are short.
Seen end_of(Dripping& server, bool tls) {
  std::promise<std::string> down;
  std::atomic<int> messages = 0;
  FlowTrust trust{.verify = [](const auto&, const auto&) { return absl::StatusOr<std::string>("ITL"); },
                  .identity = [] { return absl::StatusOr<FlowIdentity>(identity()); }};
  const FlowObserver observer = [&](const FlowEvent& event) {
    if (std::holds_alternative<MessageReceived>(event)) ++messages;
    if (const auto* closed = std::get_if<FlowClosed>(&event)) down.set_value(closed->reason);
  };
  FlowProfile profile;
  profile.message_time = absl::Milliseconds(300);
  profile.handshake_time = absl::Milliseconds(300);
  Target target{.name = "cucm", .address = "127.0.0.1", .port = server.port(), .tls = tls};
  const Flow flow(1, target, profile, trust, observer);
  auto reason = down.get_future();
  const bool ended = reason.wait_for(std::chrono::seconds(20)) == std::future_status::ready;
  return {ended ? reason.get() : "still up", messages};
}

constexpr char kWhole[] = "SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n";

struct Row {
  const char* name;
  std::string first, drop;
  const char* reason;
  int messages;
  friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};

class HalfAMessage : public testing::TestWithParam<Row> {};

TEST_P(HalfAMessage, EndsTheConnectionInTime) {
  Dripping server;
  server.serve(GetParam().first, GetParam().drop);
  const Seen seen = end_of(server, false);
  EXPECT_NE(seen.reason.find(GetParam().reason), std::string::npos) << seen.reason;
  EXPECT_EQ(seen.messages, GetParam().messages);
}

constexpr char kHalf[] = "the server left a SIP message incomplete for 300ms";
INSTANTIATE_TEST_SUITE_P(
    Rows, HalfAMessage,
    testing::Values(Row{"one_byte", "S", "", kHalf, 0}, Row{"header_dripping", "SIP/2.0 200 OK\r\nX: ", "y", kHalf, 0},
                    Row{"body_dripping", "SIP/2.0 200 OK\r\nContent-Length: 900000\r\n\r\n", "x", kHalf, 0},
                    Row{"behind_a_whole_one", cat(kWhole, kWhole, "SIP"), "", kHalf, 2},
                    Row{"line_ends", "\r\n\r\n", std::string(512, '\n'), "too many empty lines", 0},
                    Row{"pings_and_a_half", cat("\r\n\r\n", kWhole, "\r\n\r\nSIP/2.0"), "", kHalf, 1}),
    [](const auto& info) { return info.param.name; });

TEST(HalfAHandshake, EndsTheConnectionInTimeThoughBytesComeIn) {
  for (const char* drop : {"", "\x01"}) {
    Dripping server;
    // A record of TLS 1.2, handshake, 16 KiB, of which the rest is late.
    server.serve(std::string("\x16\x03\x03\x40\x00\x02\x00\x3f\xfc\x03\x03", 11), drop);
    EXPECT_EQ(end_of(server, true).reason, "TLS handshake: the peer did not answer in time") << drop;
  }
}

TEST(Framer_, EachByteIsLookedAtAFewTimesHoweverTheStreamIsCut) {
  // 60 KiB of header fields and 200 KiB of body, a byte at a time: whoever reads the head again for each byte of the
  // body takes hours.
  const std::string head = cat("SIP/2.0 200 OK\r\nX: ", std::string(60'000, 'x'), "\r\nContent-Length: 200000\r\n\r\n");
  Framer framer;
  size_t whole = 0;
  const auto feed = [&](char c) {
    framer.feed({&c, 1});
    const auto message = framer.next();
    ASSERT_TRUE(message.ok()) << message.status();
    whole += message->has_value() ? (*message)->size() : 0;
  };
  for (char c : head) feed(c);
  for (int i = 0; i < 200'000; ++i) feed('b');
  EXPECT_EQ(whole, head.size() + 200'000);
  EXPECT_EQ(framer.buffered(), 0U);
}

TEST(Framer_, AbsurdLengthsEndTheStreamByName) {
  const std::pair<std::string, std::string> rows[] = {
      {"-1", "Content-Length is not a number"},
      {"+1", "Content-Length is not a number"},
      {"0x10", "Content-Length is not a number"},
      {"1e3", "Content-Length is not a number"},
      {"", "Content-Length is not a number"},
      {"1 2", "Content-Length is not a number"},
      {"18446744073709551616", "Content-Length is not a number"},
      {std::string(60'000, '9'), "Content-Length is not a number"},
      {"18446744073709551615", "body is larger than 1 MiB"},
      {"1048577", "body is larger than 1 MiB"},
      {"1\r\nl: 1", "more than one Content-Length"},
      {"1\r\n 2", "Content-Length is folded onto a second line"},
  };
  for (const auto& [value, reason] : rows) {
    Framer framer;
    framer.feed(cat("SIP/2.0 200 OK\r\nContent-Length: ", value, "\r\n\r\n"));
    EXPECT_EQ(cat(framer.next().status().message()), reason) << value.substr(0, 40);
  }
  Framer zeros;
  zeros.feed(cat("SIP/2.0 200 OK\r\nContent-Length: ", std::string(50'000, '0'), "\r\n\r\n"));
  EXPECT_TRUE(zeros.next().value_or(std::nullopt).has_value());
}

TEST(Framer_, LineEndsAreBoundedBetweenMessagesAlone) {
  Framer framer;
  for (int i = 0; i < 10; ++i) {
    framer.feed(std::string(kMostLineEnds, '\n'));
    EXPECT_TRUE(framer.next().ok());
    framer.feed(kWhole);
    EXPECT_TRUE(framer.next().value_or(std::nullopt).has_value());
  }
  framer.feed(std::string(kMostLineEnds, '\r'));
  EXPECT_TRUE(framer.next().ok());
  framer.feed("\n");
  EXPECT_EQ(cat(framer.next().status().message()), "too many empty lines");
}

}  // namespace
}  // namespace phone::signaling
