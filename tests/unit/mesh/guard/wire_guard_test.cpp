// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Hostile HTTP/2 peers against real acceptors and real clients: what gRPC is never to see is cut where its bytes are
// read, the role behind it is refused for a while and named, and everybody else is served as before.
#include <poll.h>
#include <sys/socket.h>

#include <fstream>
#include <thread>

#include "common/mesh/guard/role_quarantine.hpp"
#include "common/mesh/guard/wire_guard.hpp"
#include "common/os/unix_socket.hpp"
#include "tests/unit/mesh/house.hpp"
#include "tests/unit/mesh/raw_http2.hpp"

namespace phone::mesh {
namespace {

size_t resident() {
  std::ifstream statm("/proc/self/statm");
  size_t pages = 0;
  statm >> pages >> pages;
  return pages * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

// Sends until all is sent or the other end cuts the connection, and reads what comes meanwhile; how much was sent.
size_t pour(int fd, const std::function<std::string()>& next, size_t most) {
  size_t sent = 0;
  std::string left;
  const absl::Time until = absl::Now() + absl::Seconds(30);
  while (sent < most && absl::Now() < until) {
    if (left.empty()) left = next();
    const ssize_t took = send(fd, left.data(), left.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (took > 0) {
      sent += static_cast<size_t>(took);
      left.erase(0, static_cast<size_t>(took));
      continue;
    }
    if (errno != EAGAIN) break;
    char buffer[4096];
    if (recv(fd, buffer, sizeof buffer, MSG_DONTWAIT) == 0) break;
    pollfd ready{fd, POLLIN | POLLOUT, 0};
    poll(&ready, 1, 100);
  }
  return sent;
}

bool is_cut(int fd) {
  return eventually([&] {
    char buffer[4096];
    const ssize_t got = recv(fd, buffer, sizeof buffer, MSG_DONTWAIT);
    return got == 0 || (got < 0 && errno != EAGAIN);
  });
}

// The beginning of a header whose value is 128 MB long (RFC 7541 section 5.1).
const std::string kEndless("\0\1a\x7f\xff\xff\xff\x3f", 8);

class Mesh_WireGuard : public testing::Test {
 protected:
  static constexpr Role kHostile = v1::ROLE_SUPPLICANT;
  Mesh_WireGuard() {
    house_.router.unary<DialRequest, CallReply>(
        kDial, [](const DialRequest& request, const Reply<CallReply>& reply) { reply.ok(answer(request.number())); });
    forgive();
  }
  ~Mesh_WireGuard() override { forgive(); }
  // Roles are the process's own; tests are not.
  static void forgive() {
    for (int i = 1; i <= v1::Role_MAX; ++i) {
      RoleQuarantine::instance().of(static_cast<Role>(i)).refused_until = 0;
      RoleQuarantine::instance().of(static_cast<Role>(i)).offences = 0;
    }
    RoleQuarantine::instance().told();
  }
  // With its hello said.
  os::Descriptor connect() {
    auto fd = os::connect_unix(house_.socket());
    EXPECT_TRUE(fd.ok()) << fd.status();
    const std::string hello = raw::hello() + raw::frame(raw::kSettings, raw::kAck, 0);
    EXPECT_EQ(send(fd->get(), hello.data(), hello.size(), 0), static_cast<ssize_t>(hello.size()));
    return *std::move(fd);
  }
  // The role of this process is refused now, and this is why.
  void expect_refused(const std::string& why, Role role = v1::ROLE_GATEWAY) {
    std::vector<std::string> told;
    EXPECT_TRUE(eventually([&] {
      for (auto& sentence : RoleQuarantine::instance().told()) told.push_back(sentence);
      return !told.empty();
    }));
    ASSERT_FALSE(told.empty());
    EXPECT_EQ(told.front(), "a connection of " + role_name(role) + " (uid " + std::to_string(getuid()) + ", pid " +
                                std::to_string(getpid()) + ") was cut: " + why + "; " + role_name(role) +
                                " is refused for 5 s");
    EXPECT_FALSE(RoleQuarantine::instance().admits(role));
    EXPECT_TRUE(is_cut(os::connect_unix(house_.socket())->get())) << "and so is the next connection";
    forgive();
    // Forgiven at once, it has still spent what it may spend, which comes back with time.
    EXPECT_TRUE(eventually([&] {
      forgive();
      return house_.peer().call(&Signaling::Stub::Dial, dial("1"), absl::Seconds(1)).ok();
    })) << "the process serves";
  }

  House house_;
};

TEST_F(Mesh_WireGuard, IsWhereGrpcReads) { EXPECT_TRUE(wire_guard::in_force()); }

// 95 MB of it once ended any service.
TEST_F(Mesh_WireGuard, HeaderBlockWithoutEndIsCutAfterSixteenKibibytes) {
  house_.open();
  const auto fd = connect();
  const size_t before = resident();
  bool first = true;
  const std::string more = raw::frame(raw::kContinuation, 0, 1, std::string(16'000, 'v'));
  const size_t sent = pour(
      fd.get(), [&] { return std::exchange(first, false) ? raw::frame(raw::kHeaders, 0, 1, kEndless) : more; },
      size_t{200} * 1024 * 1024);
  EXPECT_LT(sent, 2u * 1024 * 1024) << "what sockets hold";
  EXPECT_TRUE(is_cut(fd.get()));
  EXPECT_LT(resident(), before + size_t{20} * 1024 * 1024);
  expect_refused("it sent more than 16 KiB of headers in one block");
}

TEST_F(Mesh_WireGuard, MessageOfAnyLengthIsCutAtItsAnnouncement) {
  house_.open();
  const auto fd = connect();
  bool first = true;
  const std::string begin = raw::frame(raw::kHeaders, raw::kEndHeaders, 1, raw::request(kDial)) +
                            raw::frame(raw::kData, 0, 1, raw::prefix(0x7FFFFFFF));
  pour(
      fd.get(),
      [&] { return std::exchange(first, false) ? begin : raw::frame(raw::kData, 0, 1, std::string(16'000, 'd')); },
      size_t{64} * 1024 * 1024);
  EXPECT_TRUE(is_cut(fd.get()));
  expect_refused("it began a message larger than any method allows");
}

TEST_F(Mesh_WireGuard, CompressedMessageIsCut) {
  house_.open();
  const auto fd = connect();
  pour(
      fd.get(),
      [] {
        return raw::frame(raw::kHeaders, raw::kEndHeaders, 1, raw::request(kDial)) +
               raw::frame(raw::kData, raw::kEndStream, 1, raw::prefix(10, true) + "0123456789");
      },
      1);
  EXPECT_TRUE(is_cut(fd.get()));
  expect_refused("it sent a compressed message");
}

TEST_F(Mesh_WireGuard, RapidResetsAndFramesOfNothingAreCut) {
  house_.open();
  {
    const auto fd = connect();
    uint32_t stream = 1;
    pour(
        fd.get(),
        [&] {
          std::string all;
          for (int i = 0; i < 50; ++i, stream += 2) {
            all += raw::frame(raw::kHeaders, raw::kEndHeaders, stream, raw::request(kDial)) +
                   raw::frame(raw::kReset, 0, stream, raw::number(8, 4));
          }
          return all;
        },
        size_t{64} * 1024 * 1024);
    EXPECT_TRUE(is_cut(fd.get()));
    EXPECT_LT(stream, 20'000u);
  }
  expect_refused("it cancelled too many calls");
  {
    const auto fd = connect();
    std::string pings;
    for (int i = 0; i < 500; ++i) pings += raw::frame(raw::kWindow, 0, 0, raw::number(1, 4));
    pour(
        fd.get(), [&] { return pings; }, size_t{64} * 1024 * 1024);
    EXPECT_TRUE(is_cut(fd.get()));
  }
  expect_refused("it sent too many empty frames");
}

TEST_F(Mesh_WireGuard, HalfAPrefaceIsCutInTime) {
  house_.open();
  auto fd = os::connect_unix(house_.socket());
  ASSERT_TRUE(fd.ok());
  ASSERT_EQ(send(fd->get(), "PRI * HT", 8, 0), 8);
  ASSERT_TRUE(house_.peer().call(&Signaling::Stub::Dial, dial("1"), kSoon).ok()) << "the accept loop has been here";
  wire_guard::look(absl::Now() + absl::Seconds(1));
  pollfd readable{fd->get(), POLLHUP, 0};
  EXPECT_EQ(poll(&readable, 1, 0), 0) << "it still has time";
  wire_guard::look(absl::Now() + FrameFilter::kPatience + absl::Seconds(1));
  EXPECT_TRUE(is_cut(fd->get()));
  expect_refused("it did not finish its preface or headers in time");
}

// A service that was taken over, and the gateway that calls it.
TEST_F(Mesh_WireGuard, HostileServersHeadersEndItsConnectionAndNotItsClient) {
  TemporaryDirectory directory;
  const auto socket = directory.path() / "grpc.sock";
  auto listening = listen_unix(socket);
  ASSERT_TRUE(listening.ok());
  std::atomic<size_t> sent = 0;
  std::atomic<int> came = 0;
  os::EventLoop loop;
  loop.start("loop");
  Listener server(loop, *std::move(listening), [&](os::Descriptor fd) {
    ++came;
    bool first = true;
    sent += pour(
        fd.get(),
        [&] {
          return std::exchange(first, false)
                     ? raw::frame(raw::kSettings, 0, 0) + raw::frame(raw::kHeaders, 0, 1, kEndless)
                     : raw::frame(raw::kContinuation, 0, 1, std::string(16'000, 'v'));
        },
        size_t{200} * 1024 * 1024);
  });
  const size_t before = resident();
  const Peer<Signaling> peer(socket);
  const auto reply = peer.once(&Signaling::Stub::Dial, dial("1"), absl::Seconds(1));
  EXPECT_FALSE(reply.ok());
  EXPECT_GE(came, 1);
  EXPECT_LT(sent, static_cast<size_t>(came) * 2 * 1024 * 1024);
  EXPECT_LT(resident(), before + size_t{20} * 1024 * 1024);
}

// Descriptors that are nobody's business, and those that follow on a number that was guarded, pass as they are.
TEST_F(Mesh_WireGuard, OtherDescriptorsPassUntouched) {
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  const int number = ends[0];
  ASSERT_TRUE(wire_guard::watch(
      number, std::make_unique<FrameFilter>(FrameFilter::End::kServer, std::make_shared<FrameAccount>(), absl::Now()),
      {}));
  close(ends[0]);
  close(ends[1]);
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  const os::Descriptor first(ends[0]), second(ends[1]);
  ASSERT_EQ(first.get(), number) << "the number is used again";
  char out[] = "not HTTP/2", in[16] = {};
  iovec sending{out, sizeof out}, reading{in, sizeof in};
  msghdr message{};
  message.msg_iovlen = 1;
  message.msg_iov = &sending;
  EXPECT_EQ(sendmsg(second.get(), &message, 0), static_cast<ssize_t>(sizeof out));
  message.msg_iov = &reading;
  EXPECT_EQ(recvmsg(first.get(), &message, 0), static_cast<ssize_t>(sizeof out));
  EXPECT_STREQ(in, out);
  EXPECT_FALSE(wire_guard::watch(-1, nullptr, {}));
  EXPECT_FALSE(wire_guard::watch(1 << 20, nullptr, {}));
}

TEST_F(Mesh_WireGuard, WhatIsOnlyLookedAtIsJudgedWhenItIsRead) {
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), 0);
  const os::Descriptor guarded(ends[0]), other(ends[1]);
  ASSERT_TRUE(wire_guard::watch(
      guarded.get(),
      std::make_unique<FrameFilter>(FrameFilter::End::kServer, std::make_shared<FrameAccount>(), absl::Now()), {}));
  ASSERT_EQ(send(other.get(), "GET", 3, 0), 3);
  char in[16] = {};
  iovec reading{in, sizeof in};
  msghdr message{};
  message.msg_iovlen = 1;
  message.msg_iov = &reading;
  EXPECT_EQ(recvmsg(guarded.get(), &message, MSG_PEEK), 3);
  EXPECT_EQ(recvmsg(guarded.get(), &message, 0), -1);
  EXPECT_EQ(errno, ECONNRESET);
}

// For the process after this one, should this one die.
TEST_F(Mesh_WireGuard, WhoIsConnectedAndHowMuchItSentIsNoted) {
  house_.open();
  RoleActivity& role_activity = RoleQuarantine::instance().of(v1::ROLE_GATEWAY);
  role_activity.uid = 0;
  role_activity.pid = 0;
  role_activity.recent = 0;
  ASSERT_TRUE(house_.peer().call(&Signaling::Stub::Dial, dial(std::string(5000, '1')), kSoon).ok());
  EXPECT_EQ(role_activity.uid, getuid());
  EXPECT_EQ(role_activity.pid, static_cast<uint32_t>(getpid()));
  EXPECT_GE(role_activity.recent, 5000u);
}

TEST_F(Mesh_WireGuard, ConnectionsCutTogetherAreToldOnce) {
  house_.open();
  std::vector<os::Descriptor> connections;
  for (int i = 0; i < 5; ++i) connections.push_back(connect());
  const std::string push = raw::frame(raw::kPush, raw::kEndHeaders, 1, "1234");
  for (const auto& fd : connections) send(fd.get(), push.data(), push.size(), MSG_NOSIGNAL);
  for (const auto& fd : connections) EXPECT_TRUE(is_cut(fd.get()));
  std::vector<std::string> told;
  EXPECT_TRUE(eventually([&] { return !(told = RoleQuarantine::instance().told()).empty(); }));
  EXPECT_EQ(told.size(), 1u);
}

// A client of gRPC at its full speed is far from every limit.
TEST_F(Mesh_WireGuard, ClientAtFullSpeedIsNeverCut) {
  house_.open();
  std::vector<std::thread> threads;
  std::atomic<int> failed = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      const auto peer = house_.peer();
      for (int i = 0; i < 3000; ++i) {
        if (!peer.once(&Signaling::Stub::Dial, dial(std::string(500, '1')), kSoon).ok()) ++failed;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(failed, 0);
  EXPECT_TRUE(RoleQuarantine::instance().told().empty());
}

}  // namespace
}  // namespace phone::mesh
