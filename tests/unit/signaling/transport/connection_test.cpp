// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Bare TCP under a SIP flow: what the nonsecure profile uses, and what is said when it fails.
#include "services/signaling/transport/connection.hpp"

#include <absl/time/clock.h>
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <mutex>
#include <thread>
#include <utility>

#include "services/signaling/transport/flow.hpp"

namespace phone::signaling {
namespace {

// One listening socket on loopback.
class Server {
 public:
  Server() : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    listen(fd_, 4);
    socklen_t size = sizeof address;
    getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  ~Server() { stop(); }
  void stop() {
    if (fd_ >= 0) close(std::exchange(fd_, -1));
  }
  int accept_one() const { return accept(fd_, nullptr, nullptr); }
  uint16_t port() const { return port_; }

 private:
  int fd_;
  uint16_t port_ = 0;
};

TcpOptions to(const Server& server) { return {.host = "127.0.0.1", .port = server.port()}; }

TEST(SipOverTcp, BytesGoBothWaysAndNoTlsIsClaimed) {
  const Server server;
  auto connection = connect_tcp(to(server));
  ASSERT_TRUE(connection.ok()) << connection.status();
  const int peer = server.accept_one();
  EXPECT_EQ((*connection)->info().version, "");
  EXPECT_EQ((*connection)->info().suite, "");
  EXPECT_TRUE((*connection)->info().local_address.starts_with("127.0.0.1:"));
  ASSERT_TRUE((*connection)->write("hello", absl::Now() + absl::Seconds(5)).ok());
  char buffer[16] = {};
  EXPECT_EQ(recv(peer, buffer, sizeof buffer, 0), 5);
  EXPECT_EQ(send(peer, "and you", 7, 0), 7);
  const auto got = (*connection)->read(buffer, sizeof buffer, absl::Now() + absl::Seconds(5));
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ(std::string(buffer, *got), "and you");
  close(peer);
  EXPECT_EQ((*connection)->read(buffer, sizeof buffer, absl::Now() + absl::Seconds(5)).value_or(9), 0U);
}

TEST(SipOverTcp, ReadThatWaitsIsWokenAndHasADeadline) {
  const Server server;
  auto connection = connect_tcp(to(server));
  ASSERT_TRUE(connection.ok());
  char buffer[16];
  std::thread waker([&] { (*connection)->wake(); });
  EXPECT_TRUE(absl::IsCancelled((*connection)->read(buffer, sizeof buffer, absl::InfiniteFuture()).status()));
  waker.join();
  EXPECT_TRUE(absl::IsDeadlineExceeded(
      (*connection)->read(buffer, sizeof buffer, absl::Now() + absl::Milliseconds(20)).status()));
}

TEST(SipOverTcp, NobodyThereIsNamed) {
  Server server;
  server.stop();
  const auto connection = connect_tcp(to(server));
  EXPECT_TRUE(absl::IsUnavailable(connection.status()));
  EXPECT_NE(std::string(connection.status().message()).find("refused"), std::string::npos) << connection.status();
}

TEST(SipOverTcp, FlowOfANonsecureTargetAsksNobodyForTrustOrCertificate) {
  const Server server;
  std::atomic<int> asked = 0;
  std::mutex mutex;
  std::string message;
  std::atomic<bool> up = false, down = false;
  FlowTrust trust{.verify = [&](const std::vector<std::string>&, const Target&) -> absl::StatusOr<std::string> {
                    ++asked;
                    return absl::InternalError("asked");
                  },
                  .identity = [&]() -> absl::StatusOr<FlowIdentity> {
                    ++asked;
                    return absl::InternalError("asked");
                  }};
  const FlowObserver observer = [&](const FlowEvent& event) {
    if (const auto* begun = std::get_if<FlowUp>(&event)) up = begun->facts.tls_version.empty();
    if (const auto* received = std::get_if<MessageReceived>(&event)) {
      const std::lock_guard lock(mutex);
      message = received->bytes;
    }
    if (std::holds_alternative<FlowClosed>(event)) down = true;
  };
  Flow flow(1, {.name = "cucm", .address = "127.0.0.1", .port = server.port(), .tls = false}, {}, trust, observer);
  const int peer = server.accept_one();
  const std::string answer = "SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n";
  ASSERT_EQ(send(peer, answer.data(), answer.size(), 0), static_cast<ssize_t>(answer.size()));
  const auto received = [&] {
    const std::lock_guard lock(mutex);
    return !message.empty();
  };
  for (int i = 0; i < 1000 && !received(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_TRUE(received());
  EXPECT_TRUE(up);
  close(peer);
  for (int i = 0; i < 1000 && !down; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_TRUE(down);
  EXPECT_EQ(asked, 0);
}

}  // namespace
}  // namespace phone::signaling
