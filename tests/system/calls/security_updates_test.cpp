// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Scenario 6 of cucm-calls.md L on a whole phone: the level that UPDATEs tell, while a call rings and once it is
// answered, is the one that icon and tone follow.
#include "tests/system/scene/hosted_scene.hpp"
#include "tests/system/scene/wire.hpp"

namespace phone::system {
namespace {

class F20_F50_SecurityUpdates_Lab : public HostedScene {
 protected:
  bool far_end_is(const std::string& state, const std::string& told) {
    return calls_become([&](const std::vector<json>& all) {
      return all.size() == 1 && all[0].value("state", "") == state &&
             all[0].value("security", json::object()).value("farEnd", "") == told;
    });
  }
  bool shown_is(const std::string& shown, const std::string& symbol) {
    return calls_become([&](const std::vector<json>& all) {
      return all.size() == 1 && level(all[0]) == shown && icon(all[0]) == symbol;
    });
  }
  // The last indication tone that was played becomes this one.
  bool last_tone_is(const std::string& wanted) {
    return rig::poll_until(kPatience, [&] {
      std::string last;
      const json media = status().value("media", json::object());
      for (const json& stream : media.value("stream", json::array())) {
        for (const json& tone : stream.value("tonePlayed", json::array())) {
          if (tone == "secure" || tone == "nonsecure") last = tone;
        }
      }
      return last == wanted;
    });
  }
};

TEST_F(F20_F50_SecurityUpdates_Lab, Scenario06_UpdatesOfTheLevel) {
  begin({"--wire", "--parties-ring"});
  works("call 6001");
  EXPECT_TRUE(crossed(*lab_, {{"lab", "180 INVITE", {"security= Encrypted"}}}));
  order("bridge security=NotAuthenticated");
  EXPECT_TRUE(crossed(*lab_, {{"lab", "UPDATE", {"security= NotAuthenticated"}}, {"phone", "200 UPDATE", {}}}));
  EXPECT_TRUE(shown_is("", "ICON_NONE")) << "nothing is said of a call that nobody has answered";
  // The answer says no level: the one of the UPDATE stands.
  order("bridge answer");
  EXPECT_TRUE(far_end_is("CALL_STATE_ESTABLISHED", "SECURITY_LEVEL_NOT_AUTHENTICATED")) << status().dump(1);
  EXPECT_TRUE(shown_is("SECURITY_LEVEL_NOT_AUTHENTICATED", "ICON_NONE")) << status().dump(1);
  EXPECT_TRUE(last_tone_is("nonsecure")) << status().dump(1);
  order("bridge security=Encrypted");
  EXPECT_TRUE(shown_is("SECURITY_LEVEL_ENCRYPTED", "ICON_LOCK")) << status().dump(1);
  EXPECT_TRUE(last_tone_is("secure")) << status().dump(1);
  order("bridge security=Authenticated");
  EXPECT_TRUE(shown_is("SECURITY_LEVEL_AUTHENTICATED", "ICON_SHIELD")) << status().dump(1);
  order("bridge security=NotAuthenticated");
  EXPECT_TRUE(shown_is("SECURITY_LEVEL_NOT_AUTHENTICATED", "ICON_NONE")) << status().dump(1);
  EXPECT_TRUE(last_tone_is("nonsecure")) << status().dump(1);
  EXPECT_TRUE(crossed(*lab_, {{"lab", "180 INVITE", {"security= Encrypted"}},
                              {"lab", "UPDATE", {"security= NotAuthenticated"}},
                              {"phone", "200 UPDATE", {}},
                              {"lab", "200 INVITE", {}},
                              {"lab", "UPDATE", {"security= Encrypted"}},
                              {"phone", "200 UPDATE", {}},
                              {"lab", "UPDATE", {"security= NotAuthenticated"}},
                              {"phone", "200 UPDATE", {}}}));
}

class F94_ParkOverARestart_Lab : public HostedScene {};

// What the call manager has told of a parked call, and its reminders, outlive signaling.
TEST_F(F94_ParkOverARestart_Lab, RemindersReachTheNextProcess) {
  begin({"--unprotected", "--wire"});
  talks_to("6001");
  works("park");
  EXPECT_TRUE(shows("parked at 71: parked"));
  order("bridge parked=reminder");
  EXPECT_TRUE(shows("parked at 71: reminder"));
  const size_t death = events();
  ASSERT_TRUE(phone_->kill("signaling", "KILL").ok());
  ASSERT_TRUE(becomes_registered(absl::Seconds(30)));
  EXPECT_TRUE(shows("parked at 71: reminder")) << signaling().dump(1);
  EXPECT_EQ(times_crossed(*lab_, {"lab", "NOTIFY", {"Event: refer"}}, death), 0U) << "nobody has told it again";
  order("bridge parked=forwarded");
  EXPECT_TRUE(shows("parked at 71: forwarded")) << signaling().dump(1);
  order("bridge parked=retrieved");
  EXPECT_TRUE(rig::poll_until(kPatience, [&] { return !signaling().contains("parkedCall"); })) << signaling().dump(1);
}

}  // namespace
}  // namespace phone::system
