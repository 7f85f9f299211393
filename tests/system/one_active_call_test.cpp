// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Proves F89 with two baresips: whoever does not have the user's call hears no sound of the user, and the user hears
// only the other. What each baresip heard is read from its own recording, and again after kill -9 of signaling and of
// media.
#include <algorithm>
#include <cstdio>

#include "absl/strings/str_cat.h"
#include "tests/system/scene.hpp"

namespace phone::system {
namespace {

constexpr char kSecond[] = "1003";
constexpr char kSecondAddress[] = "10.77.0.3";
constexpr int kOurHertz = 440, kFirstHertz = 1000, kSecondHertz = 1500;

class F89_OneActiveCall_Peer : public Scene {
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
  // Whether this far end hears the user, or does not: for as long as the recording's last second needs to fill.
  bool hears_us(rig::FarEnd& far_end, bool wanted) {
    return rig::poll_until(
        kPatience,
        [&] {
          const auto recording = far_end.recording();
          return recording.ok() && ends_with_tone(*recording, kOurHertz) == wanted;
        },
        absl::Milliseconds(300));
  }
  void only_hears(rig::FarEnd& one, rig::FarEnd& other) {
    EXPECT_TRUE(hears_us(one, true)) << status()["signaling"].dump(1) << status()["media"].dump(1);
    EXPECT_TRUE(hears_us(other, false)) << status()["signaling"].dump(1) << status()["media"].dump(1);
  }
  // From power-on to an established call with 1002 and a ringing one from 1003.
  void second_call_rings() {
    serve({"--far-end", kSecond});
    const auto second_tones = rig::Lab::make_tones(*stage_, kOurHertz, kSecondHertz, absl::Minutes(4));
    ASSERT_TRUE(second_tones.ok()) << second_tones.status();
    const std::string tone = absl::StrCat(second_tones->far, ".second.wav");
    ASSERT_EQ(std::rename(second_tones->far.c_str(), tone.c_str()), 0);
    rig::FarEndOptions options = lab_->far_end(*stage_, kSecond, tone);
    options.address = kSecondAddress;
    auto first = ring_up(absl::Minutes(4));
    ASSERT_TRUE(first.ok()) << first.status();
    first_.emplace(*std::move(first));
    auto second = rig::FarEnd::start(*stage_, *phone_, options);
    ASSERT_TRUE(second.ok()) << second.status();
    second_.emplace(*std::move(second));
    ASSERT_TRUE(hears_us(*first_, true));
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

TEST_F(F89_OneActiveCall_Peer, ASecondCallNeverLeavesTheFirstListening) {
  second_call_rings();
  if (HasFatalFailure()) return;
  EXPECT_TRUE(has_user("1002"));
  EXPECT_FALSE(has_user(kSecond));

  ASSERT_EQ(phone_->phonectl_text({"answer"}).exit_code, 0);
  EXPECT_TRUE(hold_is("1002", "HOLD_STATE_HELD")) << status().dump(1);
  EXPECT_TRUE(has_user(kSecond));
  EXPECT_FALSE(has_user("1002"));
  only_hears(*second_, *first_);

  ASSERT_EQ(phone_->phonectl_text({"resume"}).exit_code, 0);
  EXPECT_TRUE(hold_is("1002", "HOLD_STATE_NONE")) << status().dump(1);
  EXPECT_TRUE(hold_is(kSecond, "HOLD_STATE_HELD")) << status().dump(1);
  only_hears(*first_, *second_);

  for (const char* victim : {"signaling", "media"}) {
    SCOPED_TRACE(victim);
    ASSERT_TRUE(phone_->kill(victim, "KILL").ok());
    ASSERT_TRUE(rig::poll_until(kPatience, [&] { return calls().size() == 2 && has_user("1002"); }))
        << status().dump(1);
    EXPECT_FALSE(has_user(kSecond));
    EXPECT_EQ(call_with(kSecond).value("hold", ""), "HOLD_STATE_HELD");
    only_hears(*first_, *second_);
  }

  ASSERT_EQ(phone_->phonectl_text({"hold"}).exit_code, 0);
  EXPECT_TRUE(hears_us(*first_, false));
  EXPECT_TRUE(hears_us(*second_, false));
}

}  // namespace
}  // namespace phone::system
