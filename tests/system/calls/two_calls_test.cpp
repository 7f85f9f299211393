// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Proves F89 and F90 with two baresips. The far end of a call on hold hears nothing of the user, and the user hears
// only the other one, also after kill -9 of signaling and of media. A transfer joins the two far ends; a failed one
// brings the first call back. What was heard is read from the recordings.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "tests/system/scene/scene.hpp"
#include "tests/system/scene/wire.hpp"

namespace phone::system {
namespace {

constexpr char kSecond[] = "1003";
constexpr char kSecondAddress[] = "10.77.0.3";
constexpr int kOurHertz = 440, kFirstHertz = 1000, kSecondHertz = 1500;

class TwoCalls : public Scene {
 protected:
  static constexpr absl::Duration kPatience = absl::Seconds(20);

  std::vector<nlohmann::json> calls() {
    std::vector<nlohmann::json> live;
    const auto now = status();
    const auto signaling = now.value("signaling", nlohmann::json::object());
    for (const auto& call : signaling.value("call", nlohmann::json::array())) {
      if (call.value("state", "") != "CALL_STATE_ENDED") live.push_back(call);
    }
    return live;
  }
  nlohmann::json call_with(const std::string& number) {
    for (const auto& call : calls()) {
      if (call.value("remoteNumber", "") == number) return call;
    }
    return nlohmann::json::object();
  }
  bool has_user(const std::string& number) { return call_with(number).value("hasUser", false); }
  bool hold_is(const std::string& number, const std::string& state) {
    return rig::poll_until(kPatience, [&] { return call_with(number).value("hold", "") == state; });
  }
  bool ends_with_tone(const std::string& recording, int hertz) {
    auto outcome = rig::run({.argv = {(stage_->bin() / "phone-lab").string(), "audio-check", recording, "--hz",
                                      absl::StrCat(hertz), "--minimum-purity", "0.2"}});
    return outcome.ok() && outcome->exit_code == 0;
  }
  // What media does with the microphone and the speaker. Baresip's recording ends with its first re-INVITE; that the
  // others are sent silence is shown on the engine (tests/unit/media).
  bool focus_is(const std::string& number, const std::string& state, absl::Duration patience = kPatience) {
    return rig::poll_until(patience, [&] {
      const auto now = status();
      const std::string stream = call_with(number).value("stream", "");
      for (const auto& one : now.value("media", nlohmann::json::object()).value("stream", nlohmann::json::array())) {
        if (one.value("stream", "") == stream) return one.value("audioFocus", "") == state;
      }
      return false;
    });
  }
  bool heard_here(int hertz, bool wanted) {
    return rig::poll_until(
        kPatience, [&] { return ends_with_tone((stage_->state("media") / "playback.wav").string(), hertz) == wanted; },
        absl::Milliseconds(300));
  }
  void user_is_with(const std::string& one, int hertz, const std::string& other, int other_hertz) {
    EXPECT_TRUE(has_user(one));
    EXPECT_FALSE(has_user(other));
    EXPECT_TRUE(focus_is(one, "AUDIO_FOCUS_STATE_HOLDS")) << status()["media"].dump(1);
    EXPECT_FALSE(focus_is(other, "AUDIO_FOCUS_STATE_HOLDS", absl::ZeroDuration())) << status()["media"].dump(1);
    EXPECT_TRUE(heard_here(hertz, true)) << hertz;
    EXPECT_TRUE(heard_here(other_hertz, false)) << other_hertz;
  }
  bool far_end_hears(rig::FarEnd& far_end, int hertz) {
    return rig::poll_until(
        kPatience,
        [&] {
          const auto recording = far_end.recording();
          return recording.ok() && ends_with_tone(*recording, hertz);
        },
        absl::Milliseconds(300));
  }
  // The call manager was asked so, and has done it.
  bool the_lab_says(const std::string& kind) {
    const auto event = [&](const std::string& name, const auto& question) {
      return lab_
          ->wait_for([&](const nlohmann::json& one) { return one.value("event", "") == name && question(one); },
                     kPatience)
          .ok();
    };
    return event("refer", [&](const nlohmann::json& one) { return one.value("kind", "") == kind; }) &&
           event("transferred", [](const nlohmann::json&) { return true; }) &&
           event("refer-done", [](const nlohmann::json& one) { return one.value("status", 0) == 200; });
  }
  std::string id_of(const std::string& number) { return call_with(number).value("call", ""); }
  // From power-on to an established call with 1002; 1003 is there.
  void two_far_ends(std::vector<std::string> arguments = {}) {
    arguments.insert(arguments.begin(), {"--far-end", kSecond});
    arguments.emplace_back("--wire");
    serve(arguments);
    ASSERT_TRUE(stage_
                    ->set_options("media", absl::StrCat("--device file --capture /etc/phone/capture.wav --playback ",
                                                        "/var/lib/phone/media/playback.wav"))
                    .ok());
    const auto tone = rig::Lab::make_far_tone(*stage_, kSecondHertz, absl::Minutes(4), "second-tone.wav");
    ASSERT_TRUE(tone.ok()) << tone.status();
    rig::FarEndOptions options = lab_->far_end(*stage_, kSecond, *tone);
    options.address = kSecondAddress;
    auto first = ring_up(absl::Minutes(4));
    ASSERT_TRUE(first.ok()) << first.status();
    first_.emplace(*std::move(first));
    auto second = rig::FarEnd::start(*stage_, *phone_, options);
    ASSERT_TRUE(second.ok()) << second.status();
    second_.emplace(*std::move(second));
    ASSERT_TRUE(far_end_hears(*first_, kOurHertz));
  }
  void second_call_rings() {
    two_far_ends();
    if (HasFatalFailure()) return;
    ASSERT_TRUE(rig::poll_until(
        absl::Seconds(30),
        [&] {
          if (!call_with(kSecond).empty()) return true;
          (void)second_->command("dial", kOurNumber);
          return false;
        },
        absl::Milliseconds(500)));
    ASSERT_TRUE(rig::poll_until(kPatience, [&] {
      return call_with(kSecond).value("state", "") == "CALL_STATE_RINGING_IN";
    })) << status().dump(1);
  }

  static constexpr char kOurNumber[] = "1001";
  std::optional<rig::FarEnd> first_, second_;
};

class F89_OneActiveCall_Peer : public TwoCalls {};
class F90_Transfer_Peer : public TwoCalls {};

// Scenario 7 of cucm-calls.md L: a second call never leaves the first listening. Holds by the far end are in
// lab_calls_test, orders of the call manager in call_manager_orders_test.
TEST_F(F89_OneActiveCall_Peer, Scenario07_HoldSwap) {
  second_call_rings();
  if (HasFatalFailure()) return;
  EXPECT_TRUE(has_user("1002"));
  EXPECT_FALSE(has_user(kSecond));

  ASSERT_EQ(phone_->phonectl_text({"answer"}).exit_code, 0);
  EXPECT_TRUE(hold_is("1002", "HOLD_STATE_HELD")) << status().dump(1);
  EXPECT_TRUE(far_end_hears(*second_, kOurHertz));
  user_is_with(kSecond, kSecondHertz, "1002", kFirstHertz);

  ASSERT_EQ(phone_->phonectl_text({"resume"}).exit_code, 0);
  EXPECT_TRUE(hold_is("1002", "HOLD_STATE_NONE")) << status().dump(1);
  EXPECT_TRUE(hold_is(kSecond, "HOLD_STATE_HELD")) << status().dump(1);
  user_is_with("1002", kFirstHertz, kSecond, kSecondHertz);
  EXPECT_TRUE(crossed(*lab_, {{"phone", "INVITE", {"a=sendonly"}},
                              {"lab", "200 INVITE", {}},
                              {"phone", "INVITE", {"a=sendonly"}},
                              {"lab", "200 INVITE", {}}}));
  EXPECT_TRUE(crossed(*lab_, {{"phone", "INVITE", {"a=sendonly"}}, {"phone", "INVITE", {"a=sendrecv", "To: "}}}));

  for (const char* victim : {"signaling", "media"}) {
    SCOPED_TRACE(victim);
    ASSERT_TRUE(phone_->kill(victim, "KILL").ok());
    ASSERT_TRUE(rig::poll_until(kPatience, [&] { return calls().size() == 2 && has_user("1002"); }))
        << status().dump(1);
    EXPECT_FALSE(has_user(kSecond));
    EXPECT_EQ(call_with(kSecond).value("hold", ""), "HOLD_STATE_HELD");
    user_is_with("1002", kFirstHertz, kSecond, kSecondHertz);
  }

  ASSERT_EQ(phone_->phonectl_text({"audio", "speaker"}).exit_code, 0);
  EXPECT_TRUE(
      rig::poll_until(kPatience, [&] { return status()["media"].value("transducer", "") == "TRANSDUCER_SPEAKER"; }));
  ASSERT_EQ(phone_->phonectl_text({"hold"}).exit_code, 0);
  EXPECT_TRUE(focus_is("1002", "AUDIO_FOCUS_STATE_RELEASED"));
  EXPECT_TRUE(focus_is(kSecond, "AUDIO_FOCUS_STATE_RELEASED"));
  EXPECT_TRUE(heard_here(kFirstHertz, false));
  EXPECT_TRUE(heard_here(kSecondHertz, false));
}

// Scenario 9 of cucm-calls.md L, without the directed park.
TEST_F(F90_Transfer_Peer, Scenario09_BlindAndDirectedPark) {
  two_far_ends();
  if (HasFatalFailure()) return;
  ASSERT_TRUE(rig::poll_until(absl::Seconds(30), [&] {
    return phone_->phonectl_text({"transfer", kSecond}).exit_code == 0;
  }));
  EXPECT_TRUE(rig::poll_until(kPatience, [&] { return calls().empty(); })) << status().dump(1);
  EXPECT_EQ(status()["signaling"]["call"].back().value("endedBy", ""), absl::StrCat("transferred to ", kSecond));
  // Baresip keeps the key of its first INVITE, so the one that was called before cannot open what the new one sends.
  EXPECT_TRUE(far_end_hears(*second_, kFirstHertz));
  EXPECT_TRUE(the_lab_says("blind"));
  EXPECT_TRUE(crossed(*lab_, {{"phone", "INVITE", {"a=sendonly"}},
                              {"phone", "REFER", {"Refer-To: ", "Session-ID: "}},
                              {"lab", "202 REFER", {}},
                              {"lab", "NOTIFY", {"Event: refer", "SIP/2.0 200"}},
                              {"phone", "200 NOTIFY", {}},
                              {"phone", "BYE", {}}}));
}

// Scenario 8 of cucm-calls.md L; its failure is below.
TEST_F(F90_Transfer_Peer, Scenario08_AttendedTransfer) {
  two_far_ends();
  if (HasFatalFailure()) return;
  ASSERT_TRUE(rig::poll_until(
      absl::Seconds(30),
      [&] {
        if (!id_of(kSecond).empty()) return true;
        (void)phone_->phonectl_text({"call", kSecond});
        return false;
      },
      absl::Milliseconds(500)));
  ASSERT_TRUE(rig::poll_until(kPatience, [&] {
    return call_with(kSecond).value("state", "") == "CALL_STATE_ESTABLISHED";
  })) << status().dump(1);
  user_is_with(kSecond, kSecondHertz, "1002", kFirstHertz);
  ASSERT_EQ(phone_->phonectl_text({"transfer", "--call", id_of("1002"), "--to", id_of(kSecond)}).exit_code, 0);
  EXPECT_TRUE(rig::poll_until(kPatience, [&] { return calls().empty(); })) << status().dump(1);
  EXPECT_TRUE(the_lab_says("attended"));
  EXPECT_TRUE(crossed(*lab_, {{"phone", "INVITE", {"a=sendonly"}},
                              {"phone", "REFER", {"Refer-To: ", "Replaces="}},
                              {"lab", "202 REFER", {}},
                              {"lab", "NOTIFY", {"Event: refer", "SIP/2.0 200"}},
                              {"phone", "BYE", {}}}));
}

TEST_F(F90_Transfer_Peer, AFailureBringsTheFirstCallBack) {
  two_far_ends({"--refer-status", "486"});
  if (HasFatalFailure()) return;
  ASSERT_EQ(phone_->phonectl_text({"transfer", kSecond}).exit_code, 0);
  EXPECT_TRUE(rig::poll_until(kPatience, [&] {
    return call_with("1002").value("transferFailure", "") == "the transfer failed: the target refused: 486 Busy Here";
  })) << status().dump(1);
  EXPECT_TRUE(hold_is("1002", "HOLD_STATE_NONE")) << status().dump(1);
  EXPECT_TRUE(has_user("1002"));
  EXPECT_TRUE(focus_is("1002", "AUDIO_FOCUS_STATE_HOLDS"));
  EXPECT_TRUE(heard_here(kFirstHertz, true));
}

}  // namespace
}  // namespace phone::system
