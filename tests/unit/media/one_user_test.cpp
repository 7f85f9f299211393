// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// One person, one microphone: the engine with two streams under virtual time. What leaves for the far ends is decoded
// again, what the speaker plays is looked at frame by frame.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "services/media/engine.hpp"
#include "services/media/rtp/rtp.hpp"
#include "services/media/state_record.hpp"
#include "tests/unit/media/network.hpp"
#include "tests/unit/media/sound.hpp"

namespace phone::media {
namespace {

using testing_network::MemoryPort;
using testing_sound::level_of;
using testing_sound::loudest;
using testing_sound::Sine;

constexpr double kVoice = 450, kFarA = 700, kFarB = 1000;  // Hz; whole periods in a frame of 20 ms
constexpr double kLoud = testing_sound::kAmplitude;
constexpr int kSilent = 32;  // A-law has no zero, and Opus rounds

class Handset final : public Device {
 public:
  std::string name() const override { return "handset"; }
  void capture(std::span<int16_t> frame) override { voice_.fill(frame); }
  void play(std::span<const int16_t> frame) override { speaker.assign(frame.begin(), frame.end()); }
  std::vector<int16_t> speaker;  // the last frame

 private:
  Sine voice_{kVoice};
};

// One far end and the stream that is for it.
struct Party {
  Party(size_t at, CodecKind codec_kind, double hertz)
      : slot(at),
        codec(codec_kind),
        remote(*parse_endpoint("10.0.0.2", static_cast<uint32_t>(4000 + 10 * at))),
        rtp(*parse_endpoint("10.0.0.1", static_cast<uint32_t>(5000 + 10 * at))),
        rtcp(*parse_endpoint("10.0.0.1", static_cast<uint32_t>(5001 + 10 * at))),
        record(*StateRecord::create("party", 5000)),
        voice(hertz),
        encoder(*make_encoder(codec_kind)) {
    restart();
  }

  void restart() { stream = std::make_unique<Stream>(rtp, rtcp, record.get(), "test"); }

  // `with_codec`: the first one.
  std::unique_ptr<StreamSetup> setup(FocusState focus, bool with_codec,
                                     Direction direction = Direction::kSendReceive) const {
    auto made = std::make_unique<StreamSetup>();
    made->remote = remote;
    made->direction = direction;
    made->focus = focus;
    made->payload_type = 96;
    made->clock_rate = shape_of(codec).clock_rate;
    made->receive.add({.payload_type = 96, .codec = codec, .clock_rate = made->clock_rate});
    if (!with_codec) return made;
    made->replace_sender = made->replace_receiver = true;
    EXPECT_TRUE(set_codec(codec, false, *made).ok());
    EXPECT_TRUE(set_decoders({}, *made).ok());
    made->jitter = std::make_unique<JitterBuffer>(made->clock_rate);
    made->ssrc = 77;
    return made;
  }

  void speak(int64_t now_us) {
    rtp.now_us = rtcp.now_us = now_us;
    std::array<int16_t, kFrameSamples> frame;
    voice.fill(frame);
    std::vector<uint8_t> packet(kRtpHeaderOctets + kMaxPayloadOctets);
    const size_t size = encoder->encode(frame, std::span(packet).subspan(kRtpHeaderOctets));
    write_rtp_header({.payload_type = 96, .sequence = sequence++, .timestamp = timestamp, .ssrc = 5}, packet.data());
    timestamp += shape_of(codec).clock_rate / 50;
    packet.resize(kRtpHeaderOctets + size);
    rtp.queue.push_back({packet, remote, now_us});
  }

  // What the packets that left since `first` say to a decoder that knows nothing before them, redundancy included.
  std::vector<int16_t> heard_since(size_t first) const {
    const auto decoder = *make_decoder(codec);
    std::vector<int16_t> all;
    std::array<int16_t, kMaxDecodedSamples> frame;
    for (size_t i = first; i < rtp.sent.size(); ++i) {
      const auto packet = parse_rtp(rtp.sent[i].bytes);
      if (!packet) continue;
      const auto redundant = *make_decoder(codec);
      for (const size_t size : {redundant->conceal(packet->payload, frame), decoder->decode(packet->payload, frame)})
        all.insert(all.end(), frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(size));
    }
    return all;
  }
  size_t sent() const { return rtp.sent.size(); }
  FocusState recorded() const { return record->read()->focus; }

  const size_t slot;
  const CodecKind codec;
  const Endpoint remote;
  MemoryPort rtp, rtcp;
  std::unique_ptr<StateRecord> record;
  std::unique_ptr<Stream> stream;
  Sine voice;
  std::unique_ptr<Encoder> encoder;
  uint16_t sequence = 1;
  uint32_t timestamp = 0;
};

class F89_OneUser : public testing::TestWithParam<CodecKind> {
 protected:
  F89_OneUser() { start(); }
  ~F89_OneUser() override { free_done(); }

  void start() {
    engine = std::make_unique<Engine>(handset, nullptr);
    for (Party* party : {&a, &b}) ASSERT_TRUE(engine->submit(AttachStream{party->slot, party->stream.get()}));
  }
  void free_done() {
    Command done;
    while (engine->collect(done)) {
      if (const auto* applied = std::get_if<ApplySetup>(&done)) delete applied->setup;
    }
  }
  void order(Party& party, std::unique_ptr<StreamSetup> setup) {
    ASSERT_TRUE(engine->submit(ApplySetup{party.slot, setup.release()}));
  }
  void run(int ticks) {
    for (int i = 0; i < ticks; ++i, now += 20'000) {
      for (Party* party : {&a, &b}) party->speak(now);
      engine->tick({.now_us = now, .ntp = static_cast<uint64_t>(now) << 12});
      free_done();
      const int holders = (a.recorded() == FocusState::kHolds) + (b.recorded() == FocusState::kHolds);
      ASSERT_LE(holders, 1);
    }
  }
  // Both in a call; `a` has the user.
  void two_calls() {
    order(b, b.setup(FocusState::kReleased, true));
    order(a, a.setup(FocusState::kHolds, true));
    run(50);
  }
  void expect_speaker(double hertz, double other) {
    EXPECT_GT(level_of(handset.speaker, hertz), kLoud / 2) << "the winner is heard";
    EXPECT_LT(level_of(handset.speaker, other), kLoud / 50) << "only the winner is played";
  }
  void expect_voice(const Party& party, size_t since) {
    const auto heard = party.heard_since(since);
    ASSERT_GT(heard.size(), 10 * kFrameSamples);
    EXPECT_GT(level_of(std::span(heard).last(5 * kFrameSamples), kVoice), kLoud / 4);
  }

  Handset handset;
  Party a{0, GetParam(), kFarA}, b{1, GetParam(), kFarB};
  std::unique_ptr<Engine> engine;
  int64_t now = 1'000'000;
};

TEST_P(F89_OneUser, OnlyTheStreamWithTheFocusHasMicrophoneAndSpeaker) {
  two_calls();
  expect_voice(a, 0);
  EXPECT_EQ(b.sent(), a.sent()) << "the other one sends too, so that addresses stay open on the way";
  EXPECT_LE(loudest(b.heard_since(0)), kSilent) << "but silence";
  expect_speaker(kFarA, kFarB);
}

TEST_P(F89_OneUser, TheFocusMovesWithinOneTick) {
  two_calls();
  for (int turn = 0; turn < 4; ++turn) {
    Party& winner = turn % 2 == 0 ? b : a;
    Party& loser = turn % 2 == 0 ? a : b;
    const size_t won = winner.sent(), lost = loser.sent();
    order(winner, winner.setup(FocusState::kHolds, false));
    run(1);
    EXPECT_EQ(loser.sent(), lost + 1);
    EXPECT_LE(loudest(loser.heard_since(lost)), kSilent) << "from the first packet on, redundancy included";
    expect_speaker(turn % 2 == 0 ? kFarB : kFarA, turn % 2 == 0 ? kFarA : kFarB);
    run(30);
    EXPECT_LE(loudest(loser.heard_since(lost)), kSilent);
    expect_voice(winner, won);
    expect_speaker(turn % 2 == 0 ? kFarB : kFarA, turn % 2 == 0 ? kFarA : kFarB);
  }
}

// A new call whose setup and focus come together: its first packet carries the voice, and the call before has lost it.
TEST_P(F89_OneUser, ANewStreamTakesItWithItsFirstPacket) {
  order(a, a.setup(FocusState::kHolds, true));
  run(50);
  const size_t lost = a.sent();
  order(b, b.setup(FocusState::kHolds, true));
  run(1);
  EXPECT_EQ(b.sent(), 1U);
  EXPECT_LE(loudest(a.heard_since(lost)), kSilent);
  EXPECT_LT(level_of(handset.speaker, kFarA), kLoud / 10) << "the other tone's beginning, at most";
  run(50);
  EXPECT_LE(loudest(a.heard_since(lost)), kSilent);
  expect_voice(b, 0);
  EXPECT_EQ(a.recorded(), FocusState::kLost);
  EXPECT_EQ(b.recorded(), FocusState::kHolds);
}

TEST_P(F89_OneUser, WithoutAHolderNobodyIsHeardAndNothingIsPlayed) {
  two_calls();
  const size_t from_a = a.sent(), from_b = b.sent();
  order(a, a.setup(FocusState::kReleased, false));
  run(30);
  EXPECT_LE(loudest(a.heard_since(from_a)), kSilent);
  EXPECT_LE(loudest(b.heard_since(from_b)), kSilent);
  EXPECT_EQ(loudest(handset.speaker), 0);
  // Tones are local and do not depend on it.
  ASSERT_TRUE(engine->submit(StartTone{kIdleSlot, Tone::kDial}));
  run(5);
  EXPECT_GT(level_of(handset.speaker, 350), 1000);
  EXPECT_LE(loudest(b.heard_since(from_b)), kSilent);
}

// `b` is a copy of `a` for somebody else (FEATURES.md F101).
TEST_P(F89_OneUser, AForkCarriesWhatItsCallSaysOrHearsAndNothingElse) {
  order(a, a.setup(FocusState::kHolds, true));
  auto near = b.setup(FocusState::kReleased, true, Direction::kSendOnly);
  near->fork = StreamSetup::Fork{.of = a.slot, .far = false};
  order(b, std::move(near));
  run(50);
  expect_voice(b, 0);
  expect_voice(a, 0);
  expect_speaker(kFarA, kFarB);
  size_t since = b.sent();
  auto far = b.setup(FocusState::kReleased, false, Direction::kSendOnly);
  far->fork = StreamSetup::Fork{.of = a.slot, .far = true};
  order(b, std::move(far));
  ASSERT_TRUE(engine->submit(StartTone{kIdleSlot, Tone::kDial}));
  run(50);
  const auto heard = b.heard_since(since);
  EXPECT_GT(level_of(std::span(heard).last(5 * kFrameSamples), kFarA), kLoud / 4);
  EXPECT_LT(level_of(std::span(heard).last(5 * kFrameSamples), 350), kLoud / 50) << "tones are for the user only";
  // The call is on hold: nothing of what is said meanwhile.
  order(a, a.setup(FocusState::kReleased, false));
  run(10);
  since = b.sent();
  run(20);
  EXPECT_LE(loudest(b.heard_since(since)), kSilent);
}

TEST_P(F89_OneUser, AForkOfACallThatEndedIsSilentWhoeverHasItsPlace) {
  order(a, a.setup(FocusState::kHolds, true));
  auto fork = b.setup(FocusState::kReleased, true, Direction::kSendOnly);
  fork->fork = StreamSetup::Fork{.of = a.slot, .far = false};
  order(b, std::move(fork));
  run(20);
  ASSERT_TRUE(engine->submit(DetachStream{.slot = a.slot}));
  run(10);
  a.restart();
  ASSERT_TRUE(engine->submit(AttachStream{a.slot, a.stream.get()}));
  order(a, a.setup(FocusState::kHolds, true));
  const size_t since = b.sent();
  run(30);
  EXPECT_LE(loudest(b.heard_since(since)), kSilent);
}

TEST_P(F89_OneUser, AClosedHolderLeavesTheOtherInSilence) {
  two_calls();
  const size_t from_b = b.sent();
  ASSERT_TRUE(engine->submit(DetachStream{.slot = a.slot}));
  run(20);
  EXPECT_EQ(b.sent(), from_b + 20);
  EXPECT_LE(loudest(b.heard_since(from_b)), kSilent);
  EXPECT_EQ(loudest(handset.speaker), 0);
}

TEST_P(F89_OneUser, EachDirectionIsObeyedInMidCall) {
  two_calls();
  struct Row {
    Direction direction;
    bool sent, played;
  };
  for (const Row& row : {Row{Direction::kSendOnly, true, false}, Row{Direction::kInactive, false, false},
                         Row{Direction::kReceiveOnly, false, true}, Row{Direction::kSendReceive, true, true}}) {
    order(a, a.setup(FocusState::kHolds, false, row.direction));
    run(1);
    const size_t from = a.sent();
    run(30);
    EXPECT_EQ(a.sent() - from, row.sent ? 30U : 0U);
    if (row.sent) expect_voice(a, from);
    EXPECT_EQ(level_of(handset.speaker, kFarA) > kLoud / 2, row.played);
    EXPECT_LT(level_of(handset.speaker, kFarB), kLoud / 50);
  }
}

TEST_P(F89_OneUser, ARestartGivesItBackToTheStreamThatHadIt) {
  two_calls();
  order(b, b.setup(FocusState::kHolds, false));
  run(5);
  engine.reset();  // the process is gone; the records stay
  for (Party* party : {&a, &b}) party->restart();
  start();
  run(5);
  EXPECT_EQ(a.recorded(), FocusState::kLost);
  EXPECT_EQ(b.recorded(), FocusState::kHolds);
  const size_t from_a = a.sent(), from_b = b.sent();
  order(a, a.setup(a.recorded(), true));
  order(b, b.setup(b.recorded(), true));
  run(40);
  EXPECT_LE(loudest(a.heard_since(from_a)), kSilent);
  expect_voice(b, from_b);
  expect_speaker(kFarB, kFarA);
}

INSTANTIATE_TEST_SUITE_P(Codecs, F89_OneUser,
                         testing::Values(CodecKind::kPcmu, CodecKind::kPcma, CodecKind::kOpus, CodecKind::kG722),
                         [](const auto& info) { return std::string(shape_of(info.param).name); });

}  // namespace
}  // namespace phone::media
