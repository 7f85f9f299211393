// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Nobody listens in silence: the call manager's recorder gets a copy of a call when policy allows it, encrypted where
// the call is, and the phone shows and says it while it runs. What the recorder has is decoded there by the RFCs.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/system/scene/scene.hpp"

namespace phone::system {
namespace {

using nlohmann::json;

class F101_NoSilentListener_Lab : public Scene {
 protected:
  void set_sound() {
    ASSERT_TRUE(stage_
                    ->set_options("media", absl::StrCat("--device file --capture /etc/phone/capture.wav --playback ",
                                                        "/var/lib/phone/media/heard.wav"))
                    .ok());
  }
  json event(const std::string& name, const std::string& sound) {
    auto found = lab_->wait_for(
        [&](const json& one) { return one.value("event", "") == name && one.value("sound", "") == sound; },
        absl::Seconds(30));
    EXPECT_TRUE(found.ok()) << name << " " << sound << ": " << found.status();
    return found.ok() ? *found : json::object();
  }
  static json forks(const json& now) {
    const json calls = now.value("signaling", json::object()).value("call", json::array());
    return calls.empty() ? json::array() : calls[0].value("fork", json::array());
  }
};

TEST_F(F101_NoSilentListener_Lab, ARecordingThatPolicyAllowsIsShownSaidAndEncrypted) {
  set_sound();
  serve({"--record", "encrypted", "--set", "vendorConfig/callForks=1"});
  const auto far = ring_up();
  ASSERT_TRUE(far.ok()) << far.status();
  // Prepared first: nothing leaves, nothing is shown.
  EXPECT_EQ(event("recording-prepared", "near").value("direction", ""), "inactive");
  for (const char* sound : {"near", "far"}) {
    const json running = event("recording", sound);
    EXPECT_TRUE(running.value("encrypted", false)) << running.dump();
    EXPECT_EQ(running.value("direction", ""), "sendonly");
  }
  EXPECT_TRUE(status_becomes([](const json& now) { return forks(now).size() == 2; }, absl::Seconds(5)))
      << status().dump(1);
  for (const json& fork : forks(status())) EXPECT_TRUE(fork.value("encrypted", false)) << fork.dump();
  const std::string shown = phone_->phonectl_text({"status"}).output;
  EXPECT_TRUE(absl::StrContains(shown, "the call manager gets a copy of what you say, encrypted")) << shown;
  EXPECT_TRUE(absl::StrContains(shown, "the call manager gets a copy of what you hear, encrypted")) << shown;
  json tones = json::array();
  for (const json& stream : status()["media"].value("stream", json::array())) {
    for (const json& tone : stream.value("tonePlayed", json::array())) tones.push_back(tone);
  }
  EXPECT_NE(std::find(tones.begin(), tones.end(), "recording"), tones.end()) << tones.dump();

  // What the recorder has: our voice is 440 Hz, the far end's 1000 Hz.
  const json near = event("recorded", "near"), heard = event("recorded", "far");
  for (const json& one : {near, heard}) {
    EXPECT_GT(one.value("authentic", 0), 100) << one.dump();
    EXPECT_EQ(one.value("authentic", 0), one.value("packets", 0)) << one.dump();
  }
  EXPECT_GT(near.value("share440", 0.0), 0.8) << near.dump();
  EXPECT_LT(near.value("share1000", 1.0), 0.1) << near.dump();
  EXPECT_GT(heard.value("share1000", 0.0), 0.8) << heard.dump();
  EXPECT_LT(heard.value("share440", 1.0), 0.1) << heard.dump();
  EXPECT_TRUE(status_becomes([](const json& now) { return forks(now).empty() && has_call(now); }, absl::Seconds(10)))
      << status().dump(1);
  EXPECT_EQ(phone_->phonectl_text({"hangup"}).exit_code, 0);
}

TEST_F(F101_NoSilentListener_Lab, WithoutThePolicyItIsRefusedAndSaid) {
  serve({"--record", "encrypted"});
  const auto far = ring_up();
  ASSERT_TRUE(far.ok()) << far.status();
  for (const char* sound : {"near", "far"}) {
    const json refused = event("recording-refused", sound);
    EXPECT_EQ(refused.value("status", 0), 603);
    EXPECT_EQ(refused.value("warning", ""), "399 phone \"policy does not allow recording or monitoring\"");
  }
  EXPECT_TRUE(forks(status()).empty());
  EXPECT_TRUE(has_call(status()));
  EXPECT_EQ(phone_->phonectl_text({"hangup"}).exit_code, 0);
}

TEST_F(F101_NoSilentListener_Lab, AnEncryptedCallIsNotRecordedInClearWhateverPolicySays) {
  serve({"--record", "clear", "--set", "vendorConfig/callForks=1"});
  const auto far = ring_up();
  ASSERT_TRUE(far.ok()) << far.status();
  for (const char* sound : {"near", "far"}) {
    const json refused = event("recording-refused", sound);
    EXPECT_EQ(refused.value("status", 0), 488) << refused.dump();
    EXPECT_TRUE(absl::StrContains(refused.value("warning", ""), "SRTP")) << refused.dump();
  }
  EXPECT_TRUE(forks(status()).empty());
  EXPECT_EQ(phone_->phonectl_text({"hangup"}).exit_code, 0);
}

// The recorder's dialog is its own: the call goes on when media dies, and the copy ends and is said to have ended.
TEST_F(F101_NoSilentListener_Lab, ACopyDoesNotOutliveTheProcessThatMadeIt) {
  serve({"--record", "encrypted", "--set", "vendorConfig/callForks=1"});
  const auto far = ring_up();
  ASSERT_TRUE(far.ok()) << far.status();
  (void)event("recording", "near");
  ASSERT_TRUE(phone_->kill("media", "SIGKILL").ok());
  EXPECT_EQ(event("recorded", "near").value("by", ""), "phone");
  EXPECT_TRUE(status_becomes([](const json& now) { return forks(now).empty() && has_call(now); }, absl::Seconds(10)))
      << status().dump(1);
  EXPECT_EQ(phone_->phonectl_text({"hangup"}).exit_code, 0);
}

}  // namespace
}  // namespace phone::system
