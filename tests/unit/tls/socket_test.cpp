// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The addresses of a name are tried side by side: a silent one costs the others none of the time.
#include "common/tls/socket.hpp"

#include <absl/strings/str_cat.h>
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <string>
#include <utility>
#include <vector>

#include "common/os/descriptor.hpp"

namespace phone::tls {
namespace {

using os::Descriptor;

constexpr char kSilent[] = "127.7.7.1";
constexpr char kRefusing[] = "127.7.7.2";
constexpr char kAnswering[] = "127.7.7.3";

Descriptor listen_on(const char* address, std::uint16_t port) {
  Descriptor fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  inet_pton(AF_INET, address, &to.sin_addr);
  EXPECT_EQ(bind(fd.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
  EXPECT_EQ(listen(fd.get(), 0), 0);
  return fd;
}

std::uint16_t port_of(const Descriptor& fd) {
  sockaddr_in at{};
  socklen_t size = sizeof at;
  EXPECT_EQ(getsockname(fd.get(), reinterpret_cast<sockaddr*>(&at), &size), 0);
  return ntohs(at.sin_port);
}

class TlsDial : public testing::Test {
 protected:
  // A server whose queue is full drops what asks for a connection, as a host that is away does.
  void SetUp() override {
    answering_ = listen_on(kAnswering, 0);
    port_ = port_of(answering_);
    silent_ = listen_on(kSilent, port_);
    for (int i = 0; i < 3; ++i) {
      Descriptor one(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
      sockaddr_in to{};
      to.sin_family = AF_INET;
      to.sin_port = htons(port_);
      inet_pton(AF_INET, kSilent, &to.sin_addr);
      (void)connect(one.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to);
      full_.push_back(std::move(one));
    }
  }
  absl::StatusOr<int> dial_all(const std::vector<std::string>& addresses, absl::Duration patience, int cancel = -1) {
    return dial({.host = "cucm.example",
                 .port = port_,
                 .cancel_fd = cancel,
                 .timeout = patience,
                 .lookup = [addresses](const std::string&, const std::string& port) -> absl::StatusOr<AddressList> {
                   AddressList all(nullptr, &freeaddrinfo);
                   for (auto one = addresses.rbegin(); one != addresses.rend(); ++one) {
                     auto list = parse_address(*one, port);
                     if (!list.ok()) return list.status();
                     (*list)->ai_next = all.release();
                     all.reset(list->release());
                   }
                   return all;
                 }});
  }

  Descriptor answering_, silent_;
  std::uint16_t port_ = 0;
  std::vector<Descriptor> full_;
};

TEST_F(TlsDial, SilentAddressesBeforeTheOneThatAnswersCostItNoTime) {
  const auto fd = dial_all({kSilent, kSilent, kRefusing, kAnswering}, absl::Seconds(5));
  ASSERT_TRUE(fd.ok()) << fd.status();
  const Descriptor connected(*fd);
  EXPECT_EQ(remote_address(connected.get()), absl::StrCat(kAnswering, ":", port_));
}

TEST_F(TlsDial, OnlyTheFirstAnswerIsTakenAndTheLastRefusalIsTold) {
  const auto refused = dial_all({kRefusing, kRefusing}, absl::Seconds(5));
  EXPECT_EQ(refused.status(),
            absl::UnavailableError(absl::StrCat("connect to cucm.example port ", port_, ": Connection refused")));
  const auto silent = dial_all({kSilent}, absl::Milliseconds(100));
  EXPECT_EQ(silent.status(), absl::DeadlineExceededError("the peer did not answer in time"));
}

TEST_F(TlsDial, GivesUpAtOnceWhenItIsToldTo) {
  const Descriptor cancel(eventfd(1, EFD_CLOEXEC));
  EXPECT_EQ(dial_all({kSilent, kSilent}, absl::Seconds(30), cancel.get()).status(),
            absl::CancelledError("interrupted"));
}

TEST_F(TlsDial, NamesWithManyAddressesAreTriedToALimit) {
  std::vector<std::string> many(kMostAddresses, kRefusing);
  many.push_back(kAnswering);
  EXPECT_FALSE(dial_all(many, absl::Seconds(5)).ok());
}

}  // namespace
}  // namespace phone::tls
