// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F2: content is delivered when the server has read all of it, and never before.
#include "services/download/deliver.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <string>
#include <thread>

#include "common/os/descriptor.hpp"

namespace phone::download {
namespace {

using http::Outcome;

struct F2_Deliver : ::testing::Test {
  F2_Deliver() : listening(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), cancel(eventfd(0, EFD_CLOEXEC)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(bind(listening.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(listen(listening.get(), 1), 0);
    socklen_t size = sizeof address;
    EXPECT_EQ(getsockname(listening.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
    port = ntohs(address.sin_port);
  }
  http::Result deliver_to(const std::function<void(int)>& serve, const std::string& content) {
    std::thread server([&] {
      const os::Descriptor accepted(accept4(listening.get(), nullptr, nullptr, SOCK_CLOEXEC));
      serve(accepted.get());
    });
    const auto result = deliver({.scheme = http::Scheme::kDeliver,
                                 .host = "127.0.0.1",
                                 .port = port,
                                 .name = "syslog",
                                 .query = {},
                                 .post = content,
                                 .post_type = {},
                                 .verify = {},
                                 .tls = {},
                                 .limit = 100,
                                 .total_timeout = std::chrono::milliseconds(patience)},
                                cancel.get());
    left = true;
    server.join();
    return result;
  }
  static std::string read_all(int fd) {
    std::string all;
    char bytes[4096];
    for (ssize_t got = 0; (got = recv(fd, bytes, sizeof bytes, 0)) > 0;)
      all.append(bytes, static_cast<std::size_t>(got));
    return all;
  }

  os::Descriptor listening, cancel;
  std::uint16_t port = 0;
  int patience = 20'000;
  std::atomic<bool> left{false};  // the caller has its result
  const std::string large = std::string(200'000, 'x') + "end";
};

TEST_F(F2_Deliver, IsDoneWhenTheServerHasReadAllAndCloses) {
  std::string read;
  EXPECT_EQ(deliver_to([&](int fd) { read = read_all(fd); }, large).outcome, Outcome::kOk);
  EXPECT_EQ(read, large);
}

TEST_F(F2_Deliver, AServerThatClosesBeforeItHasReadEverythingHasNot) {
  const auto result = deliver_to(
      [](int fd) {
        char some[100];
        (void)recv(fd, some, sizeof some, 0);  // with the rest unread, closing resets
      },
      large);
  EXPECT_EQ(result.outcome, Outcome::kBroken);
  EXPECT_FALSE(result.detail.empty());
}

TEST_F(F2_Deliver, AServerThatSaysItIsDoneBeforeTheEndHasNotReadTheRest) {
  const auto result = deliver_to(
      [](int fd) {
        shutdown(fd, SHUT_WR);
        read_all(fd);
      },
      std::string(std::size_t{16} << 20, 'x'));  // more than the kernel holds for both
  EXPECT_EQ(result.outcome, Outcome::kBroken) << "its close came before ours";
}

TEST_F(F2_Deliver, AServerThatKeepsTheConnectionOpenIsNotBelieved) {
  patience = 200;
  const auto result = deliver_to(
      [this](int fd) {
        read_all(fd);
        char more = 0;
        while (recv(fd, &more, 1, 0) == 0 && send(fd, "", 0, MSG_NOSIGNAL) == 0 && !left.load())
          std::this_thread::yield();
      },
      "content");
  EXPECT_EQ(result.outcome, Outcome::kBroken);
  EXPECT_EQ(result.detail, "not read in time");
}

TEST_F(F2_Deliver, AServerThatTalksTooMuchIsLeft) {
  const auto result = deliver_to(
      [](int fd) {
        const std::string talk(1000, 't');
        (void)send(fd, talk.data(), talk.size(), MSG_NOSIGNAL);
        read_all(fd);
      },
      "content");
  EXPECT_EQ(result.outcome, Outcome::kBroken);
  EXPECT_EQ(result.detail, "the server talks instead of listening");
}

TEST_F(F2_Deliver, NobodyThereIsUnreachableAndAStrangeNameIsRefused) {
  const std::uint16_t nobody = std::exchange(port, std::uint16_t{1});
  http::Request request{.scheme = http::Scheme::kDeliver, .host = "127.0.0.1", .port = 1, .post = "x"};
  EXPECT_EQ(deliver(request, cancel.get()).outcome, Outcome::kUnreachable);
  request.host = "bad host";
  request.port = nobody;
  EXPECT_EQ(deliver(request, cancel.get()).outcome, Outcome::kFailed);
}

TEST_F(F2_Deliver, ACallerThatHasLeftEndsIt) {
  const std::uint64_t one = 1;
  ASSERT_EQ(write(cancel.get(), &one, sizeof one), static_cast<ssize_t>(sizeof one));
  http::Request request{.scheme = http::Scheme::kDeliver, .host = "127.0.0.1", .port = port, .post = large};
  const auto outcome = deliver(request, cancel.get()).outcome;
  EXPECT_TRUE(outcome == Outcome::kCancelled || outcome == Outcome::kUnreachable);
}

}  // namespace
}  // namespace phone::download
