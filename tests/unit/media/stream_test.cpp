// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Two streams over a network of memory, under virtual time.
#include "services/media/stream.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "services/media/codec/g711.hpp"
#include "services/media/state_record.hpp"
#include "tests/unit/media/network.hpp"
#include "tests/unit/media/oracle.hpp"
#include "tests/unit/media/sound.hpp"

namespace phone::media {
namespace {

using testing_network::MemoryPort;
using testing_sound::level_of;

constexpr char kKeyA[] = "0123456789abcdef0123456789abcdefsaltsaltsalt";
constexpr char kKeyB[] = "fedcba9876543210fedcba9876543210tlastlastlas";
constexpr char kKeyC[] = "ABCDEFGHIJKLMNOPABCDEFGHIJKLMNOPtlastlastlas";
constexpr char kKeyD[] = "abcdefghijklmnopabcdefghijklmnoptlastlastlas";
constexpr char kMusicKey[] = "0123456789abcdefsaltsaltsaltsa";
constexpr char kHeldKey[] = "fedcba9876543210tlastlastlastl";

Endpoint endpoint(const std::string& address, uint16_t port) { return *parse_endpoint(address, port); }

struct End {
  End(const std::string& address, double hertz)
      : own(endpoint(address, 4000)), rtp(own), rtcp(endpoint(address, 4001)), tone(hertz) {
    record = *StateRecord::create("s", 4000);
    restart();
  }

  // What a process death leaves: the record and the sockets.
  void restart() { stream = std::make_unique<Stream>(rtp, rtcp, record.get(), "test"); }

  StreamSetup setup(const End& far, const char* transmit, const char* receive,
                    Continuity continuity = Continuity::kNone, CodecKind codec = CodecKind::kPcmu,
                    Suite suite = Suite::kAeadAes256Gcm) {
    static uint32_t next_ssrc = 1000;
    StreamSetup made;
    made.remote = far.own;
    made.direction = Direction::kSendReceive;
    made.payload_type = static_cast<uint8_t>(96 + static_cast<int>(codec));
    made.dtmf_payload_type = 101;
    EXPECT_TRUE(set_codec(codec, false, made).ok());
    made.receive.add({.payload_type = made.payload_type, .codec = codec, .clock_rate = made.clock_rate});
    made.receive.add({.payload_type = 101, .use = PayloadUse::kEvents});
    EXPECT_TRUE(set_decoders({}, made).ok());
    made.jitter = std::make_unique<JitterBuffer>(made.clock_rate);
    made.replace_sender = made.replace_receiver = true;
    made.ssrc = ++next_ssrc;
    made.first_sequence = 65500 - 32768;
    if (transmit != nullptr) made.sender = *SrtpSender::create(suite, transmit, made.ssrc);
    if (receive != nullptr) {
      const auto before = record->read().value_or(LiveState{});
      made.receiver = *SrtpReceiver::create(suite, receive, continuity, before.receive);
      made.receive_fingerprint = fingerprint(suite, receive);
    }
    return made;
  }

  void capture(std::span<int16_t> frame) {
    for (int16_t& sample : frame) {
      sample = static_cast<int16_t>(8000 * std::sin(phase));
      phase += 2 * std::numbers::pi * tone / kAudioRate;
    }
  }

  void tick(int64_t now_us) {
    rtp.now_us = rtcp.now_us = now_us;
    std::array<int16_t, kFrameSamples> mix{}, captured{};
    const TickTime time{.now_us = now_us, .ntp = static_cast<uint64_t>(now_us) << 12};
    stream->receive(time);
    stream->play(time, mix);
    generator.mix(mix);
    heard.insert(heard.end(), mix.begin(), mix.end());
    capture(captured);
    stream->send(time, captured);
  }

  std::span<const int16_t> last(size_t frames) const {
    return std::span<const int16_t>(heard).last(frames * kFrameSamples);
  }

  Endpoint own;
  MemoryPort rtp, rtcp;
  std::unique_ptr<StateRecord> record;
  std::unique_ptr<Stream> stream;
  std::vector<int16_t> heard;
  ToneGenerator generator;
  double tone;
  double phase = 0;
};

class Call : public testing::Test {
 protected:
  Call() : a("10.0.0.1", 440), b("10.0.0.2", 1000) {
    a.rtp.connect(&b.rtp);
    b.rtp.connect(&a.rtp);
    a.rtcp.connect(&b.rtcp);
    b.rtcp.connect(&a.rtcp);
  }
  void secure(CodecKind codec = CodecKind::kPcmu) {
    auto one = a.setup(b, kKeyA, kKeyB, Continuity::kNone, codec);
    auto two = b.setup(a, kKeyB, kKeyA, Continuity::kNone, codec);
    a.stream->apply(one, now);
    b.stream->apply(two, now);
  }
  void run(int frames) {
    for (int i = 0; i < frames; ++i, now += 20'000) {
      a.tick(now);
      b.tick(now + 7'000);
    }
  }
  End a, b;
  int64_t now = 1'000'000;
};
using F20_Stream = Call;
using F81_Stream = Call;
using F50_Stream = Call;
using F89_Stream = Call;

TEST_F(F20_Stream, BothEndsHearEachOtherAndTheCaptureShowsSrtp) {
  secure();
  run(100);
  EXPECT_NEAR(level_of(a.last(40), 1000), 8000, 400);
  EXPECT_NEAR(level_of(b.last(40), 440), 8000, 400);
  EXPECT_LT(level_of(b.last(40), 1000), 200);
  const Counters& counters = a.stream->counters();
  EXPECT_TRUE(counters.sending_encrypted && counters.receiving_encrypted);
  EXPECT_EQ(counters.packets_lost, 0U);
  EXPECT_EQ(counters.packets_late, 0U);
  EXPECT_EQ(counters.authentication_failures, 0U);
  EXPECT_TRUE(a.stream->take_changed());
  EXPECT_FALSE(a.stream->take_changed());
  // An independent reader gets the sine with the key and nothing without; the bytes themselves are no mu-law sine.
  const auto& packet = a.rtp.sent[50].bytes;
  const auto plain = oracle::open_rtp(true, 16, 32, kKeyA, 0, packet);
  ASSERT_TRUE(plain.has_value());
  EXPECT_FALSE(oracle::open_rtp(true, 16, 32, kKeyB, 0, packet).has_value());
  double cipher_power = 0, plain_power = 0;
  for (size_t i = 0; i < 160; ++i) {
    cipher_power += std::pow(from_ulaw(packet[12 + i]), 2);
    plain_power += std::pow(from_ulaw(static_cast<uint8_t>((*plain)[i])), 2);
  }
  EXPECT_NEAR(std::sqrt(plain_power / 160), 8000 / std::sqrt(2), 900);
  EXPECT_GT(std::sqrt(cipher_power / 160), 8000) << "noise";
}

TEST_F(F20_Stream, OpusIsHeardToo) {
  secure(CodecKind::kOpus);
  run(150);
  EXPECT_GT(level_of(a.last(40), 1000), 5000);
  EXPECT_GT(level_of(b.last(40), 440), 5000);
}

TEST_F(F20_Stream, ClearPacketsAreNeverPlayedWhereSrtpIsAgreed) {
  auto one = a.setup(b, kKeyA, kKeyB);
  auto two = b.setup(a, nullptr, kKeyA);
  a.stream->apply(one, now);
  b.stream->apply(two, now);
  run(60);
  EXPECT_EQ(a.stream->counters().packets_received, 0U);
  EXPECT_GT(a.stream->counters().authentication_failures, 50U);
  EXPECT_GE(a.stream->counters().rtcp_refused, 1U) << "a clear report is counted and not heard";
  EXPECT_FALSE(a.stream->counters().receiving_encrypted);
  EXPECT_FALSE(b.stream->counters().sending_encrypted) << "the fact says what really leaves";
  EXPECT_EQ(level_of(a.last(20), 1000), 0);
}

TEST_F(F20_Stream, ANewKeyIsHeardAtOnceAndTheOldOneForTwoSeconds) {
  secure();
  run(50);
  auto two = b.setup(a, kKeyB, kKeyC);
  b.stream->apply(two, now);
  const uint64_t before = b.stream->counters().packets_received;
  run(50);
  EXPECT_EQ(b.stream->counters().packets_received - before, 50U) << "a still sends with the old key";
  run(80);
  EXPECT_GT(b.stream->counters().authentication_failures, 20U) << "after two seconds it is over";
  auto one = a.setup(b, kKeyC, kKeyB);
  a.stream->apply(one, now);
  run(60);
  EXPECT_NEAR(level_of(b.last(20), 440), 8000, 500);
}

TEST_F(F20_Stream, AnswersFollowAuthenticPacketsAlone) {
  secure();
  run(10);
  const Endpoint stranger = endpoint("10.0.0.66", 9);
  a.rtp.queue.push_back({b.rtp.sent.back().bytes, stranger, now});  // a copy from elsewhere
  run(5);
  EXPECT_TRUE(a.rtp.destinations.back() == b.own);
  // The far end really moves: it is silent at its old address, then authentic at the new one.
  b.rtp.connect(nullptr);
  run(60);
  const size_t moved = b.rtp.sent.size();
  run(1);
  a.rtp.queue.push_back({b.rtp.sent[moved].bytes, stranger, now});
  run(1);
  EXPECT_TRUE(a.rtp.destinations.back() == stranger);
}

// What a capture shows of a transfer: nothing that goes to the new far end opens with the key that the first one knows,
// and the first one, who goes on sending, is neither heard nor followed.
TEST_F(F20_Stream, AfterATransferTheFirstFarEndOpensNothingAndMovesNothing) {
  End c("10.0.0.3", 700);
  secure();
  run(50);
  const size_t before = a.rtp.sent.size(), reports = a.rtcp.sent.size();
  const uint64_t heard = a.stream->counters().packets_received;
  auto moved = a.setup(c, kKeyC, kKeyD);
  a.stream->apply(moved, now);
  run(150);
  ASSERT_GE(a.rtp.sent.size(), before + 150);
  for (size_t i = before; i < a.rtp.sent.size(); ++i) {
    ASSERT_TRUE(a.rtp.destinations[i] == c.own) << i;
    ASSERT_FALSE(oracle::open_rtp(true, 16, 32, kKeyA, 0, a.rtp.sent[i].bytes).has_value()) << i;
    ASSERT_TRUE(oracle::open_rtp(true, 16, 32, kKeyC, 0, a.rtp.sent[i].bytes).has_value()) << i;
  }
  for (size_t i = reports; i < a.rtcp.sent.size(); ++i) EXPECT_TRUE(a.rtcp.destinations[i].same_host(c.own));
  EXPECT_LE(a.stream->counters().packets_received, heard + 1);
  EXPECT_GE(a.stream->counters().authentication_failures, 140U);
}

// The server holds the call: its music comes from another address, with another codec, suite and key, on the same
// stream.
TEST_F(F89_Stream, MusicOnHoldReplacesTheFarEndInPlaceAndTheCallComesBack) {
  End server("10.0.0.3", 700);
  server.rtp.connect(&a.rtp);
  secure();
  run(50);
  auto music = a.setup(server, kHeldKey, kMusicKey, Continuity::kNone, CodecKind::kPcma, Suite::kAesCm128HmacSha1_80);
  music.direction = Direction::kReceiveOnly;
  a.stream->apply(music, now);
  auto playing = server.setup(a, kMusicKey, kHeldKey, Continuity::kNone, CodecKind::kPcma, Suite::kAesCm128HmacSha1_80);
  server.stream->apply(playing, now);
  const size_t sent = a.rtp.sent.size();
  for (int i = 0; i < 100; ++i) {
    server.tick(now + 3'000);
    run(1);  // b sends on and is not heard
  }
  EXPECT_NEAR(level_of(a.last(20), 700), 8000, 400);
  EXPECT_LT(level_of(a.last(20), 1000), 100);
  EXPECT_EQ(a.rtp.sent.size(), sent) << "receive only";
  EXPECT_TRUE(a.rtcp.destinations.back().same_host(server.own));

  auto back = a.setup(b, kKeyC, kKeyD), answer = b.setup(a, kKeyD, kKeyC);
  a.stream->apply(back, now);
  b.stream->apply(answer, now);
  run(60);
  EXPECT_NEAR(level_of(a.last(20), 1000), 8000, 400);
  EXPECT_NEAR(level_of(b.last(20), 440), 8000, 400);
}

// A hold by address (RFC 3264 section 8.4): no far end, so nothing leaves, reports included; the same keys go on
// afterwards.
TEST_F(F89_Stream, WithoutAFarEndNothingLeavesAndTheSameKeysGoOnAfterwards) {
  secure();
  run(50);
  const uint32_t ssrc = a.stream->counters().ssrc_sent;
  StreamSetup held;
  a.stream->apply(held, now);
  run(1);
  const size_t sent = a.rtp.sent.size(), reports = a.rtcp.sent.size();
  run(600);
  EXPECT_EQ(a.rtp.sent.size(), sent);
  EXPECT_EQ(a.rtcp.sent.size(), reports);
  EXPECT_EQ(level_of(a.last(20), 1000), 0);
  StreamSetup resumed;
  resumed.remote = b.own;
  resumed.direction = Direction::kSendReceive;
  resumed.payload_type = 96;  // of PCMU here
  resumed.receive.add({.payload_type = 96});
  a.stream->apply(resumed, now);
  run(60);
  EXPECT_EQ(a.stream->counters().ssrc_sent, ssrc);
  EXPECT_EQ(a.stream->counters().authentication_failures, 0U);
  EXPECT_EQ(b.stream->counters().authentication_failures, 0U);
  EXPECT_NEAR(level_of(a.last(20), 1000), 8000, 400);
  EXPECT_NEAR(level_of(b.last(20), 440), 8000, 400);
}

// A new key of the same far end: its old packets are still heard, and say nothing about where it is.
TEST_F(F20_Stream, OldPacketsAreHeardAndNotFollowed) {
  secure();
  run(50);
  auto rekeyed = a.setup(b, kKeyC, kKeyD);
  a.stream->apply(rekeyed, now);
  b.rtp.connect(nullptr);  // what comes now comes from elsewhere
  const uint64_t heard = a.stream->counters().packets_received;
  const Endpoint stranger = endpoint("10.0.0.66", 9);
  for (int i = 0; i < 40; ++i) {
    const size_t sent = b.rtp.sent.size();
    run(1);
    a.rtp.queue.push_back({b.rtp.sent[sent].bytes, stranger, now});
  }
  EXPECT_GT(a.stream->counters().packets_received, heard + 30);
  EXPECT_TRUE(a.rtp.destinations.back() == b.own);
}

TEST_F(F20_Stream, AnAuthenticPacketMovesNothingToAnAddressThatNothingIsSentTo) {
  secure();
  run(10);
  b.rtp.connect(nullptr);
  run(60);
  for (const char* address : {"127.0.0.1", "224.0.0.1", "255.255.255.255"}) {
    const size_t sent = b.rtp.sent.size();
    run(1);
    a.rtp.queue.push_back({b.rtp.sent[sent].bytes, endpoint(address, 9), now});
    run(1);
    EXPECT_TRUE(a.rtp.destinations.back() == b.own) << address;
  }
}

TEST_F(F81_Stream, MediaDiesAndResumesWithTheSameKeysANewSsrcAndItsPlaceInTheOther) {
  secure();
  run(200);
  const uint32_t old_ssrc = a.stream->counters().ssrc_sent;
  const auto recorded = b.rtp.sent.back();
  const uint64_t index = a.record->read()->receive.source[0].index;
  EXPECT_GT(index, 0U);
  EXPECT_EQ(a.record->read()->transmit.ssrc, old_ssrc);

  a.restart();  // the process is gone; the network goes on and the kernel keeps what comes
  for (int i = 0; i < 8; ++i, now += 20'000) b.tick(now + 7'000);
  auto again = a.setup(b, kKeyA, kKeyB, Continuity::kRestored);
  a.stream->apply(again, now);
  a.rtp.queue.push_back({recorded.bytes, recorded.from, now});
  run(100);

  const Counters& counters = a.stream->counters();
  EXPECT_NE(counters.ssrc_sent, old_ssrc);
  EXPECT_EQ(counters.replays, 1U) << "the packet recorded before the restart";
  EXPECT_EQ(counters.authentication_failures, 0U);
  EXPECT_EQ(b.stream->counters().authentication_failures, 0U);
  EXPECT_EQ(counters.packets_received, 8U + 100U) << "what the kernel kept is not lost";
  EXPECT_NEAR(level_of(a.last(40), 1000), 8000, 400);
  EXPECT_NEAR(level_of(b.last(40), 440), 8000, 400);
  EXPECT_LT(b.stream->counters().largest_gap_ms, 250U);
}

TEST_F(F81_Stream, TheIndexIsOnRecordBeforeThePacketLeaves) {
  secure();
  run(5);
  const auto& packet = a.rtp.sent.back().bytes;
  EXPECT_EQ(a.record->read()->transmit.index & 0xffff, static_cast<uint64_t>(packet[2] << 8 | packet[3]));
}

TEST_F(F50_Stream, TonesReachTheUserAndNeverTheFarEnd) {
  secure();
  a.tone = 0.001;  // nothing of its own
  run(100);
  a.generator.start(Tone::kSecure);
  run(24);
  EXPECT_GT(level_of(a.last(12), 440), 3000);
  EXPECT_GT(level_of(a.last(12), 1000), 7000) << "the call goes on beneath";
  EXPECT_LT(level_of(b.last(12), 440), 50);
}

TEST_F(F20_Stream, KeysTravelAsEventsUnderSrtpAndAudioStopsMeanwhile) {
  secure();
  run(20);
  ASSERT_TRUE(a.stream->add_digit('5'));
  ASSERT_TRUE(a.stream->add_digit('#'));
  EXPECT_FALSE(a.stream->add_digit('x'));
  run(40);
  EXPECT_EQ(b.stream->counters().events_received, 6U) << "each end is sent three times";
  EXPECT_EQ(b.stream->counters().refused, 0U);
}

TEST_F(F20_Stream, LossIsCountedAndConcealed) {
  secure();
  a.rtp.drop = [](size_t number) { return number % 10 == 0; };
  run(500);
  const Counters& counters = b.stream->counters();
  EXPECT_NEAR(static_cast<double>(counters.packets_lost), 50, 2);
  EXPECT_GE(counters.concealed, 45U);
  EXPECT_GT(level_of(b.last(100), 440), 6000);
}

TEST_F(F20_Stream, ReportsGiveTheRoundTrip) {
  secure();
  run(1000);
  EXPECT_GE(a.stream->counters().rtcp_received, 3U);
  EXPECT_EQ(a.stream->counters().rtcp_refused, 0U);
}

}  // namespace
}  // namespace phone::media
