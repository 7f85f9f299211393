// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The frame filter by itself, with bytes by hand and time as a parameter; every shape whole and byte by byte.
#include "common/mesh/guard/frame_filter.hpp"

#include <gtest/gtest.h>

#include "tests/unit/mesh/raw_http2.hpp"

namespace phone::mesh {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'000'000);

struct Side {
  explicit Side(FrameLimits limits = {}, FrameFilter::End end = FrameFilter::End::kServer)
      : account(std::make_shared<FrameAccount>(limits)), filter(end, account, kNow) {}
  FrameFault whole(std::string_view bytes) { return filter.received(bytes, kNow); }
  FrameFault byte_by_byte(std::string_view bytes) {
    FrameFault fault = FrameFault::kNone;
    for (const char& byte : bytes) {
      fault = filter.received({&byte, 1}, kNow);
      if (fault != FrameFault::kNone) return fault;
    }
    return fault;
  }
  std::shared_ptr<FrameAccount> account;
  FrameFilter filter;
};

// Both ways must say the same.
FrameFault verdict(const std::string& bytes, FrameLimits limits = {}) {
  const FrameFault whole = Side(limits).whole(bytes);
  EXPECT_EQ(Side(limits).byte_by_byte(bytes), whole);
  return whole;
}

std::string times(int count, const std::string& what) {
  std::string all;
  for (int i = 0; i < count; ++i) all += what;
  return all;
}
std::string calls(int count, uint8_t flags) {
  std::string all;
  for (int i = 0; i < count; ++i) {
    all += raw::frame(raw::kHeaders, flags, static_cast<uint32_t>(2 * i + 1), raw::request("a/b"));
  }
  return all;
}

TEST(Mesh_FrameFilter, OrdinaryCallPassesAndLeavesNothingBehind) {
  Side side;
  const std::string message = raw::prefix(3) + "abc";
  EXPECT_EQ(side.byte_by_byte(raw::hello() + raw::frame(raw::kSettings, raw::kAck, 0) +
                              raw::frame(raw::kHeaders, raw::kEndHeaders, 1, raw::request("a/b")) +
                              raw::frame(raw::kData, raw::kEndStream, 1, message)),
            FrameFault::kNone);
  EXPECT_EQ(side.account->streams(), 1u);
  EXPECT_EQ(side.account->held(), message.size() + 64) << "and what gRPC keeps of the frame itself";
  side.filter.sent(raw::frame(raw::kSettings, 0, 0) + raw::frame(raw::kHeaders, raw::kEndHeaders, 1, "x") +
                       raw::frame(raw::kData, 0, 1, message) +
                       raw::frame(raw::kHeaders, raw::kEndHeaders | raw::kEndStream, 1, "x"),
                   kNow);
  EXPECT_EQ(side.account->streams(), 0u);
  EXPECT_EQ(side.account->held(), 0u);
}

// gRPC keeps much more of a frame than one byte.
TEST(Mesh_FrameFilter, FramesOfOneByteAreChargedForWhatIsKeptOfThem) {
  const std::string call = raw::hello() + raw::frame(raw::kHeaders, raw::kEndHeaders, 1, raw::request("a/b")) +
                           raw::frame(raw::kData, 0, 1, raw::prefix(5000));
  EXPECT_EQ(verdict(call + times(100, raw::frame(raw::kData, 0, 1, "x")), {.held = 10'000}), FrameFault::kNone);
  EXPECT_EQ(verdict(call + times(200, raw::frame(raw::kData, 0, 1, "x")), {.held = 10'000}), FrameFault::kHeldBytes);
}

TEST(Mesh_FrameFilter, HeadersWithoutEndOnAnOpenStreamAreFramesThatCarryNothing) {
  EXPECT_EQ(verdict(raw::hello() + raw::frame(raw::kHeaders, raw::kEndHeaders, 1, raw::request("a/b")) +
                    times(30'000, raw::frame(raw::kHeaders, raw::kEndHeaders, 1, ""))),
            FrameFault::kIdleFrames);
}

// Else the other connections of the peer would be over the limit as well.
TEST(Mesh_FrameFilter, WhatIsCutGivesItsShareBackAtOnce) {
  Side side({.held = 1000});
  EXPECT_EQ(side.whole(raw::hello() + raw::frame(raw::kHeaders, raw::kEndHeaders, 1, raw::request("a/b")) +
                       raw::frame(raw::kData, 0, 1, raw::prefix(5000) + std::string(2000, 'x'))),
            FrameFault::kHeldBytes);
  EXPECT_EQ(side.account->held(), 0u);
  EXPECT_EQ(side.account->streams(), 0u);
}

TEST(Mesh_FrameFilter, WhatIsNotHttp2IsCutAtTheFirstWrongByte) {
  EXPECT_EQ(verdict("GET / HTTP/1.1\r\n"), FrameFault::kPreface);
  EXPECT_EQ(verdict("PRI * HTTP/2.0\r\n\r\nSN"), FrameFault::kPreface);
  EXPECT_EQ(verdict("PRI * HTTP/2.0"), FrameFault::kNone);
}

TEST(Mesh_FrameFilter, HeaderBlockIsBoundedInWhateverFramesItComes) {
  const auto block = [](size_t first, size_t each, int more) {
    std::string all = raw::hello() + raw::frame(raw::kHeaders, 0, 1, std::string(first, 'h'));
    for (int i = 0; i < more; ++i) all += raw::frame(raw::kContinuation, 0, 1, std::string(each, 'c'));
    return all;
  };
  EXPECT_EQ(verdict(block(8192, 8192, 1)), FrameFault::kNone) << "16 KiB to the byte";
  EXPECT_EQ(verdict(block(8192, 8193, 1)), FrameFault::kHeaderBlock);
  EXPECT_EQ(verdict(block(1, 1, 16 * 1024)), FrameFault::kHeaderBlock) << "a byte at a time";
  EXPECT_EQ(verdict(raw::hello() + raw::head(16 * 1024 + 1, raw::kHeaders, raw::kEndHeaders, 1)),
            FrameFault::kHeaderBlock)
      << "at its announcement";
  EXPECT_EQ(verdict(block(1, 0, 30'000)), FrameFault::kIdleFrames) << "continuations of nothing";
  EXPECT_EQ(verdict(raw::hello() + raw::frame(raw::kHeaders, raw::kEndHeaders, 1, "h") +
                    raw::frame(raw::kHeaders, raw::kEndStream, 1, std::string(9000, 't')) +
                    raw::frame(raw::kContinuation, 0, 1, std::string(9000, 't'))),
            FrameFault::kHeaderBlock)
      << "trailers";
}

TEST(Mesh_FrameFilter, NothingComesBetweenHeadersAndTheirContinuation) {
  const std::string open = raw::hello() + raw::frame(raw::kHeaders, 0, 1, "h");
  for (const auto type : {raw::kData, raw::kHeaders, raw::kPing, raw::kSettings, raw::kReset}) {
    EXPECT_EQ(verdict(open + raw::frame(type, 0, 1, "1234")), FrameFault::kFrame) << type;
  }
  EXPECT_EQ(verdict(open + raw::frame(raw::kContinuation, raw::kEndHeaders, 3, "c")), FrameFault::kFrame);
  EXPECT_EQ(verdict(raw::hello() + raw::frame(raw::kContinuation, raw::kEndHeaders, 1, "c")), FrameFault::kFrame);
}

TEST(Mesh_FrameFilter, FramesThatNoClientOfGrpcSendsAreRefused) {
  const auto one = [](const std::string& frame) { return verdict(raw::hello() + frame); };
  EXPECT_EQ(one(raw::frame(raw::kPush, raw::kEndHeaders, 1, "1234")), FrameFault::kFrame);
  EXPECT_EQ(one(raw::head(16 * 1024 + 1, raw::kSettings, 0, 0)), FrameFault::kFrame);
  EXPECT_EQ(one(raw::head(0xFFFFFF, raw::kGoAway, 0, 0)), FrameFault::kFrame);
  EXPECT_EQ(one(raw::head(0xFFFFFF, static_cast<raw::Type>(0x77), 0, 0)), FrameFault::kFrame);
  EXPECT_EQ(one(raw::frame(raw::kReset, 0, 1, "12345")), FrameFault::kFrame);
  EXPECT_EQ(one(raw::frame(raw::kHeaders, raw::kEndHeaders, 0, "h")), FrameFault::kFrame);
  EXPECT_EQ(one(raw::frame(raw::kData, raw::kPadded, 1, "\x05")), FrameFault::kFrame);
}

TEST(Mesh_FrameFilter, FramesThatCarryNothingAreBoundedByRate) {
  const std::string with_call = raw::hello() + calls(1, raw::kEndHeaders);
  const std::string frames[] = {
      raw::frame(raw::kPing, 0, 0, "12345678"),
      raw::frame(raw::kPing, raw::kAck, 0, "12345678"),
      raw::frame(raw::kSettings, 0, 0),
      raw::frame(raw::kSettings, raw::kAck, 0),
      raw::frame(raw::kWindow, 0, 0, "1234"),
      raw::frame(raw::kWindow, 0, 1, "1234"),
      raw::frame(raw::kPriority, 0, 1, "12345"),
      raw::frame(raw::kData, 0, 1),
      raw::frame(raw::kData, 0, 99, "of no stream"),
      raw::frame(raw::kHeaders, raw::kEndHeaders, 2, "h"),
      raw::frame(static_cast<raw::Type>(0x77), 0, 0),
      raw::frame(raw::kGoAway, 0, 0, "12345678"),
  };
  for (const auto& frame : frames) {
    EXPECT_EQ(verdict(with_call + times(100, frame)), FrameFault::kNone);
    EXPECT_EQ(verdict(with_call + times(20'100, frame)), FrameFault::kIdleFrames) << static_cast<int>(frame[3]);
  }
  // 16 KiB of settings in one frame are many.
  EXPECT_EQ(verdict(raw::hello() + times(80, raw::frame(raw::kSettings, 0, 0, std::string(16'380, 's')))),
            FrameFault::kIdleFrames);
  // What is left of the budget comes back with time.
  Side side;
  EXPECT_EQ(side.whole(raw::hello() + times(19'000, frames[0])), FrameFault::kNone);
  EXPECT_EQ(side.filter.received(times(19'000, frames[0]), kNow + absl::Seconds(10)), FrameFault::kNone);
  EXPECT_EQ(side.filter.received(times(19'000, frames[0]), kNow + absl::Seconds(11)), FrameFault::kIdleFrames);
}

TEST(Mesh_FrameFilter, CallsTakenBackAreBoundedByRateOverAllConnections) {
  std::string rapid = raw::hello();
  for (uint32_t i = 0; i < 600; ++i) {
    rapid +=
        raw::frame(raw::kHeaders, raw::kEndHeaders, 2 * i + 1, "h") + raw::frame(raw::kReset, 0, 2 * i + 1, "1234");
  }
  Side side;
  EXPECT_EQ(side.whole(rapid), FrameFault::kNone);
  FrameFilter second(FrameFilter::End::kServer, side.account, kNow);
  EXPECT_EQ(second.received(rapid, kNow), FrameFault::kResets) << "a new connection is no new budget";
  EXPECT_EQ(side.account->streams(), 0u);
}

TEST(Mesh_FrameFilter, StreamsAreBoundedWhateverTheClientHasAcknowledged) {
  EXPECT_EQ(verdict(raw::hello() + calls(256, raw::kEndHeaders)), FrameFault::kNone);
  EXPECT_EQ(verdict(raw::hello() + calls(257, raw::kEndHeaders)), FrameFault::kStreams);
  EXPECT_EQ(verdict(raw::hello() + calls(257, raw::kEndHeaders | raw::kEndStream)), FrameFault::kStreams)
      << "a call is open until it is answered";
  const auto account = std::make_shared<FrameAccount>();
  {
    std::vector<std::unique_ptr<FrameFilter>> connections;
    for (int i = 0; i < 3; ++i) {
      connections.push_back(std::make_unique<FrameFilter>(FrameFilter::End::kServer, account, kNow));
      EXPECT_EQ(connections.back()->received(raw::hello() + calls(200, raw::kEndHeaders), kNow),
                i < 2 ? FrameFault::kNone : FrameFault::kStreams);
    }
  }
  EXPECT_EQ(account->streams(), 0u) << "what a connection had open goes with it";
}

TEST(Mesh_FrameFilter, CallThatWeResetIsOver) {
  Side side;
  EXPECT_EQ(side.whole(raw::hello() + calls(1, raw::kEndHeaders) + raw::frame(raw::kData, 0, 1, raw::prefix(100))),
            FrameFault::kNone);
  side.filter.sent(raw::frame(raw::kSettings, 0, 0) + raw::frame(raw::kReset, 0, 1, "1234"), kNow);
  EXPECT_EQ(side.account->streams(), 0u);
  EXPECT_EQ(side.account->held(), 0u);
}

// gRPC acknowledges, updates windows and pings for its calls.
TEST(Mesh_FrameFilter, EachCallBringsSomeFramesThatCarryNothing) {
  Side side;
  ASSERT_EQ(side.whole(raw::hello()), FrameFault::kNone);
  for (uint32_t i = 0; i < 30'000; ++i) {
    const uint32_t stream = 2 * i + 1;
    ASSERT_EQ(side.whole(raw::frame(raw::kHeaders, raw::kEndHeaders, stream, "h") +
                         raw::frame(raw::kData, raw::kEndStream, stream, raw::prefix(0)) +
                         times(4, raw::frame(raw::kWindow, 0, 0, "1234"))),
              FrameFault::kNone)
        << i;
    side.filter.sent(raw::frame(raw::kHeaders, raw::kEndHeaders | raw::kEndStream, stream, "t"), kNow);
  }
}

TEST(Mesh_FrameFilter, MessageIsRefusedAtItsAnnouncement) {
  const std::string call = raw::hello() + calls(1, raw::kEndHeaders);
  const auto most = static_cast<uint32_t>(FrameLimits().message);
  EXPECT_EQ(verdict(call + raw::frame(raw::kData, 0, 1, raw::prefix(most))), FrameFault::kNone);
  EXPECT_EQ(verdict(call + raw::frame(raw::kData, 0, 1, raw::prefix(most + 1))), FrameFault::kMessage);
  EXPECT_EQ(verdict(call + raw::frame(raw::kData, 0, 1, raw::prefix(0xFFFFFFFF))), FrameFault::kMessage);
  EXPECT_EQ(verdict(call + raw::frame(raw::kData, 0, 1, raw::prefix(2) + "ab" + raw::prefix(0xFFFFFFFF))),
            FrameFault::kMessage)
      << "the second one too";
  EXPECT_EQ(verdict(call + raw::frame(raw::kData, 0, 1, raw::prefix(10, true))), FrameFault::kCompressed);
}

TEST(Mesh_FrameFilter, BytesOfOpenCallsAreBoundedOverAllOfThem) {
  const FrameLimits limits{.held = 100'000};
  std::string all = raw::hello() + calls(9, raw::kEndHeaders);
  const std::string piece = raw::prefix(20'000) + std::string(12'000, 'd');
  for (uint32_t i = 0; i < 8; ++i) all += raw::frame(raw::kData, 0, 2 * i + 1, piece);
  EXPECT_EQ(verdict(all, limits), FrameFault::kNone);
  EXPECT_EQ(verdict(all + raw::frame(raw::kData, 0, 17, piece), limits), FrameFault::kHeldBytes);
  EXPECT_EQ(verdict(all + raw::frame(raw::kReset, 0, 1, "1234") + raw::frame(raw::kData, 0, 17, piece), limits),
            FrameFault::kNone)
      << "a call that is over is not counted";
  // A conversation's messages are read one after the other.
  std::string conversation = raw::hello() + calls(1, raw::kEndHeaders);
  for (int i = 0; i < 50; ++i) conversation += raw::frame(raw::kData, 0, 1, raw::prefix(5000) + std::string(5000, 'm'));
  EXPECT_EQ(verdict(conversation, limits), FrameFault::kNone);
}

TEST(Mesh_FrameFilter, BytesASecondAreBounded) {
  FrameLimits limits;
  limits.bytes = 1'000'000;
  limits.bytes_per_second = 100'000;
  Side side(limits);
  EXPECT_EQ(side.whole(raw::hello()), FrameFault::kNone);
  const std::string ping = times(5'000, raw::frame(raw::kPing, 0, 0, "12345678"));  // 85 kB
  int passed = 0;
  while (passed < 100 && side.filter.received(ping, kNow + passed * absl::Seconds(0.1)) == FrameFault::kNone) ++passed;
  EXPECT_LT(passed, 20);
  EXPECT_GT(passed, 2);
}

TEST(Mesh_FrameFilter, BytesOfOpenCallsAreBoundedASecondToo) {
  FrameLimits limits;
  limits.bytes = 1'000'000;
  limits.bytes_per_second = 100'000;
  Side side(limits);
  ASSERT_EQ(
      side.whole(raw::hello() + calls(1, raw::kEndHeaders) + raw::frame(raw::kData, 0, 1, raw::prefix(4'000'000))),
      FrameFault::kNone);
  const std::string piece = raw::frame(raw::kData, 0, 1, std::string(10'000, 'x'));
  int passed = 0;
  FrameFault fault = FrameFault::kNone;
  while (passed < 300 && (fault = side.whole(piece)) == FrameFault::kNone) ++passed;
  EXPECT_EQ(fault, FrameFault::kByteRate);
  EXPECT_NEAR(passed, 98, 3);
}

// A client's calls have odd numbers (RFC 9113 section 5.1.1).
TEST(Mesh_FrameFilter, AnEvenNumberOpensNoCall) {
  Side side;
  side.whole(raw::hello() + raw::frame(raw::kHeaders, raw::kEndHeaders, 2, raw::request("a/b")));
  EXPECT_EQ(side.account->streams(), 0u);
}

TEST(Mesh_FrameFilter, HalfAPrefaceAndHalfABlockHaveTheirTime) {
  const auto late = kNow + FrameFilter::kPatience + absl::Milliseconds(1);
  Side silent;
  EXPECT_EQ(silent.filter.look(kNow + absl::Seconds(1)), FrameFault::kNone);
  EXPECT_EQ(silent.filter.look(late), FrameFault::kStalled);
  EXPECT_EQ(silent.filter.received(raw::kPreface, late), FrameFault::kStalled) << "too late";
  Side half;
  half.whole(raw::hello() + raw::frame(raw::kHeaders, 0, 1, "h"));
  EXPECT_EQ(half.filter.look(late), FrameFault::kStalled);
  Side whole;
  whole.whole(raw::hello() + raw::frame(raw::kHeaders, 0, 1, "h") +
              raw::frame(raw::kContinuation, raw::kEndHeaders, 1, "c"));
  EXPECT_EQ(whole.filter.look(late), FrameFault::kNone) << "the block has ended";
  Side idle;
  idle.whole(raw::hello());
  EXPECT_EQ(idle.filter.look(kNow + absl::Hours(100)), FrameFault::kNone) << "a connection may rest";
}

TEST(Mesh_FrameFilter, AServerMayRestAndMayBeLateAndMayNotLeaveABlockOpen) {
  const auto late = kNow + FrameFilter::kPatience + absl::Milliseconds(1);
  Side silent({}, FrameFilter::End::kClient);
  EXPECT_EQ(silent.filter.look(late), FrameFault::kNone) << "it may be starting";
  Side idle({}, FrameFilter::End::kClient);
  idle.whole(raw::frame(raw::kSettings, 0, 0));
  EXPECT_EQ(idle.filter.look(kNow + absl::Hours(100)), FrameFault::kNone) << "a connection may rest";
  Side half({}, FrameFilter::End::kClient);
  half.whole(raw::frame(raw::kSettings, 0, 0) + raw::frame(raw::kHeaders, 0, 1, "h"));
  EXPECT_EQ(half.filter.look(late), FrameFault::kStalled);
}

// We are the client and the server is the hostile one.
TEST(Mesh_FrameFilter, ServersAnswersAreBoundedToo) {
  const auto client = [](const std::string& bytes) {
    Side side({}, FrameFilter::End::kClient);
    side.filter.sent(raw::hello() + raw::frame(raw::kHeaders, raw::kEndHeaders, 1, "h") +
                         raw::frame(raw::kData, raw::kEndStream, 1, raw::prefix(0)),
                     kNow);
    return side.whole(raw::frame(raw::kSettings, 0, 0) + bytes);
  };
  EXPECT_EQ(
      client(raw::frame(raw::kHeaders, raw::kEndHeaders, 1, "h") + raw::frame(raw::kData, 0, 1, raw::prefix(1) + "x") +
             raw::frame(raw::kHeaders, raw::kEndHeaders | raw::kEndStream, 1, "t")),
      FrameFault::kNone);
  EXPECT_EQ(client(raw::frame(raw::kHeaders, 0, 1, std::string(9000, 'h')) +
                   raw::frame(raw::kContinuation, 0, 1, std::string(9000, 'h'))),
            FrameFault::kHeaderBlock);
  EXPECT_EQ(client(raw::frame(raw::kHeaders, raw::kEndHeaders, 1, "h") +
                   raw::frame(raw::kData, 0, 1, raw::prefix(0x7FFFFFFF))),
            FrameFault::kMessage);
  EXPECT_EQ(client(times(30'000, raw::frame(raw::kPing, 0, 0, "12345678"))), FrameFault::kIdleFrames);
  EXPECT_EQ(client(times(30'000, raw::frame(raw::kReset, 0, 1, "1234"))), FrameFault::kIdleFrames);
}

}  // namespace
}  // namespace phone::mesh
