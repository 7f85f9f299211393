// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "tests/system/scene/scene.hpp"

namespace phone::system {

// A phone whose call manager answers calls itself, with a bridge of real RTP legs: parties 6001 and 6003 are
// encrypted, 6002 is not. The phone's voice is a tone of 440 Hz.
class HostedScene : public Scene {
 protected:
  using json = nlohmann::json;
  static constexpr absl::Duration kPatience = absl::Seconds(30);
  static constexpr int kVoice = 440;

  void begin(std::vector<std::string> arguments) {
    ASSERT_TRUE(rig::Lab::make_tones(*stage_, kVoice, 1000, absl::Minutes(1)).ok());
    ASSERT_TRUE(stage_
                    ->set_options("media", absl::StrCat("--device file --capture /etc/phone/capture.wav --playback ",
                                                        "/var/lib/phone/media/heard.wav"))
                    .ok());
    arguments.insert(arguments.end(), {"--capf-mode", "none", "--plain-configuration", "--party", "6001=encrypted",
                                       "--party", "6002=clear", "--party", "6003=encrypted"});
    serve(std::move(arguments));
    ASSERT_TRUE(phone_->power_on().ok());
    ASSERT_TRUE(becomes_registered(absl::Seconds(60))) << status().dump(1);
  }
  // What the user is told, whatever the outcome; `code` is the command's.
  std::string say(const std::string& words, int* code = nullptr) {
    const auto outcome = rig::run(
        {.argv = phone_->inside() +
                 std::vector<std::string>{"sh", "-c", absl::StrCat("/usr/lib/phone/phonectl ", words, " 2>&1")}},
        absl::Seconds(30));
    if (code != nullptr) *code = outcome.ok() ? outcome->exit_code : -1;
    return outcome.ok() ? outcome->output : std::string(outcome.status().message());
  }
  void works(const std::string& words) {
    int code = -1;
    const std::string said = say(words, &code);
    EXPECT_EQ(code, 0) << words << ": " << said;
  }
  std::string refused(const std::string& words) {
    int code = 0;
    const std::string said = say(words, &code);
    EXPECT_NE(code, 0) << words << ": " << said;
    return said;
  }
  json signaling() { return status().value("signaling", json::object()); }
  // Those that go on.
  std::vector<json> calls() {
    std::vector<json> live;
    const json state = signaling();
    for (const json& call : state.value("call", json::array())) {
      if (call.value("state", "") != "CALL_STATE_ENDED") live.push_back(call);
    }
    return live;
  }
  bool calls_become(const std::function<bool(const std::vector<json>&)>& question) {
    return rig::poll_until(kPatience, [&] { return question(calls()); });
  }
  static std::string level(const json& call) { return call.value("security", json::object()).value("level", ""); }
  static std::string icon(const json& call) {
    return call.value("security", json::object()).value("icon", "ICON_NONE");
  }
  // The current call is as secure as that; the others do not count.
  bool is(const std::string& wanted) {
    return calls_become([&](const std::vector<json>& all) {
      for (const json& call : all) {
        if (call.value("hasUser", false)) return level(call) == wanted;
      }
      return false;
    });
  }
  void talks_to(const std::string& number) {
    works(absl::StrCat("call ", number));
    EXPECT_TRUE(calls_become([&](const std::vector<json>& all) {
      for (const json& call : all) {
        if (call.value("remoteNumber", "") == number && call.value("state", "") == "CALL_STATE_ESTABLISHED")
          return true;
      }
      return false;
    })) << status().dump(1);
  }
  bool shows(const std::string& part) {
    return rig::poll_until(kPatience,
                           [&] { return absl::StrContains(phone_->phonectl_text({"status"}).output, part); });
  }
  size_t events() const { return lab_->events().size(); }
  json event(const std::string& name, size_t skip, const std::string& key = "", const std::string& value = "") {
    const auto found = lab_->wait_for(
        [&](const json& one) {
          if (one.value("event", "") != name) return false;
          if (key.empty()) return true;
          return one.contains(key) && (one[key].is_string() ? one[key].get<std::string>() : one[key].dump()) == value;
        },
        kPatience, skip);
    EXPECT_TRUE(found.ok()) << name << " " << key << "=" << value;
    return found.ok() ? *found : json::object();
  }
  void order(const std::string& line) { EXPECT_TRUE(rig::Lab::order(*stage_, line).ok()); }
  // What crossed the wires from now on, once there is enough of it.
  json wires() {
    order("bridge forget");
    json last;
    EXPECT_TRUE(rig::poll_until(
        kPatience,
        [&] {
          const size_t before = events();
          order("bridge report");
          last = event("bridge", before, "why", "bridge report");
          const json leg = last.value("leg", json::array());
          return !leg.empty() && leg[0].value("packets", 0) > 60;
        },
        absl::Milliseconds(300)))
        << last.dump();
    return last;
  }
  static json party(const json& wires, const std::string& number) {
    for (const json& one : wires.value("party", json::array())) {
      if (one.value("number", "") == number) return one;
    }
    return json::object();
  }
  // Unix seconds of the phone's first event of this kind after `since` whose text has `part`.
  double told_at(const std::string& kind, const std::string& part, double since) {
    double at = 1e18;
    rig::poll_until(kPatience, [&] {
      const std::string all = say("events --json --for 1");
      for (const std::string& line : std::vector<std::string>(absl::StrSplit(all, '\n'))) {
        const json one = json::parse(line, nullptr, false);
        if (!one.is_object() || one.value("kind", "") != kind || !absl::StrContains(one.value("text", ""), part))
          continue;
        absl::Time time;
        std::string error;
        if (!absl::ParseTime(absl::RFC3339_full, one.value("time", ""), &time, &error)) continue;
        const double seconds = absl::ToDoubleSeconds(time - absl::UnixEpoch());
        if (seconds >= since && seconds < at) at = seconds;
      }
      return at < 1e18;
    });
    return at;
  }
};

}  // namespace phone::system
