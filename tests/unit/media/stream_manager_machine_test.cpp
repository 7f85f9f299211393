// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The stream manager as a machine: orders and time in, setups and events out.
#include <gtest/gtest.h>

#include <string>
#include <variant>
#include <vector>

#include "services/media/stream_manager.hpp"
#include "tests/unit/media/fake_stream_port.hpp"

namespace phone::media {
namespace {

using testing_port::FakeStreamPort;

constexpr int64_t kNow = 5'000'000;

StreamOrder order(const std::string& stream, uint32_t port, char transmit, char receive) {
  StreamOrder made{
      .stream = stream, .remote_address = "192.0.2.9", .remote_port = port, .codec = "PCMU", .clock_rate = 8000};
  made.direction = Direction::kSendReceive;
  made.transmit = {.suite = "AEAD_AES_128_GCM", .key_salt = crypto::Secret(std::string(28, transmit)), .tag = 1};
  made.receive = {.suite = "AEAD_AES_128_GCM", .key_salt = crypto::Secret(std::string(28, receive)), .tag = 1};
  return made;
}

// "a: opened -> active (ordered by signaling)", "b lost to a".
std::string text(const MediaEvent& event) {
  struct Text {
    std::string operator()(const StreamStateChanged& one) const {
      return one.stream + ": " + std::string(name_of(one.from)) + " -> " + std::string(name_of(one.to)) + " (" +
             one.cause + ")";
    }
    std::string operator()(const StreamGainedFocus& one) const { return one.stream + " has it"; }
    std::string operator()(const StreamLostFocus& one) const { return one.stream + " lost it to " + one.taken_by; }
    std::string operator()(const StreamReleasedFocus& one) const { return one.stream + " gave it up"; }
    std::string operator()(const StreamSecurityChanged& one) const {
      return one.stream + (one.sending_encrypted ? " sends SRTP" : " sends unencrypted") +
             (one.receiving_encrypted ? ", receives SRTP" : ", receives unencrypted");
    }
    std::string operator()(const StreamForked& one) const {
      return one.stream + (one.running ? " copies " : " no longer copies ") + one.of +
             (one.sound == ForkSound::kNearEnd ? " near" : " far") + (one.encrypted ? ", SRTP" : ", clear");
    }
    std::string operator()(const TonePlayed& one) const { return "tone in " + one.stream; }
    std::string operator()(const MicrophoneSwitched& one) const { return one.muted ? "muted" : "not muted"; }
    std::string operator()(const SoundSettingsChanged& one) const { return "keep " + write_settings(one.settings); }
  };
  return std::visit(Text{}, event);
}

class StreamMachine : public testing::Test {
 protected:
  std::vector<std::string> events() {
    std::vector<std::string> all;
    for (const MediaEvent& event : manager.take_events()) all.push_back(text(event));
    return all;
  }
  StreamReport report(size_t at) { return manager.report(kNow).streams.at(at); }

  FakeStreamPort port;
  StreamManager manager{port};
};
class F101_StreamMachine : public StreamMachine {
 protected:
  F101_StreamMachine() {
    manager.follow({.forks = true});
    for (const char* name : {"call", "copy"}) EXPECT_TRUE(manager.open(name, "192.0.2.1").ok());
  }
  static StreamOrder in_clear(const std::string& stream, uint32_t to) {
    StreamOrder made = order(stream, to, 'x', 'y');
    made.transmit = made.receive = {};
    return made;
  }
  static StreamOrder fork(StreamOrder made, ForkSound sound = ForkSound::kNearEnd) {
    made.fork = ForkOrder{.of = "call", .sound = sound};
    made.direction = Direction::kSendOnly;
    return made;
  }
  std::string refusal(const StreamOrder& made) { return std::string(manager.configure(made, kNow).message()); }
};
using F89_StreamMachine = StreamMachine;
using F81_StreamMachine = StreamMachine;
using Events = std::vector<std::string>;

TEST_F(F101_StreamMachine, AForkIsToldWhenItBeginsAndEndsAndNeverHasTheUser) {
  ASSERT_TRUE(manager.configure(order("call", 4000, 'x', 'y'), kNow).ok());
  StreamOrder copy = fork(order("copy", 5000, 'v', 'w'), ForkSound::kFarEnd);
  copy.direction = Direction::kInactive;
  (void)events();
  ASSERT_TRUE(manager.configure(copy, kNow).ok());
  EXPECT_EQ(events(), Events{"copy: opened -> held (ordered by signaling)"}) << "prepared, but nothing is copied yet";
  copy.direction = Direction::kSendOnly;
  ASSERT_TRUE(manager.configure(copy, kNow).ok());
  EXPECT_EQ(events(), (Events{"copy: held -> active (ordered by signaling)", "copy copies call far, SRTP"}));
  EXPECT_EQ(report(1).fork, copy.fork);
  EXPECT_EQ(report(0).fork, std::nullopt);
  EXPECT_EQ(report(0).focus, FocusState::kHolds);
  EXPECT_EQ(report(1).focus, FocusState::kReleased);
  EXPECT_EQ(port.last_setup(1).fork->of, 0U);
  EXPECT_TRUE(port.last_setup(1).fork->far);
  EXPECT_FALSE(port.last_setup(0).fork);
  ASSERT_TRUE(manager.close("copy", kNow).ok());
  EXPECT_EQ(events(), (Events{"copy no longer copies call far, SRTP", "copy: active -> closed (closed by signaling)"}));
}

TEST_F(F101_StreamMachine, WithoutThePolicyThereIsNone) {
  ASSERT_TRUE(manager.configure(order("call", 4000, 'x', 'y'), kNow).ok());
  manager.follow({.forks = false});
  EXPECT_EQ(refusal(fork(order("copy", 5000, 'v', 'w'))), "fork: policy does not allow copies of a call's sound");
}

TEST_F(F101_StreamMachine, AnEncryptedCallIsNeverCopiedInClear) {
  ASSERT_TRUE(manager.configure(order("call", 4000, 'x', 'y'), kNow).ok());
  EXPECT_EQ(refusal(fork(in_clear("copy", 5000))), "fork: an encrypted call is not copied in clear");
  EXPECT_TRUE(manager.configure(fork(order("copy", 5000, 'v', 'w')), kNow).ok());
  // Half of it is enough.
  StreamOrder half = in_clear("call", 4000);
  half.receive = order("call", 4000, 'x', 'y').receive;
  ASSERT_TRUE(manager.configure(half, kNow).ok());
  ASSERT_TRUE(manager.open("other", "192.0.2.1").ok());
  EXPECT_EQ(refusal(fork(in_clear("other", 5002))), "fork: an encrypted call is not copied in clear");
}

TEST_F(F101_StreamMachine, ACallThatBecomesEncryptedEndsItsCopiesInClear) {
  ASSERT_TRUE(manager.configure(in_clear("call", 4000), kNow).ok());
  ASSERT_TRUE(manager.configure(fork(in_clear("copy", 5000)), kNow).ok());
  (void)events();
  ASSERT_TRUE(manager.configure(order("call", 4000, 'x', 'y'), kNow).ok());
  EXPECT_EQ(events(),
            (Events{"copy: active -> held (ordered by signaling)", "copy no longer copies call near, clear"}));
  EXPECT_EQ(report(1).direction, Direction::kInactive);
  EXPECT_EQ(refusal(fork(in_clear("copy", 5000))), "fork: an encrypted call is not copied in clear");
}

TEST_F(F101_StreamMachine, APolicyThatIsTakenBackStopsWhatRuns) {
  ASSERT_TRUE(manager.configure(in_clear("call", 4000), kNow).ok());
  ASSERT_TRUE(manager.configure(fork(in_clear("copy", 5000)), kNow).ok());
  (void)events();
  manager.follow({.forks = false});
  EXPECT_EQ(events(),
            (Events{"copy: active -> held (ordered by signaling)", "copy no longer copies call near, clear"}));
  ASSERT_TRUE(manager.configure(order("call", 4000, 'x', 'y'), kNow).ok());
  ASSERT_TRUE(manager.close("call", kNow).ok());
  StreamOrder quiet = fork(in_clear("copy", 5000));
  quiet.direction = Direction::kInactive;
  EXPECT_TRUE(manager.configure(quiet, kNow).ok()) << "what sends nothing may stay";
  EXPECT_EQ(port.last_setup(1).fork->of, StreamSetup::Fork::kNobody);
}

TEST_F(F101_StreamMachine, AForkIsOfACallAndStaysItsFork) {
  EXPECT_EQ(refusal(fork(order("copy", 5000, 'v', 'w'))), "fork: there is no such call") << "it has no order yet";
  ASSERT_TRUE(manager.configure(order("call", 4000, 'x', 'y'), kNow).ok());
  ASSERT_TRUE(manager.configure(fork(order("copy", 5000, 'v', 'w')), kNow).ok());
  const std::string stays = "fork: a stream stays what its first order made of it";
  EXPECT_EQ(refusal(order("copy", 5000, 'v', 'w')), stays) << "no way to the microphone";
  EXPECT_EQ(refusal(fork(order("copy", 5000, 'v', 'w'), ForkSound::kFarEnd)), stays);
  EXPECT_EQ(refusal(fork(order("call", 4000, 'x', 'y'))), stays);
  ASSERT_TRUE(manager.open("third", "192.0.2.1").ok());
  StreamOrder of_fork = fork(order("third", 5004, 'q', 'r'));
  of_fork.fork->of = "copy";
  EXPECT_EQ(refusal(of_fork), "fork: there is no such call");
}

TEST_F(StreamMachine, EachStateIsEnteredOnceAndItsCauseIsNamed) {
  ASSERT_TRUE(manager.open("a", "192.0.2.1").ok());
  EXPECT_EQ(events(), Events{});
  ASSERT_TRUE(manager.configure(order("a", 4000, 'x', 'y'), kNow).ok());
  EXPECT_EQ(events(), (Events{"a has it", "a: opened -> active (ordered by signaling)"}));
  ASSERT_TRUE(manager.configure(order("a", 4000, 'x', 'y'), kNow).ok());
  EXPECT_EQ(events(), Events{}) << "the same order again";
  StreamOrder held = order("a", 0, 'x', 'y');
  held.remote_address = "0.0.0.0";
  ASSERT_TRUE(manager.configure(held, kNow).ok());
  EXPECT_EQ(events(), Events{"a: active -> held (ordered by signaling)"});
  EXPECT_EQ(report(0).direction, Direction::kInactive);
  ASSERT_TRUE(manager.configure(order("a", 4000, 'x', 'y'), kNow).ok());
  EXPECT_EQ(events(), Events{"a: held -> active (ordered by signaling)"}) << "the focus has stayed";
  ASSERT_TRUE(manager.close("a", kNow).ok());
  EXPECT_EQ(events(), (Events{"a gave it up", "a: active -> closed (closed by signaling)"}));
}

TEST_F(F89_StreamMachine, EachDirectionReachesTheTickInMidCall) {
  ASSERT_TRUE(manager.open("a", "192.0.2.1").ok());
  for (const Direction direction : {Direction::kSendReceive, Direction::kSendOnly, Direction::kReceiveOnly,
                                    Direction::kInactive, Direction::kSendReceive}) {
    StreamOrder changed = order("a", 4000, 'x', 'y');
    changed.direction = direction;
    ASSERT_TRUE(manager.configure(changed, kNow).ok());
    EXPECT_EQ(port.last_setup(0).direction, direction);
    EXPECT_EQ(report(0).direction, direction);
  }
  EXPECT_FALSE(port.last_setup(0).replace_sender) << "the SRTP contexts go on";
  EXPECT_FALSE(port.last_setup(0).replace_receiver);
  EXPECT_TRUE(port.closed.empty());
}

TEST_F(F89_StreamMachine, ASignalingThatTakesTheFocusForTwoStreamsGetsOne) {
  ASSERT_TRUE(manager.open("a", "192.0.2.1").ok());
  ASSERT_TRUE(manager.open("b", "192.0.2.1").ok());
  StreamOrder a = order("a", 4000, 'x', 'y'), b = order("b", 5000, 'v', 'w');
  a.focus = b.focus = FocusWish::kTake;
  ASSERT_TRUE(manager.configure(a, kNow).ok());
  (void)events();
  ASSERT_TRUE(manager.configure(b, kNow).ok());
  EXPECT_EQ(events(), (Events{"a lost it to b", "b has it", "b: opened -> active (ordered by signaling)"}));
  EXPECT_EQ(report(0).focus, FocusState::kLost);
  EXPECT_EQ(report(1).focus, FocusState::kHolds);
  EXPECT_EQ(port.last_setup(1).focus, FocusState::kHolds);
  ASSERT_TRUE(manager.configure(a, kNow).ok());
  EXPECT_EQ(events(), (Events{"b lost it to a", "a has it"}));
  EXPECT_EQ(report(1).focus, FocusState::kLost);
  StreamOrder released = a;
  released.focus = FocusWish::kRelease;
  ASSERT_TRUE(manager.configure(released, kNow).ok());
  EXPECT_EQ(events(), Events{"a gave it up"});
  EXPECT_EQ(port.last_setup(0).focus, FocusState::kReleased);
  for (const RecoveredStream& one : manager.recover())
    EXPECT_EQ(one.order.focus, FocusWish::kKeep) << "a signaling that repeats its orders takes nothing by that";
}

TEST_F(F89_StreamMachine, AnOrderThatIsRefusedOrDoesNotReachTheTickMovesNothing) {
  ASSERT_TRUE(manager.open("a", "192.0.2.1").ok());
  ASSERT_TRUE(manager.open("b", "192.0.2.1").ok());
  ASSERT_TRUE(manager.configure(order("a", 4000, 'x', 'y'), kNow).ok());
  (void)events();
  StreamOrder wrong = order("b", 5000, 'v', 'w');
  wrong.focus = FocusWish::kTake;
  wrong.codec = "G729";
  EXPECT_EQ(manager.configure(wrong, kNow).message(), "codec: unknown name or clock rate");
  port.overload = absl::UnavailableError("media processing is overloaded");
  wrong.codec = "PCMU";
  EXPECT_EQ(manager.configure(wrong, kNow), port.overload);
  EXPECT_EQ(manager.close("a", kNow).status(), port.overload);
  EXPECT_EQ(events(), Events{});
  EXPECT_EQ(report(0).focus, FocusState::kHolds);
  EXPECT_EQ(report(1).focus, FocusState::kNew);
}

// Music on hold: the server sends from another address, with another key and suite, and may move back.
TEST_F(F89_StreamMachine, TheFarEndOfAStreamMovesInPlace) {
  ASSERT_TRUE(manager.open("a", "192.0.2.1").ok());
  ASSERT_TRUE(manager.configure(order("a", 4000, 'x', 'y'), kNow).ok());
  port.counted[0].index_received = 70;
  port.counted[0].ssrc_sent = 900;
  StreamOrder music = order("a", 6000, 'p', 'q');
  music.remote_address = "192.0.2.44";
  music.codec = "PCMA";
  music.direction = Direction::kReceiveOnly;
  music.transmit = {.suite = "AES_CM_128_HMAC_SHA1_32", .key_salt = crypto::Secret(std::string(30, 'p')), .tag = 2};
  music.receive = {.suite = "AES_CM_128_HMAC_SHA1_80", .key_salt = crypto::Secret(std::string(30, 'q')), .tag = 3};
  ASSERT_TRUE(manager.configure(music, kNow).ok());
  const StreamSetup& setup = port.last_setup(0);
  EXPECT_TRUE(setup.replace_codec && setup.replace_sender && setup.replace_receiver);
  EXPECT_TRUE(setup.remote == *parse_endpoint("192.0.2.44", 6000));
  EXPECT_EQ(setup.ssrc, 901U);
  EXPECT_EQ(setup.focus, FocusState::kHolds);
  EXPECT_EQ(report(0).receive_suite, "AES_CM_128_HMAC_SHA1_80");
  EXPECT_EQ(manager.configure(order("a", 4000, 'p', 'q'), kNow).code(), absl::StatusCode::kOk)
      << "another suite is another key";
  EXPECT_TRUE(port.closed.empty());
}

TEST_F(StreamMachine, TheKeyBeforeIsForgottenThreeSecondsAfterItWasReplaced) {
  ASSERT_TRUE(manager.open("a", "192.0.2.1").ok());
  ASSERT_TRUE(manager.configure(order("a", 4000, 'x', 'y'), kNow).ok());
  ASSERT_TRUE(manager.configure(order("a", 4000, 'x', 'z'), kNow).ok());
  manager.tidy(kNow + 2'999'999);
  EXPECT_TRUE(port.forgotten.empty());
  port.overload = absl::UnavailableError("media processing is overloaded");
  manager.tidy(kNow + 3'000'000);
  port.overload = absl::OkStatus();
  manager.tidy(kNow + 3'000'001);
  EXPECT_EQ(port.forgotten, std::vector<size_t>{0}) << "tried again after an overload";
  manager.tidy(kNow + 9'000'000);
  EXPECT_EQ(port.forgotten.size(), 1U);
}

TEST_F(F81_StreamMachine, AfterARestartTheRecordsSayWhichStreamHasTheFocus) {
  LiveState lost, holds;
  lost.focus = FocusState::kLost;
  lost.transmit.ssrc = 70;
  holds.focus = FocusState::kHolds;
  port.inherited[0] = {.name = "a", .local = *parse_endpoint("192.0.2.1", 20000), .inherited = lost};
  port.inherited[2] = {.name = "b", .local = *parse_endpoint("192.0.2.1", 20002), .inherited = holds};
  ASSERT_TRUE(manager.adopt({.slot = 0}).ok());
  ASSERT_TRUE(manager.adopt({.slot = 2}).ok());
  EXPECT_EQ(events(), (Events{"a: opened -> awaiting keys (media has restarted)",
                              "b: opened -> awaiting keys (media has restarted)", "b has it"}));
  EXPECT_TRUE(report(0).awaiting_keys);
  // Signaling repeats its orders, the stream in the background last.
  ASSERT_TRUE(manager.configure(order("b", 5000, 'v', 'w'), kNow).ok());
  ASSERT_TRUE(manager.configure(order("a", 4000, 'x', 'y'), kNow).ok());
  EXPECT_EQ(events(), (Events{"b: awaiting keys -> active (ordered by signaling)",
                              "a: awaiting keys -> active (ordered by signaling)"}));
  EXPECT_EQ(port.last_setup(0).focus, FocusState::kLost);
  EXPECT_EQ(port.last_setup(2).focus, FocusState::kHolds);
  EXPECT_EQ(port.last_setup(0).ssrc, 71U);
}

TEST_F(F81_StreamMachine, ASecondRecordOfOneNameIsClosed) {
  port.inherited[0] =
      port.inherited[1] = {.name = "a", .local = *parse_endpoint("192.0.2.1", 20000), .inherited = LiveState{}};
  ASSERT_TRUE(manager.adopt({.slot = 0}).ok());
  EXPECT_EQ(manager.adopt({.slot = 1}).code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(port.closed, std::vector<size_t>{1});
  EXPECT_EQ(manager.report(kNow).streams.size(), 1U);
}

TEST_F(StreamMachine, AChangeOfEncryptionIsToldOnce) {
  ASSERT_TRUE(manager.open("a", "192.0.2.1").ok());
  ASSERT_TRUE(manager.configure(order("a", 4000, 'x', 'y'), kNow).ok());
  (void)events();
  port.counted[0].sending_encrypted = true;
  EXPECT_EQ(events(), Events{"a sends SRTP, receives unencrypted"});
  EXPECT_EQ(events(), Events{});
}

using F93_StreamMachine = StreamMachine;

TEST_F(F93_StreamMachine, AStreamThatWasMutedBeforeARestartMutesAllBeforeAnyOrder) {
  for (size_t slot = 0; slot < 2; ++slot) {
    port.inherited[slot] = {.name = slot == 0 ? "a" : "b", .local = {}, .inherited = {}, .muted = slot == 0};
    ASSERT_TRUE(manager.adopt({.slot = slot}).ok());
  }
  EXPECT_TRUE(port.muted);
  EXPECT_TRUE(manager.report(kNow).muted);
  EXPECT_TRUE(port.setups[0].empty()) << "no order yet";
}

TEST_F(F93_StreamMachine, MuteEndsWithTheLastStreamOnly) {
  EXPECT_EQ(manager.set_muted(true), absl::FailedPreconditionError("there is no call to mute"));
  ASSERT_TRUE(manager.open("a", "192.0.2.1").ok() && manager.open("b", "192.0.2.1").ok());
  ASSERT_TRUE(manager.set_muted(true).ok());
  ASSERT_TRUE(manager.close("a", kNow).ok());
  EXPECT_TRUE(port.muted);
  ASSERT_TRUE(manager.close("b", kNow).ok());
  EXPECT_FALSE(port.muted);
}

TEST_F(F93_StreamMachine, TonesAreThoseOfTheCountryAndSettingsAreKeptWhenTheyChange) {
  manager.follow({.network_locale = "Germany"});
  ASSERT_TRUE(manager.play_tone(Tone::kDial, "").ok());
  EXPECT_EQ(port.tones.back().hertz[0], 425);
  (void)events();
  ASSERT_TRUE(manager.set_volume(SoundDevice::kSpeaker, 9).ok());
  ASSERT_TRUE(manager.set_volume(SoundDevice::kSpeaker, 9).ok());
  EXPECT_EQ(events(), std::vector<std::string>{"keep 7 7 9 7 2"});
}

}  // namespace
}  // namespace phone::media
