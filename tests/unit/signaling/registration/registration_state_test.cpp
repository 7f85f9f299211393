// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/registration/registration_state.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "services/signaling/registration/registration.hpp"
#include "tests/unit/signaling/fake_user_agent_port.hpp"

namespace phone::signaling {
namespace {

using std::chrono::seconds;
using S = ServerState;
using E = ServerEvent;

const std::vector<S> kServerStates{S::kIdle,           S::kBarred,
                                   S::kConnecting,     S::kStandby,
                                   S::kUnavailable,    S::kRefused,
                                   S::kProbingStandby, S::kProbingUnavailable,
                                   S::kProbingRefused, S::kAskingToReturn,
                                   S::kReporting,      S::kRegistering,
                                   S::kRegistered,     S::kReportingRegistered,
                                   S::kRefreshing,     S::kRefreshingReporting,
                                   S::kLeaving};

// The states an event leads away from; every other stays as it is.
struct ServerEventRow {
  const char* name;
  E event;
  std::map<S, S> leads;
};

class ServerStateTable : public testing::TestWithParam<ServerEventRow> {};

TEST_P(ServerStateTable, LeadsFromEveryState) {
  for (const S from : kServerStates) {
    const auto found = GetParam().leads.find(from);
    EXPECT_EQ(name_of(next(from, GetParam().event)), name_of(found == GetParam().leads.end() ? from : found->second))
        << "from " << name_of(from);
  }
}

std::map<S, S> all_to(S to, std::map<S, S> but = {}) {
  for (const S from : kServerStates) but.try_emplace(from, to);
  return but;
}

std::map<S, S> connected_to(S to) {
  std::map<S, S> leads = all_to(to);
  for (const S from : {S::kIdle, S::kBarred, S::kConnecting}) leads.erase(from);
  return leads;
}

INSTANTIATE_TEST_SUITE_P(
    Events, ServerStateTable,
    testing::Values(
        ServerEventRow{"Connect", E::kConnect, {{S::kIdle, S::kConnecting}, {S::kBarred, S::kConnecting}}},
        ServerEventRow{"FlowUp", E::kFlowUp, {{S::kConnecting, S::kStandby}}},
        ServerEventRow{
            "FlowLost", E::kFlowLost,
            all_to(S::kIdle, {{S::kBarred, S::kBarred}, {S::kRefused, S::kBarred}, {S::kProbingRefused, S::kBarred}})},
        ServerEventRow{"FlowRefused", E::kFlowRefused, all_to(S::kBarred)},
        ServerEventRow{"KeepaliveSent",
                       E::kKeepaliveSent,
                       {{S::kStandby, S::kProbingStandby},
                        {S::kUnavailable, S::kProbingUnavailable},
                        {S::kRefused, S::kProbingRefused},
                        {S::kRegistered, S::kLeaving}}},
        ServerEventRow{"KeepaliveAccepted",
                       E::kKeepaliveAccepted,
                       {{S::kProbingStandby, S::kStandby},
                        {S::kProbingUnavailable, S::kStandby},
                        {S::kProbingRefused, S::kStandby},
                        {S::kLeaving, S::kStandby}}},
        ServerEventRow{"KeepaliveRefused",
                       E::kKeepaliveRefused,
                       {{S::kProbingStandby, S::kUnavailable},
                        {S::kProbingUnavailable, S::kUnavailable},
                        {S::kProbingRefused, S::kUnavailable},
                        {S::kLeaving, S::kUnavailable}}},
        ServerEventRow{"TokenAsked", E::kTokenAsked, {{S::kStandby, S::kAskingToReturn}}},
        ServerEventRow{"TokenRefused", E::kTokenRefused, {{S::kAskingToReturn, S::kStandby}}},
        ServerEventRow{"Chosen", E::kChosen, connected_to(S::kRegistering)},
        ServerEventRow{"AlarmSent",
                       E::kAlarmSent,
                       {{S::kRegistering, S::kReporting},
                        {S::kRegistered, S::kReportingRegistered},
                        {S::kRefreshing, S::kRefreshingReporting}}},
        ServerEventRow{"AlarmAnswered",
                       E::kAlarmAnswered,
                       {{S::kReporting, S::kRegistering},
                        {S::kReportingRegistered, S::kRegistered},
                        {S::kRefreshingReporting, S::kRefreshing}}},
        ServerEventRow{"RegisterSent", E::kRegisterSent, {{S::kRegistered, S::kRefreshing}}},
        ServerEventRow{"RegisterAccepted",
                       E::kRegisterAccepted,
                       {{S::kRegistering, S::kRegistered},
                        {S::kRefreshing, S::kRegistered},
                        {S::kRefreshingReporting, S::kReportingRegistered}}},
        ServerEventRow{"RegisterUnavailable",
                       E::kRegisterUnavailable,
                       {{S::kRegistering, S::kUnavailable},
                        {S::kRefreshing, S::kUnavailable},
                        {S::kRefreshingReporting, S::kUnavailable}}},
        ServerEventRow{
            "RegisterRefused",
            E::kRegisterRefused,
            {{S::kRegistering, S::kRefused}, {S::kRefreshing, S::kRefused}, {S::kRefreshingReporting, S::kRefused}}},
        ServerEventRow{"Leave",
                       E::kLeave,
                       {{S::kReporting, S::kLeaving},
                        {S::kRegistering, S::kLeaving},
                        {S::kRegistered, S::kLeaving},
                        {S::kReportingRegistered, S::kLeaving},
                        {S::kRefreshing, S::kLeaving},
                        {S::kRefreshingReporting, S::kLeaving}}},
        ServerEventRow{"Left", E::kLeft, {{S::kLeaving, S::kStandby}}}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(ServerStateShown, AsPeopleKnowIt) {
  using R = RegistrationState;
  const std::vector<R> people{R::kDown,        R::kRefused,     R::kConnecting, R::kStandby,    R::kDown,
                              R::kRefused,     R::kStandby,     R::kDown,       R::kRefused,    R::kStandby,
                              R::kRegistering, R::kRegistering, R::kRegistered, R::kRegistered, R::kRegistered,
                              R::kRegistered,  R::kRegistered};
  for (size_t i = 0; i < kServerStates.size(); ++i)
    EXPECT_EQ(public_state(kServerStates[i]), people.at(i)) << name_of(kServerStates[i]);
}

// A phone that servers bring from state to state, under virtual time.
class SteppedPhone {
 public:
  void start(size_t servers, bool alarmed = false) {
    settings_ = test_settings(servers);
    if (alarmed) settings_.alarms = {alarm(1)};
    agent_.configure(settings_, now_);
  }
  void raise_alarm() {
    settings_.alarms.push_back(alarm(settings_.alarms.size() + 1));
    agent_.configure(settings_, now_);
  }
  void up(size_t server) { agent_.flow_up(flow(server), test_facts(), now_); }
  void down(size_t server, FlowEnd end = FlowEnd::kLost) {
    agent_.flow_down({.flow = flow(server), .reason = "reset", .end = end}, now_);
  }
  // Answers the oldest request to this server that has no answer yet; of this method, if one is named.
  void answer(size_t server, int status, const std::string& method = "") {
    for (size_t i = 0; i < world_.sent.size(); ++i) {
      if (world_.sent[i].first != flow(server) || answered_.contains(i)) continue;
      const Message request = FakeUserAgentPort::read(world_.sent[i].second);
      if (!method.empty() && request.method != method) continue;
      answered_.insert(i);
      return agent_.flow_message(flow(server), answer_to(request, status, {{"Expires", "120"}}), now_);
    }
    ADD_FAILURE() << "no request to cucm" << server << " waits for an answer";
  }
  void pass(Milliseconds time) {
    const TimePoint end = now_ + time;
    for (auto due = agent_.deadline(); due.has_value() && *due <= end; due = agent_.deadline()) {
      now_ = std::max(now_ + Milliseconds(1), *due);
      agent_.on_time(now_);
    }
    now_ = end;
    agent_.on_time(now_);
  }
  void registered(size_t servers = 1) {
    start(servers);
    up(1);
    answer(1, 200);
  }
  // The second server holds the registration, the first is back and kept warm.
  void second_registered() {
    start(2);
    down(1);
    up(2);
    answer(2, 200);
    pass(seconds(1));
    up(1);
    answer(1, 200);
  }

  std::string state(size_t server) const {
    const auto found = states_.find(cat("registration with CUCM no. ", server, " (cucm", server, ":5061)"));
    return found == states_.end() ? "idle" : found->second;
  }
  RegistrationState public_state_of(size_t server) { return agent_.view().registrations.at(server - 1).state; }
  // What is asked of the world after this: "REGISTER 1", "close 1", "open 1".
  void mark() { sent_ = world_.sent.size(), closed_ = world_.closed.size(), opened_ = world_.opened.size(); }
  std::string done() const {
    std::string all;
    for (size_t i = sent_; i < world_.sent.size(); ++i)
      all += cat(FakeUserAgentPort::read(world_.sent[i].second).method, " ", server_of(world_.sent[i].first), ", ");
    for (size_t i = closed_; i < world_.closed.size(); ++i) all += cat("close ", server_of(world_.closed[i]), ", ");
    for (size_t i = opened_; i < world_.opened.size(); ++i)
      all += cat("open ", server_of(world_.opened[i].first), ", ");
    return all.empty() ? all : all.substr(0, all.size() - 2);
  }

 private:
  static Alarm alarm(uint64_t number) {
    return {number, static_cast<uint32_t>(number), "Not Installed", "N/A", "1B A1 ", "192.0.2.1"};
  }
  FlowId flow(size_t server) const {
    FlowId latest = 0;
    for (const auto& [flow, target] : world_.opened) {
      if (target.address == cat("cucm", server)) latest = flow;
    }
    return latest;
  }
  std::string server_of(FlowId flow) const {
    for (const auto& [opened, target] : world_.opened) {
      if (opened == flow) return target.address.substr(4);
    }
    return "";
  }

  std::map<std::string, std::string> states_;
  FakeUserAgentPort world_;
  UserAgent agent_{world_, [this](const StateChange& change) {
                     const auto [at, first] = states_.try_emplace(change.subject, change.from);
                     EXPECT_EQ(at->second, change.from) << change.subject;
                     EXPECT_NE(change.from, change.to);
                     EXPECT_FALSE(change.cause.empty());
                     at->second = change.to;
                   }};
  TimePoint now_{seconds(1000)};
  Settings settings_;
  std::set<size_t> answered_;
  size_t sent_ = 0, closed_ = 0, opened_ = 0;
};

using Step = std::function<void(SteppedPhone&)>;

const std::map<std::string, Step> kReach{
    {"connecting", [](SteppedPhone& phone) { phone.start(1); }},
    {"idle", [](SteppedPhone& phone) { phone.start(1), phone.down(1); }},
    {"barred", [](SteppedPhone& phone) { phone.start(1), phone.down(1, FlowEnd::kRefused); }},
    {"reporting", [](SteppedPhone& phone) { phone.start(1, true), phone.up(1); }},
    {"registering", [](SteppedPhone& phone) { phone.start(1), phone.up(1); }},
    {"refused", [](SteppedPhone& phone) { phone.start(1), phone.up(1), phone.answer(1, 403); }},
    {"unavailable", [](SteppedPhone& phone) { phone.start(1), phone.up(1), phone.answer(1, 503); }},
    {"registered", [](SteppedPhone& phone) { phone.registered(); }},
    {"registered, reporting", [](SteppedPhone& phone) { phone.registered(), phone.raise_alarm(); }},
    {"refreshing", [](SteppedPhone& phone) { phone.registered(), phone.pass(seconds(109)); }},
    {"refreshing, reporting",
     [](SteppedPhone& phone) { phone.registered(), phone.pass(seconds(109)), phone.raise_alarm(); }},
    {"standby", [](SteppedPhone& phone) { phone.second_registered(); }},
    {"probing standby",
     [](SteppedPhone& phone) {
       phone.start(2), phone.down(1), phone.up(2), phone.answer(2, 200), phone.pass(seconds(1)), phone.up(1);
     }},
    {"probing unavailable",
     [](SteppedPhone& phone) {
       phone.start(2), phone.up(1), phone.answer(1, 503), phone.up(2), phone.answer(2, 200), phone.pass(seconds(31));
     }},
    {"probing refused",
     [](SteppedPhone& phone) {
       phone.start(2), phone.up(1), phone.answer(1, 403), phone.up(2), phone.answer(2, 200), phone.pass(seconds(6));
     }},
    {"asking to return",
     [](SteppedPhone& phone) {
       phone.second_registered(), phone.pass(seconds(107)), phone.pass(seconds(3)), phone.answer(1, 200),
           phone.answer(2, 200), phone.pass(seconds(12));
     }},
};

struct StepRow {
  const char* name;
  std::string from;
  Step event;
  std::string to;
  std::string done;
};

void lost(SteppedPhone& phone) { phone.down(1); }
void certificate_refused(SteppedPhone& phone) { phone.down(1, FlowEnd::kRefused); }
void accepted(SteppedPhone& phone) { phone.answer(1, 200); }
void refused(SteppedPhone& phone) { phone.answer(1, 403); }
void no_time(SteppedPhone& phone) { phone.answer(1, 503); }
void silence(SteppedPhone& phone) { phone.pass(seconds(32)); }

class F15_RegistrationSteps : public testing::TestWithParam<StepRow> {};

TEST_P(F15_RegistrationSteps, LeadOn) {
  const StepRow& row = GetParam();
  SteppedPhone phone;
  kReach.at(row.from)(phone);
  ASSERT_EQ(phone.state(1), row.from);
  phone.mark();
  row.event(phone);
  EXPECT_EQ(phone.state(1), row.to);
  EXPECT_EQ(phone.done(), row.done);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, F15_RegistrationSteps,
    testing::Values(
        StepRow{"ADueConnectionIsMade", "idle", [](SteppedPhone& phone) { phone.pass(seconds(1)); }, "connecting",
                "open 1"},
        StepRow{"AfterARefusedCertificateToo", "barred", [](SteppedPhone& phone) { phone.pass(seconds(1)); },
                "connecting", "open 1"},
        StepRow{"ConnectingFails", "connecting", lost, "idle", ""},
        StepRow{"ConnectingMeetsAWrongCertificate", "connecting", certificate_refused, "barred", ""},
        StepRow{"TheOnlyServerIsChosen", "connecting", [](SteppedPhone& phone) { phone.up(1); }, "registering",
                "REGISTER 1"},
        StepRow{"RegisterAccepted", "registering", accepted, "registered", ""},
        StepRow{"RegisterRefused", "registering", refused, "refused", ""},
        StepRow{"RegisterFindsNoTime", "registering", no_time, "unavailable", ""},
        StepRow{"RegisterUnanswered", "registering", silence, "idle", "close 1"},
        StepRow{"RegisterLost", "registering", lost, "idle", ""},
        StepRow{"AlarmAccepted", "reporting", accepted, "registering", "REGISTER 1"},
        StepRow{"AlarmRefused", "reporting", refused, "registering", "REGISTER 1"},
        StepRow{"AlarmLost", "reporting", lost, "idle", ""},
        StepRow{"RefusedIsAskedAgain", "refused", [](SteppedPhone& phone) { phone.pass(seconds(6)); }, "registering",
                "REGISTER 1"},
        StepRow{"RefusedIsLost", "refused", lost, "barred", ""},
        StepRow{"UnavailableIsAskedAgain", "unavailable", [](SteppedPhone& phone) { phone.pass(seconds(31)); },
                "registering", "REGISTER 1"},
        StepRow{"UnavailableIsLost", "unavailable", lost, "idle", ""},
        StepRow{"RegistrationIsDue", "registered", [](SteppedPhone& phone) { phone.pass(seconds(109)); }, "refreshing",
                "REGISTER 1"},
        StepRow{"RegisteredReportsAnAlarm", "registered", [](SteppedPhone& phone) { phone.raise_alarm(); },
                "registered, reporting", "REFER 1"},
        StepRow{"RegisteredIsLost", "registered", lost, "idle", ""},
        StepRow{"RegisteredMeetsAWrongCertificate", "registered", certificate_refused, "barred", ""},
        StepRow{"ReportedWhileRegistered", "registered, reporting", accepted, "registered", ""},
        StepRow{"AnotherAlarmMeanwhileFollows", "registered, reporting",
                [](SteppedPhone& phone) { phone.raise_alarm(), phone.answer(1, 202); }, "registered, reporting",
                "REFER 1"},
        StepRow{"RefreshAccepted", "refreshing", accepted, "registered", ""},
        StepRow{"RefreshRefused", "refreshing", refused, "refused", ""},
        StepRow{"RefreshFindsNoTime", "refreshing", no_time, "unavailable", ""},
        StepRow{"RefreshUnanswered", "refreshing", silence, "connecting", "close 1, open 1"},
        StepRow{"AnAlarmDoesNotWaitForTheRefresh", "refreshing", [](SteppedPhone& phone) { phone.raise_alarm(); },
                "refreshing, reporting", "REFER 1"},
        StepRow{"TheRefreshIsAnsweredFirst", "refreshing, reporting", accepted, "registered, reporting", ""},
        StepRow{"TheAlarmIsAnsweredFirst", "refreshing, reporting",
                [](SteppedPhone& phone) { phone.answer(1, 202, "REFER"); }, "refreshing", ""},
        StepRow{"RefreshRefusedWithAnAlarmOut", "refreshing, reporting", refused, "refused", ""},
        StepRow{"StandbyIsLost", "standby", lost, "idle", ""},
        StepRow{"StandbyIsProbed", "standby", [](SteppedPhone& phone) { phone.pass(seconds(108)); }, "probing standby",
                "REGISTER 2, REGISTER 1"},
        StepRow{"StandbyTakesOver", "standby", [](SteppedPhone& phone) { phone.down(2); }, "registering", "REGISTER 1"},
        StepRow{"KeepaliveAccepted", "probing standby", accepted, "standby", ""},
        StepRow{"KeepaliveRefused", "probing standby", no_time, "unavailable", ""},
        StepRow{"KeepaliveUnanswered", "probing standby", silence, "idle", "close 1"},
        StepRow{"ProbedTakesOver", "probing standby", [](SteppedPhone& phone) { phone.down(2); }, "registering",
                "REGISTER 1"},
        StepRow{"TheUnavailableIsBack", "probing unavailable", accepted, "standby", ""},
        StepRow{"TheUnavailableIsNot", "probing unavailable", no_time, "unavailable", ""},
        StepRow{"TheUnavailableIsLost", "probing unavailable", lost, "connecting", "open 1"},
        StepRow{"TheRefusingOneIsBack", "probing refused", accepted, "standby", ""},
        StepRow{"TheRefusingOneIsLost", "probing refused", lost, "connecting", "open 1"},
        StepRow{"TokenRefused", "asking to return", refused, "standby", ""},
        StepRow{"TokenUnanswered", "asking to return", silence, "connecting", "close 1, open 1"},
        StepRow{"TokenGranted", "asking to return", accepted, "registering", "REGISTER 2, REGISTER 1"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(F15_RegistrationSteps_Return, TheOneThatIsLeftSaysSoUntilItHasAnswered) {
  SteppedPhone phone;
  kReach.at("asking to return")(phone);
  phone.answer(1, 200);
  EXPECT_EQ(phone.state(2), "leaving");
  EXPECT_EQ(phone.public_state_of(2), RegistrationState::kRegistered);
  phone.answer(2, 200);
  EXPECT_EQ(phone.state(2), "standby");
  phone.answer(1, 200);
  EXPECT_EQ(phone.state(1), "registered");
}

}  // namespace
}  // namespace phone::signaling
