// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What one connection may make the phone read: an honest burst passes, a flood waits, and the phone still speaks.
#include "services/signaling/transport/read_share.hpp"

#include <absl/time/clock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <string>
#include <thread>

#include "services/signaling/sip/text.hpp"
#include "services/signaling/transport/flow.hpp"

namespace phone::signaling {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'000);

TEST(ReadShare, ABurstOf200OrdinaryMessagesDoesNotWait) {
  ReadShare share;
  for (int i = 0; i < 200; ++i) EXPECT_EQ(share.take(3 * 1024, kStart), absl::ZeroDuration()) << i;
}

TEST(ReadShare, WhatComesFasterWaitsAsLongAsItIsOver) {
  ReadShare share;
  while (share.take(1024, kStart) == absl::ZeroDuration()) continue;
  absl::Time now = kStart;
  constexpr int kMessages = 1000;
  for (int i = 0; i < kMessages; ++i) {
    const absl::Duration wait = share.take(1024, now);
    EXPECT_GT(wait, absl::ZeroDuration());
    now += wait;
  }
  EXPECT_NEAR(absl::ToDoubleSeconds(now - kStart), kMessages * 1024.0 * 2 / ReadShare::kPerSecond, 0.1);
}

TEST(ReadShare, SmallMessagesCostToo) {
  ReadShare share;
  int at_once = 0;
  while (share.take(40, kStart) == absl::ZeroDuration()) ++at_once;
  EXPECT_LE(at_once, ReadShare::kBurst / ReadShare::kOverhead);
}

TEST(ReadShare, QuietTimeIsNotSavedBeyondOneBurst) {
  ReadShare share;
  const absl::Time later = kStart + absl::Hours(24);
  int at_once = 0;
  while (share.take(1024, later) == absl::ZeroDuration()) ++at_once;
  EXPECT_LE(at_once, ReadShare::kBurst / 2048);
  EXPECT_GE(at_once, ReadShare::kBurst / 2048 - 1);
}

TEST(ReadShare, AClockThatGoesBackGivesNothingAndTakesNothing) {
  ReadShare share;
  EXPECT_EQ(share.take(1024, kStart - absl::Hours(1)), absl::ZeroDuration());
  EXPECT_EQ(share.take(1024, kStart), absl::ZeroDuration());
}

// A server that sends the same bytes as fast as they are taken, and writes down what it hears.
class Flooding {
 public:
  explicit Flooding(std::string message, int times)
      : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), message_(std::move(message)), times_(times) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    listen(fd_, 1);
    socklen_t size = sizeof address;
    getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { run(); });
  }
  ~Flooding() {
    thread_.join();
    close(fd_);
  }
  uint16_t port() const { return port_; }
  std::future<absl::Time> heard() { return heard_.get_future(); }

 private:
  void run() {
    const int peer = accept4(fd_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    std::string_view rest;
    for (;;) {
      const bool more = times_ > 0 || !rest.empty();
      pollfd ready{peer, static_cast<short>(POLLIN | (more ? POLLOUT : 0)), 0};
      if (poll(&ready, 1, 60'000) <= 0) break;
      char buffer[4096];
      if ((ready.revents & (POLLIN | POLLHUP)) != 0) {
        const ssize_t got = recv(peer, buffer, sizeof buffer, 0);
        if (got <= 0) break;
        if (!std::exchange(told_, true)) heard_.set_value(absl::Now());
      }
      if ((ready.revents & POLLOUT) == 0) continue;
      if (rest.empty()) {
        rest = message_;
        --times_;
      }
      const ssize_t sent = send(peer, rest.data(), rest.size(), MSG_NOSIGNAL);
      if (sent > 0) rest.remove_prefix(static_cast<size_t>(sent));
    }
    close(peer);
  }

  const int fd_;
  const std::string message_;
  int times_;
  uint16_t port_ = 0;
  bool told_ = false;
  std::promise<absl::Time> heard_;
  std::thread thread_;
};

std::string message_of(size_t size) {
  return cat("SIP/2.0 200 OK\r\nContent-Length: ", size, "\r\n\r\n", std::string(size, 'x'));
}

struct Read {
  absl::Time first, last;
};

// Reads so many messages over one connection.
Read read_all(
    Flooding& server, int messages, const std::function<void(Flow&, int)>& on_message = [](Flow&, int) {}) {
  Read read;
  std::promise<void> done;
  std::atomic<Flow*> own = nullptr;
  int count = 0;
  const FlowObserver observer = [&](const FlowEvent& event) {
    if (!std::holds_alternative<MessageReceived>(event)) return;
    if (++count == 1) read.first = absl::Now();
    while (own == nullptr) std::this_thread::yield();
    on_message(*own, count);
    if (count != messages) return;
    read.last = absl::Now();
    done.set_value();
  };
  const Target target{.name = "cucm", .address = "127.0.0.1", .port = server.port(), .tls = false};
  Flow flow(1, target, FlowProfile{}, FlowTrust{}, observer);
  own = &flow;
  EXPECT_EQ(done.get_future().wait_for(std::chrono::seconds(60)), std::future_status::ready);
  return read;
}

TEST(FlowShare, AnHonestBurstPassesWithoutWaiting) {
  Flooding server(message_of(3 * 1024), 200);
  const Read read = read_all(server, 200);
  EXPECT_LT(read.last - read.first, absl::Seconds(1));
}

TEST(FlowShare, AFloodIsReadAtItsShareAndThePhoneStillSpeaks) {
  constexpr size_t kSize = 60 * 1024;
  constexpr int kAtOnce = static_cast<int>(ReadShare::kBurst) / (kSize + 1024) + 1;
  constexpr int kOver = 30;
  Flooding server(message_of(kSize), kAtOnce + kOver);
  auto heard = server.heard();
  absl::Time spoke;
  const Read read = read_all(server, kAtOnce + kOver, [&](Flow& flow, int count) {
    if (count != kAtOnce + 5) return;
    spoke = absl::Now();
    flow.send("BYE");
  });
  EXPECT_GE(read.last - read.first, absl::Seconds((kOver - 2) * (kSize + 1024) / ReadShare::kPerSecond));
  ASSERT_EQ(heard.wait_for(std::chrono::seconds(5)), std::future_status::ready);
  const absl::Time at = heard.get();
  EXPECT_GE(at, spoke);
  EXPECT_LT(at, read.last) << "what the phone says waited for the end of the flood";
}

}  // namespace
}  // namespace phone::signaling
