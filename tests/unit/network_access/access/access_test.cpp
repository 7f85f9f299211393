// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Who the phone is on one port, under virtual time: every event in every state, on a wire and in a WLAN. What a table
// does not list leaves the state as it is and does nothing.
#include "services/network_access/access/access.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace phone::network::access_test {
namespace {

using State = Access::State;
using enum Access::State;
using std::chrono::milliseconds;

// Writes down what the machine has done, in words.
class World : public Access::Delegate {
 public:
  void entered(State from, State to, std::string_view cause) override {
    EXPECT_FALSE(cause.empty());
    EXPECT_EQ(from, last_);
    last_ = to;
  }
  void session_entered(AccessState, AccessState, std::string_view) override {}
  void run(Plan plan) override {
    const auto same = [&plan](const Plan& other) {
      return std::equal(plan.begin(), plan.end(), other.begin(), other.end(),
                        [](const auto& one, const auto& another) { return one.text == another.text; });
    };
    for (const Medium medium : {Medium::kWire, Medium::kWlan}) {
      if (same(pause(medium))) return did("pause");
      if (same(leave(medium))) return did("leave");
      if (same(start_again(medium))) return did("start again");
    }
    did("configure");
  }
  void ask_status(std::uint64_t question) override {
    question_ = question;
    did("ask STATUS");
  }
  void ask_access_points() override { did("ask access points"); }
  void arm(std::optional<milliseconds> time) override {
    armed_ = time;
    did(time ? absl::StrCat("arm ", time->count()) : "disarm");
  }
  void publish(const AccessProfile&, const AccessStatus&) override {}
  void tell(std::string kind, Access::Severity, std::string) override { did("tell " + kind); }
  absl::Status save(const AccessProfile&) override {
    did("save");
    return absl::OkStatus();
  }
  void keep(const AccessProfile&) override { did("keep"); }
  absl::Status write_files(const SupplicantSetup&, const AccessProfile&, const std::string&) override {
    return written_;
  }
  void forget_files() override { did("forget files"); }
  absl::StatusOr<bool> keep_pac(const std::string&) override { return false; }
  const crypto::Secret& pac() const override { return pac_; }

  void did(const std::string& what) { did_.push_back(what); }
  std::string take_done() { return absl::StrJoin(std::exchange(did_, {}), ", "); }

  State last_ = kOff;
  std::uint64_t question_ = 0;
  std::optional<milliseconds> armed_;
  absl::Status written_;
  std::vector<std::string> did_;
  crypto::Secret pac_;
};

EapProfile wire_profile() {
  EapProfile profile{.enabled = true, .method = EapMethod::kFast, .anchors = {"authority"}, .servers = {"radius.lab"}};
  profile.password = crypto::Secret("of-the-lab");
  return profile;
}
WlanProfile wlan_profile() {
  WlanProfile profile{.enabled = true, .ssid = "voice", .security = WlanSecurity::kPsk};
  profile.key = crypto::Secret("of-the-lab");
  return profile;
}
AccessProfile profile_of(Medium medium) {
  return medium == Medium::kWire ? AccessProfile(wire_profile()) : AccessProfile(wlan_profile());
}

const char* const kYes = "suppPortStatus=Authorized\nEAP state=SUCCESS\nwpa_state=COMPLETED\n";
const char* const kNo = "suppPortStatus=Unauthorized\nEAP state=IDLE\nwpa_state=SCANNING\n";

// A port, its machine and a clock.
struct Bench {
  explicit Bench(Medium medium)
      : medium(medium),
        access({.profile = profile_of(medium), .policy = {}, .around = {.product = "DP", .anchors_file = "a"}}, world) {
  }

  void take(SupplicantEvent event) { access.take(event, now); }
  void answer(const char* status) { access.take_status(world.question_, status, now); }
  void tick() {
    if (world.armed_) now.steady += *world.armed_;
    access.tick(now);
  }

  const Medium medium;
  World world;
  Access::Now now{.steady = std::chrono::steady_clock::time_point(std::chrono::hours(1)), .wall = absl::UnixEpoch()};
  Access access;
};

SupplicantEvent success_on(Medium medium) {
  if (medium == Medium::kWire) return supplicant::EapSucceeded{};
  return supplicant::Connected{};
}

void bring(Bench& bench, State state) {
  if (state == kOff) return;
  bench.access.change_supplicant(state != kNoSupplicant, bench.now);
  if (state == kNoSupplicant || state == kUnidentified) return;
  if (bench.medium == Medium::kWire && state != kNoLink) bench.access.change_link(true, bench.now);
  if (state == kGivenUp) bench.world.written_ = absl::InternalError("no room");
  bench.access.change_certificates({.device_name = "SEP0", .certificates = {}}, bench.now);
  bench.world.written_ = absl::OkStatus();
  switch (state) {
    case kPasswordCleared: {
      WlanProfile profile = wlan_profile();
      profile.cleared = "refused";
      bench.access.apply(profile, bench.now);
      return;
    }
    case kUnanswered:
      return bench.tick();
    case kInSession:
      return bench.take(supplicant::EapStarted{});
    case kConfirming:
      bench.take(success_on(bench.medium));
      return bench.answer(kNo);
    case kAdmitted:
    case kLost:
      bench.take(success_on(bench.medium));
      bench.answer(kYes);
      if (state == kLost) bench.take(supplicant::Disconnected{});
      return;
    case kPaused:
      bench.take(supplicant::EapStarted{});
      return bench.take(supplicant::EapFailed{});
    case kJudging:
      bench.take(supplicant::EapStarted{});
      return bench.take(supplicant::FailureFrameSeen{});
    case kUnproven:
      bench.take(supplicant::EapStarted{});
      bench.take(supplicant::SuccessFrameSeen{});
      return bench.take(supplicant::EapFailed{});
    default:
      return;
  }
}

using Event = std::function<void(Bench&)>;
Event said(const SupplicantEvent& event) {
  return [event](Bench& bench) { bench.take(event); };
}
Event asked(const char* answer) {
  return [answer](Bench& bench) {
    bench.access.miss_events(bench.now);
    bench.world.take_done();
    bench.answer(answer);
  };
}

const std::map<std::string, Event>& events() {
  static const std::map<std::string, Event> all = {
      {"EAP started", said(supplicant::EapStarted{})},
      {"method selected", said(supplicant::MethodSelected{})},
      {"EAP success", said(supplicant::EapSucceeded{})},
      {"EAP failure", said(supplicant::EapFailed{})},
      {"success frame", said(supplicant::SuccessFrameSeen{})},
      {"failure frame", said(supplicant::FailureFrameSeen{})},
      {"password wanted", said(supplicant::PasswordRequested{})},
      {"connected", said(supplicant::Connected{})},
      {"disconnected", said(supplicant::Disconnected{})},
      {"associated", said(supplicant::Associated{})},
      {"network not found", said(supplicant::NetworkNotFound{})},
      {"rejected", said(supplicant::AuthenticationRejected{})},
      {"STATUS of another question", [](Bench& bench) { bench.access.take_status(4711, kYes, bench.now); }},
      {"events missed, let in", asked(kYes)},
      {"events missed, not let in", asked(kNo)},
      {"command refused",
       [](Bench& bench) { bench.access.refused(absl::FailedPreconditionError("SET_NETWORK eap"), bench.now); }},
      {"supplicant unreachable", [](Bench& bench) { bench.access.refused(absl::UnavailableError("none"), bench.now); }},
      {"supplicant ended", [](Bench& bench) { bench.access.change_supplicant(false, bench.now); }},
      {"supplicant serves", [](Bench& bench) { bench.access.change_supplicant(true, bench.now); }},
      {"link down", [](Bench& bench) { bench.access.change_link(false, bench.now); }},
      {"link up", [](Bench& bench) { bench.access.change_link(true, bench.now); }},
      {"same certificates",
       [](Bench& bench) { bench.access.change_certificates({.device_name = "SEP0", .certificates = {}}, bench.now); }},
      {"timer", [](Bench& bench) { bench.tick(); }},
  };
  return all;
}

struct Row {
  std::vector<State> in;
  const char* event;
  State to;
  const char* does;
};

const std::vector<State> kFurther = {kAsking,  kUnanswered, kInSession, kConfirming,
                                     kJudging, kUnproven,   kAdmitted,  kPaused};

const std::vector<Row>& wire() {
  static const std::vector<Row> rows = {
      {{kAsking, kUnanswered, kInSession, kConfirming, kJudging, kUnproven, kPaused},
       "EAP started",
       kInSession,
       "arm 10000"},
      // No association is told of on a wire; were it, it would be taken for a sign of life.
      {{kInSession, kJudging}, "associated", kInSession, "arm 10000"},
      // The switch's last word, and the supplicant's view of it.
      {{kAsking, kUnanswered, kInSession, kConfirming, kPaused}, "success frame", kJudging, "ask STATUS, arm 1000"},
      {{kJudging}, "success frame", kJudging, "ask STATUS, arm 1000"},
      {{kAsking, kUnanswered, kInSession, kConfirming, kJudging, kUnproven, kAdmitted},
       "failure frame",
       kJudging,
       "ask STATUS, arm 1000"},
      {{kJudging}, "EAP failure", kPaused, "pause, tell access.failed, arm 2000"},
      {{kJudging}, "timer", kPaused, "pause, tell access.failed, arm 2000"},
      {{kAsking}, "EAP success", kAsking, "ask STATUS"},
      {{kUnanswered}, "EAP success", kUnanswered, "ask STATUS"},
      {{kInSession}, "EAP success", kInSession, "ask STATUS"},
      {{kConfirming}, "EAP success", kConfirming, "ask STATUS"},
      {{kAdmitted}, "EAP success", kAdmitted, "ask STATUS"},
      {{kUnproven}, "EAP success", kUnproven, "ask STATUS"},
      {{kPaused}, "EAP success", kPaused, "ask STATUS"},
      {{kInSession}, "EAP failure", kPaused, "pause, tell access.failed, arm 2000"},
      {{kAsking, kUnanswered, kConfirming, kAdmitted}, "EAP failure", kPaused, "tell access.not_asked, arm 2000"},
      {kFurther, "password wanted", kPaused, "pause, tell access.failed, arm 300000"},
      {{kAsking, kUnanswered, kInSession, kConfirming, kUnproven},
       "events missed, let in",
       kAdmitted,
       "tell access.authenticated, disarm"},
      {{kAdmitted}, "events missed, let in", kAdmitted, "disarm"},
      {{kAdmitted}, "events missed, not let in", kInSession, "arm 10000"},
      {{kNoLink, kAsking, kUnanswered, kInSession, kConfirming, kJudging, kUnproven, kAdmitted},
       "command refused",
       kGivenUp,
       "leave, forget files, tell access.failed, arm 60000"},
      {{kPaused}, "command refused", kGivenUp, "leave, forget files, tell access.failed, arm 60000"},
      {{kOff, kNoSupplicant, kUnidentified, kGivenUp, kNoLink, kAsking, kUnanswered, kInSession, kConfirming, kJudging,
        kUnproven, kAdmitted, kPaused},
       "supplicant ended",
       kNoSupplicant,
       "tell access.supplicant, disarm"},
      {{kOff, kNoSupplicant, kUnidentified}, "supplicant serves", kUnidentified, ""},
      {{kNoLink}, "supplicant serves", kNoLink, "configure, disarm"},
      {{kGivenUp, kAsking, kUnanswered, kInSession, kConfirming, kJudging, kUnproven, kAdmitted, kPaused},
       "supplicant serves",
       kAsking,
       "configure, arm 3000"},
      {kFurther, "link down", kNoLink, "disarm"},
      {{kGivenUp}, "link down", kNoLink, "configure, disarm"},
      {{kNoLink}, "link up", kAsking, "start again, arm 3000"},
      {{kOff}, "link up", kNoSupplicant, "disarm"},
      {{kNoSupplicant}, "link up", kNoSupplicant, "disarm"},
      {{kOff}, "same certificates", kNoSupplicant, "disarm"},
      {{kNoSupplicant}, "same certificates", kNoSupplicant, "disarm"},
      {{kUnidentified}, "same certificates", kNoLink, "configure, disarm"},
      {{kGivenUp}, "same certificates", kAsking, "configure, arm 3000"},
      {{kNoLink}, "same certificates", kNoLink, "disarm"},
      {{kAsking}, "timer", kUnanswered, ""},
      {{kInSession}, "timer", kPaused, "pause, tell access.failed, arm 2000"},
      {{kConfirming}, "timer", kConfirming, "ask STATUS"},
      {{kGivenUp}, "timer", kAsking, "configure, arm 3000"},
      {{kAdmitted, kPaused}, "timer", kAsking, "start again, arm 3000"},
  };
  return rows;
}
// Of a WLAN: neither let in nor paused.
const std::vector<State> kShut = {kAsking, kUnanswered, kInSession, kConfirming, kLost};

const std::vector<Row>& wlan() {
  static const std::vector<Row> rows = {
      {kShut, "EAP started", kInSession, "arm 10000"},
      {{kPaused}, "EAP started", kInSession, "arm 10000"},
      {kShut, "associated", kInSession, "arm 10000"},
      {kShut, "EAP failure", kPaused, "pause, tell access.failed, arm 2000"},
      {{kAdmitted}, "EAP failure", kPaused, "pause, tell access.failed, arm 2000"},
      {{kPaused}, "EAP failure", kPaused, "pause, tell access.failed, arm 5000"},
      {kShut, "password wanted", kPaused, "pause, tell access.failed, arm 300000"},
      {{kAdmitted, kPaused}, "password wanted", kPaused, "pause, tell access.failed, arm 300000"},
      {{kAsking}, "connected", kAsking, "ask STATUS"},
      {{kUnanswered}, "connected", kUnanswered, "ask STATUS"},
      {{kInSession}, "connected", kInSession, "ask STATUS"},
      {{kConfirming}, "connected", kConfirming, "ask STATUS"},
      {{kAdmitted}, "connected", kAdmitted, "ask STATUS"},
      {{kLost}, "connected", kLost, "ask STATUS"},
      {{kAdmitted}, "disconnected", kLost, ""},
      {{kAsking}, "network not found", kAsking, "ask access points"},
      {{kUnanswered}, "network not found", kUnanswered, "ask access points"},
      {{kInSession}, "network not found", kInSession, "ask access points"},
      {{kConfirming}, "network not found", kConfirming, "ask access points"},
      {{kLost}, "network not found", kLost, "ask access points"},
      {kShut, "rejected", kPaused, "pause, tell access.failed, arm 2000"},
      {kShut, "events missed, let in", kAdmitted, "tell access.authenticated, disarm"},
      {{kAdmitted}, "events missed, let in", kAdmitted, "disarm"},
      {{kAdmitted}, "events missed, not let in", kLost, ""},
      {kShut, "command refused", kGivenUp, "leave, forget files, tell access.failed, arm 60000"},
      {{kAdmitted, kPaused}, "command refused", kGivenUp, "leave, forget files, tell access.failed, arm 60000"},
      {kShut, "supplicant ended", kNoSupplicant, "tell access.supplicant, disarm"},
      {{kOff, kNoSupplicant, kUnidentified, kPasswordCleared, kGivenUp, kAdmitted, kPaused},
       "supplicant ended",
       kNoSupplicant,
       "tell access.supplicant, disarm"},
      {{kOff, kNoSupplicant, kUnidentified}, "supplicant serves", kUnidentified, ""},
      {kShut, "supplicant serves", kAsking, "configure, arm 12000"},
      {{kGivenUp, kAdmitted, kPaused}, "supplicant serves", kAsking, "configure, arm 12000"},
      {{kOff, kNoSupplicant}, "same certificates", kNoSupplicant, "disarm"},
      {{kUnidentified, kGivenUp}, "same certificates", kAsking, "configure, arm 12000"},
      {{kAsking}, "timer", kUnanswered, ""},
      {{kInSession}, "timer", kPaused, "pause, tell access.failed, arm 2000"},
      {{kConfirming}, "timer", kConfirming, "ask STATUS"},
      {{kGivenUp}, "timer", kAsking, "configure, arm 12000"},
      {{kAdmitted, kLost, kPaused}, "timer", kAsking, "start again, arm 12000"},
  };
  return rows;
}

struct Port {
  Medium medium;
  std::vector<State> states;
  const std::vector<Row>& (*rows)();
};
class F26_AccessStates : public testing::TestWithParam<Port> {};

TEST_P(F26_AccessStates, ChangeAsTheTableSaysAndNotOtherwise) {
  for (const State from : GetParam().states) {
    for (const auto& [name, event] : events()) {
      Bench bench(GetParam().medium);
      bring(bench, from);
      ASSERT_EQ(bench.access.state(), from) << name_of(from);
      bench.world.take_done();
      const auto& rows = GetParam().rows();
      const auto row = std::find_if(rows.begin(), rows.end(), [&, &name = name](const Row& one) {
        return name == one.event && std::find(one.in.begin(), one.in.end(), from) != one.in.end();
      });
      const std::string where = absl::StrCat(name_of(from), ", ", name);
      event(bench);
      EXPECT_STREQ(name_of(bench.access.state()), name_of(row == rows.end() ? from : row->to)) << where;
      EXPECT_EQ(bench.world.take_done(), row == rows.end() ? "" : row->does) << where;
      EXPECT_EQ(bench.world.last_, bench.access.state()) << where;
    }
  }
}
INSTANTIATE_TEST_SUITE_P(Ports, F26_AccessStates,
                         testing::Values(Port{Medium::kWire,
                                              {kOff, kNoSupplicant, kUnidentified, kGivenUp, kNoLink, kAsking,
                                               kUnanswered, kInSession, kConfirming, kJudging, kUnproven, kAdmitted,
                                               kPaused},
                                              &wire},
                                         Port{Medium::kWlan,
                                              {kOff, kNoSupplicant, kUnidentified, kPasswordCleared, kGivenUp, kAsking,
                                               kUnanswered, kInSession, kConfirming, kAdmitted, kLost, kPaused},
                                              &wlan}));

TEST(F26_Access, AsksStatusAHundredTimesAtMostAndThenTriesAgainWhereSuccessOpensNothing) {
  Bench bench(Medium::kWire);
  bring(bench, kConfirming);
  int asked = 1;
  for (; bench.access.state() == kConfirming; ++asked) {
    ASSERT_LE(asked, 100);
    EXPECT_EQ(bench.world.armed_, milliseconds(5));
    bench.tick();
    bench.answer(kNo);
  }
  EXPECT_EQ(asked, 100);
  // Now as for any session that does not end.
  ASSERT_EQ(bench.access.state(), kInSession);
  EXPECT_EQ(bench.world.armed_, milliseconds(10'000));
  bench.tick();
  EXPECT_EQ(bench.access.state(), kPaused);
  bench.tick();
  EXPECT_EQ(bench.access.state(), kAsking);
}

TEST(F26_Access, AnAnswerAboutASessionThatHasFailedLetsNobodyIn) {
  Bench bench(Medium::kWire);
  bring(bench, kInSession);
  bench.take(supplicant::EapSucceeded{});
  bench.take(supplicant::EapFailed{});
  ASSERT_EQ(bench.access.state(), kPaused);
  bench.answer(kYes);
  EXPECT_EQ(bench.access.state(), kPaused);
  EXPECT_EQ(bench.access.status().state, AccessState::kHeld);
}

TEST(F41_Access, AMethodThatStatusCallsDoneBeforeAFailureWasDeniedAndIsHeldAtOnce) {
  Bench bench(Medium::kWire);
  bring(bench, kJudging);
  bench.world.take_done();
  bench.answer("methodState=DONE\ndecision=UNCOND_SUCC\n");
  EXPECT_EQ(bench.access.state(), kPaused);
  EXPECT_EQ(bench.access.status().cause, AccessCause::kAuthorizationDenied);
  EXPECT_EQ(bench.world.take_done(), "pause, tell access.failed, arm 2000");
  // The supplicant's port opens when it has waited long enough for a success; nobody is let in by that.
  bench.take(supplicant::EapSucceeded{});
  bench.answer(kYes);
  EXPECT_EQ(bench.access.state(), kPaused);
  EXPECT_EQ(bench.access.status().state, AccessState::kHeld);
}

TEST(F41_Access, LetInUnprovenIsToldOnceAndTheSwitchesThatNeverAskOnceEach) {
  Bench bench(Medium::kWire);
  bring(bench, kUnproven);
  bench.world.take_done();
  for (int again = 0; again < 3; ++again) {  // as the supplicant asks by itself
    bench.take(supplicant::SuccessFrameSeen{});
    bench.take(supplicant::EapFailed{});
  }
  EXPECT_EQ(bench.access.state(), kUnproven);
  EXPECT_EQ(bench.world.take_done(), "");

  Bench other(Medium::kWire);
  bring(other, kAsking);
  other.world.take_done();
  other.take(supplicant::FailureFrameSeen{});
  other.tick();
  EXPECT_EQ(other.world.take_done(), "ask STATUS, arm 1000, tell access.not_asked, arm 2000");
  other.tick();
  other.take(supplicant::FailureFrameSeen{});
  other.tick();
  EXPECT_EQ(other.world.take_done(), "start again, arm 3000, ask STATUS, arm 1000, arm 5000");
}

TEST(F26_Access, ProfileThatIsOffLeavesTheSwitchAndForgetsItsFiles) {
  Bench bench(Medium::kWire);
  bring(bench, kAdmitted);
  bench.world.take_done();
  EXPECT_EQ(bench.access.apply(EapProfile(), bench.now).refusal, "");
  EXPECT_EQ(bench.access.state(), kOff);
  EXPECT_EQ(bench.world.take_done(), "save, tell access.profile, disarm, leave, forget files");
}

struct LockRow {
  settings::Lock lock;
  const char* refusal;
};
class F4_F25_F45_SettingsLock_Table : public ::testing::TestWithParam<LockRow> {};

TEST_P(F4_F25_F45_SettingsLock_Table, AProfileIsNotChangedAndSaysWhy) {
  Bench bench(Medium::kWire);
  bring(bench, kAdmitted);
  bench.access.change_policy({.lock = GetParam().lock}, bench.now);
  bench.world.take_done();
  const ApplyProfileResult result = bench.access.apply(EapProfile(), bench.now);
  EXPECT_NE(result.refusal.find(GetParam().refusal), std::string::npos) << result.refusal;
  EXPECT_EQ(bench.access.state(), kAdmitted);
  EXPECT_EQ(bench.world.take_done(), "tell settings.locked");
  for (int again = 0; again < 100; ++again) (void)bench.access.apply(EapProfile(), bench.now);
  EXPECT_EQ(bench.world.take_done(), "") << "who asks all day does not fill the audit log";
  bench.now.steady += settings::RefusalPace::kPause;
  (void)bench.access.apply(EapProfile(), bench.now);
  EXPECT_EQ(bench.world.take_done(), "tell settings.locked");
  bench.access.change_policy({}, bench.now);
  EXPECT_EQ(bench.access.apply(EapProfile(), bench.now).refusal, "");
}
INSTANTIATE_TEST_SUITE_P(Locks, F4_F25_F45_SettingsLock_Table,
                         ::testing::Values(LockRow{settings::Lock::kPassword, "unlock them with the phone's password"},
                                           LockRow{settings::Lock::kRestricted, "settingsAccess 2"},
                                           LockRow{settings::Lock::kOff, "settingsAccess 0"}));

TEST(F45_Access, TheConfigurationKeepsItOffWhateverTheProfileSays) {
  Bench bench(Medium::kWire);
  bring(bench, kAdmitted);
  bench.access.change_policy({.disabled = true}, bench.now);
  EXPECT_EQ(bench.access.state(), kOff);
  EXPECT_FALSE(enabled(bench.access.profile(), {.disabled = true}));
  EXPECT_TRUE(enabled(bench.access.profile(), {}));
}

}  // namespace
}  // namespace phone::network::access_test
