// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/call/session_state.hpp"

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tests/unit/signaling/call/calls_fixture.hpp"

namespace phone::signaling {
namespace {

using Session = SessionState;

const std::vector<Session> kSessionStates{Session::kOpeningMedia, Session::kInviting,          Session::kRingingOut,
                                          Session::kCancelling,   Session::kCancellingRinging, Session::kReceived,
                                          Session::kRingingIn,    Session::kEstablished,       Session::kPreserved,
                                          Session::kEnded};

// The states an event leads away from; every other stays as it is.
struct SessionEventRow {
  const char* name;
  SessionEvent event;
  std::map<Session, Session> leads;
};

class SessionStateTable : public testing::TestWithParam<SessionEventRow> {};

TEST_P(SessionStateTable, LeadsFromEveryState) {
  for (const Session from : kSessionStates) {
    const auto found = GetParam().leads.find(from);
    EXPECT_EQ(name_of(next(from, GetParam().event)), name_of(found == GetParam().leads.end() ? from : found->second))
        << "from " << name_of(from);
  }
}

std::map<Session, Session> all_to_ended(std::map<Session, Session> but = {}) {
  for (const Session from : kSessionStates) but.try_emplace(from, Session::kEnded);
  return but;
}

INSTANTIATE_TEST_SUITE_P(
    Events, SessionStateTable,
    testing::Values(
        SessionEventRow{"Invited", SessionEvent::kInvited, {{Session::kOpeningMedia, Session::kInviting}}},
        SessionEventRow{"Alerted", SessionEvent::kAlerted, {{Session::kReceived, Session::kRingingIn}}},
        SessionEventRow{
            "FarEndRang",
            SessionEvent::kFarEndRang,
            {{Session::kInviting, Session::kRingingOut}, {Session::kCancelling, Session::kCancellingRinging}}},
        SessionEventRow{
            "HungUpEarly",
            SessionEvent::kHungUpEarly,
            {{Session::kInviting, Session::kCancelling}, {Session::kRingingOut, Session::kCancellingRinging}}},
        SessionEventRow{"Answered",
                        SessionEvent::kAnswered,
                        {{Session::kInviting, Session::kEstablished},
                         {Session::kRingingOut, Session::kEstablished},
                         {Session::kRingingIn, Session::kEstablished}}},
        SessionEventRow{
            "FlowLost", SessionEvent::kFlowLost,
            all_to_ended({{Session::kEstablished, Session::kPreserved}, {Session::kPreserved, Session::kPreserved}})},
        SessionEventRow{"DialogLost", SessionEvent::kDialogLost, {{Session::kEstablished, Session::kPreserved}}},
        SessionEventRow{"Reregistered", SessionEvent::kReregistered, {{Session::kPreserved, Session::kEstablished}}},
        SessionEventRow{"Over", SessionEvent::kOver, all_to_ended()}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(SessionState, PeopleAreShownAPublicState) {
  const std::map<Session, CallState> shown{
      {Session::kOpeningMedia, CallState::kDialing},         {Session::kInviting, CallState::kDialing},
      {Session::kRingingOut, CallState::kRingingOut},        {Session::kCancelling, CallState::kDialing},
      {Session::kCancellingRinging, CallState::kRingingOut}, {Session::kReceived, CallState::kRingingIn},
      {Session::kRingingIn, CallState::kRingingIn},          {Session::kEstablished, CallState::kEstablished},
      {Session::kPreserved, CallState::kPreserved},          {Session::kEnded, CallState::kEnded}};
  for (const Session state : kSessionStates) EXPECT_EQ(public_state(state), shown.at(state)) << name_of(state);
}

// A phone with one call, whose state is read from what the machine reports to the log.
class SteppedCall {
 public:
  SteppedCall() {
    agent_.configure(test_settings(), now_);
    agent_.flow_up(flow(), test_facts(), now_);
    receive(answer_to(world_.next(), 200, {{"Expires", "3600"}}));
  }
  void dial() {
    ASSERT_TRUE(agent_.dial("1002", now_).ok());
    state_ = "opening media";
  }
  void open_stream() {
    agent_.stream_opened(world_.streams.back().first, 24000, now_);
    for (Message sent = world_.next(); !sent.method.empty() || sent.status != 0; sent = world_.next()) {
      if (sent.method == "INVITE" && sent.is_request) invite_ = sent;
    }
  }
  void invited() { dial(), open_stream(); }
  void called() {
    LocalSession far{"192.0.2.200", 30000, 1, 1, {"PCMU"}, {}, Direction::kSendReceive};
    far.crypto = {{1, "AEAD_AES_256_GCM", crypto::Secret(std::string(44, 'k'))}};
    invite_ = incoming("INVITE", write_offer(far));
    state_ = "received";
    receive(write(invite_));
  }
  void rung() { called(), open_stream(); }
  void established() { invited(), answer(200); }
  void answer(int status) {
    if (invite_.method.empty() || invite_.call_id == "in@cucm1") return;
    if (status != 200) return receive(answer_to(invite_, status));
    LocalSession far{"192.0.2.200", 30000, 1, 1, {"PCMU"}, {}, Direction::kSendReceive};
    far.crypto = {{1, "AEAD_AES_256_GCM", crypto::Secret(std::string(44, 'k'))}};
    receive(answer_to(invite_, 200,
                      {{"Contact", "<sip:1002@192.0.2.1:5061;transport=tls>"}, {"Content-Type", "application/sdp"}},
                      write_offer(far)));
  }
  void cancel() {
    if (invite_.call_id == "in@cucm1") receive(write(incoming("CANCEL", "")));
  }
  void hang_up() { EXPECT_TRUE(agent_.hang_up(id(), now_).ok()); }
  std::string pick_up() { return std::string(agent_.answer(id(), now_).status().message()); }
  void lose_flow() { agent_.flow_down({.flow = flow(), .reason = "gone"}, now_); }
  void register_again() {
    lose_flow();
    now_ += std::chrono::seconds(1);
    agent_.on_time(now_);
    agent_.flow_up(flow(), test_facts(), now_);
    for (Message sent = world_.next(); !sent.method.empty() || sent.status != 0; sent = world_.next()) {
      if (sent.method == "REGISTER") receive(answer_to(sent, 200, {{"Expires", "3600"}}));
    }
  }
  void refuse_stream() { agent_.stream_refused(world_.streams.back().first, "no port", now_); }
  // 64 * T1: what was cancelled has ended, and so has an INVITE without any answer.
  void pass_32_seconds() {
    now_ += Milliseconds(32'000);
    agent_.on_time(now_);
  }
  std::string state() const { return state_; }
  CallView view() { return agent_.view().calls.at(0); }

 private:
  FlowId flow() const { return world_.opened.back().first; }
  std::string id() { return view().call; }
  void receive(const std::string& bytes) { agent_.flow_message(flow(), bytes, now_); }
  static Message incoming(const std::string& method, const std::string& sdp) {
    Message message;
    message.is_request = true;
    message.method = method;
    message.uri = "sip:2222@192.0.2.99:40000";
    message.add("Via", "SIP/2.0/TLS 192.0.2.1:5061;branch=z9hG4bKin").add("From", "\"Far\" <sip:1002@cucm1>;tag=far");
    message.add("To", "<sip:2222@cucm1>").add("Call-ID", "in@cucm1").add("CSeq", cat("101 ", method));
    message.add("Max-Forwards", "70").add("Contact", "<sip:1002@192.0.2.1:5061;transport=tls>");
    if (!sdp.empty()) message.add("Content-Type", "application/sdp");
    message.call_id = "in@cucm1";
    message.body = sdp;
    return message;
  }

  FakeUserAgentPort world_;
  std::string state_;
  UserAgent agent_{world_, [this](const StateChange& change) {
                     if (!change.subject.starts_with("call-")) return;
                     EXPECT_EQ(change.from, state_) << "every change is reported";
                     EXPECT_NE(change.from, change.to);
                     EXPECT_FALSE(change.cause.empty());
                     state_ = change.to;
                   }};
  TimePoint now_{std::chrono::seconds(1000)};
  Message invite_;
};

using CallStep = std::function<void(SteppedCall&)>;

const std::map<std::string, CallStep> kReachCall{
    {"opening media", [](SteppedCall& call) { call.dial(); }},
    {"inviting", [](SteppedCall& call) { call.invited(); }},
    {"ringing out", [](SteppedCall& call) { call.invited(), call.answer(180); }},
    {"cancelling", [](SteppedCall& call) { call.invited(), call.hang_up(); }},
    {"cancelling, ringing", [](SteppedCall& call) { call.invited(), call.answer(180), call.hang_up(); }},
    {"received", [](SteppedCall& call) { call.called(); }},
    {"ringing in", [](SteppedCall& call) { call.rung(); }},
    {"established", [](SteppedCall& call) { call.established(); }},
    {"preserved", [](SteppedCall& call) { call.established(), call.lose_flow(); }},
    {"ended", [](SteppedCall& call) { call.established(), call.hang_up(); }},
};

// What happens in each state, and how it ended where it did. What is not named stays as it is.
struct CallStepRow {
  const char* name;
  CallStep step;
  std::map<std::string, std::string> leads;
  std::map<std::string, std::string> ended_by = {};
};

class CallInEveryState : public testing::TestWithParam<CallStepRow> {};

TEST_P(CallInEveryState, TakesWhatHappens) {
  const CallStepRow& row = GetParam();
  for (const auto& [from, reach] : kReachCall) {
    SteppedCall call;
    reach(call);
    ASSERT_EQ(call.state(), from);
    row.step(call);
    const auto to = row.leads.find(from);
    EXPECT_EQ(call.state(), to == row.leads.end() ? from : to->second) << "from " << from;
    if (const auto why = row.ended_by.find(from); why != row.ended_by.end()) {
      EXPECT_EQ(call.view().ended_by, why->second) << "from " << from;
    }
  }
}

constexpr char kLost[] = "the connection to the call manager was lost";

INSTANTIATE_TEST_SUITE_P(
    Events, CallInEveryState,
    testing::Values(
        CallStepRow{
            "HangUp",
            [](SteppedCall& call) { call.hang_up(); },
            {{"opening media", "ended"},
             {"inviting", "cancelling"},
             {"ringing out", "cancelling, ringing"},
             {"cancelling", "ended"},
             {"cancelling, ringing", "ended"},
             {"received", "ended"},
             {"ringing in", "ended"},
             {"established", "ended"},
             {"preserved", "ended"}},
            {{"opening media", "hung up here"}, {"received", "declined here"}, {"ringing in", "declined here"}}},
        CallStepRow{"PickUp", [](SteppedCall& call) { call.pick_up(); }, {{"ringing in", "established"}}},
        CallStepRow{"StreamOpened",
                    [](SteppedCall& call) { call.open_stream(); },
                    {{"opening media", "inviting"}, {"received", "ringing in"}}},
        CallStepRow{"StreamRefused",
                    [](SteppedCall& call) { call.refuse_stream(); },
                    {{"opening media", "ended"},
                     {"inviting", "ended"},
                     {"ringing out", "ended"},
                     {"cancelling", "ended"},
                     {"cancelling, ringing", "ended"},
                     {"received", "ended"},
                     {"ringing in", "ended"}},
                    {{"opening media", "media: no port"}, {"received", "media: no port"}}},
        CallStepRow{"Ringing",
                    [](SteppedCall& call) { call.answer(180); },
                    {{"inviting", "ringing out"}, {"cancelling", "cancelling, ringing"}}},
        CallStepRow{"Trying", [](SteppedCall& call) { call.answer(100); }, {}},
        CallStepRow{"Accepted",
                    [](SteppedCall& call) { call.answer(200); },
                    {{"inviting", "established"},
                     {"ringing out", "established"},
                     {"cancelling", "ended"},
                     {"cancelling, ringing", "ended"}},
                    {{"cancelling", "hung up here"}, {"cancelling, ringing", "hung up here"}}},
        CallStepRow{"Busy",
                    [](SteppedCall& call) { call.answer(486); },
                    {{"inviting", "ended"},
                     {"ringing out", "ended"},
                     {"cancelling", "ended"},
                     {"cancelling, ringing", "ended"}},
                    {{"inviting", "refused: 486 Busy Here"}, {"cancelling", "hung up here"}}},
        CallStepRow{"Cancel",
                    [](SteppedCall& call) { call.cancel(); },
                    {{"received", "ended"}, {"ringing in", "ended"}},
                    {{"received", "the caller hung up"}, {"ringing in", "the caller hung up"}}},
        CallStepRow{
            "FlowLost",
            [](SteppedCall& call) { call.lose_flow(); },
            {{"opening media", "ended"},
             {"inviting", "ended"},
             {"ringing out", "ended"},
             {"cancelling", "ended"},
             {"cancelling, ringing", "ended"},
             {"received", "ended"},
             {"ringing in", "ended"},
             {"established", "preserved"}},
            {{"opening media", kLost}, {"inviting", kLost}, {"cancelling", "hung up here"}, {"ringing in", kLost}}},
        CallStepRow{"RegisteredAgain",
                    [](SteppedCall& call) { call.register_again(); },
                    {{"opening media", "ended"},
                     {"inviting", "ended"},
                     {"ringing out", "ended"},
                     {"cancelling", "ended"},
                     {"cancelling, ringing", "ended"},
                     {"received", "ended"},
                     {"ringing in", "ended"},
                     {"preserved", "established"}}},
        CallStepRow{"SixtyFourT1",
                    [](SteppedCall& call) { call.pass_32_seconds(); },
                    {{"inviting", "ended"}, {"cancelling", "ended"}, {"cancelling, ringing", "ended"}},
                    {{"inviting", "no answer to the INVITE"},
                     {"cancelling", "hung up here"},
                     {"cancelling, ringing", "hung up here"}}}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(SessionState, APickUpTooEarlyOrTooLateSaysWhy) {
  SteppedCall early;
  early.called();
  EXPECT_EQ(early.pick_up(), "media is not ready yet");
  SteppedCall late;
  late.established();
  EXPECT_EQ(late.pick_up(), "the call is not ringing");
}

}  // namespace
}  // namespace phone::signaling
