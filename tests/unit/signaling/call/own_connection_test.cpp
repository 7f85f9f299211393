// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// A call belongs to the connection that carries it: requests and answers count there alone, and the lock says what that
// connection is, whatever becomes of the registration (F80, F81).
#include <gtest/gtest.h>

#include "tests/unit/signaling/server_of_tests.hpp"

namespace phone::signaling {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr char kEncryptedInfo[] = "<urn:x-cisco-remotecc:callinfo>;security=Encrypted;orientation=to";

class OwnConnection : public testing::Test {
 protected:
  void SetUp() override {
    Settings settings = test_settings(2);
    phone.agent.configure(settings, phone.now);
    ASSERT_TRUE(phone.settle());
    own = phone.world.opened.at(0).first;
    other = phone.world.opened.at(1).first;
    ASSERT_TRUE(phone.agent.view().registrations.at(0).active);
  }
  std::vector<std::string> serve(FlowId, const Message& request) {
    if (request.method == "REGISTER" && refuses != 0) return {answer_to(request, refuses)};
    if (request.method == "REGISTER") return {answer_to(request, 200, {{"Expires", "120"}})};
    if (request.method != "INVITE") return {answer_to(request, 200)};
    invite = request;
    return {far_answer(request)};
  }
  void established() {
    ASSERT_TRUE(phone.agent.dial("1002", phone.now).ok());
    phone.agent.stream_opened(phone.world.streams.back().first, 24000, phone.now);
    ASSERT_TRUE(phone.settle());
    ASSERT_EQ(call().state, CallState::kEstablished);
    in_dialog_over(own, "UPDATE", {{"Call-Info", kEncryptedInfo}});
    StreamReport report{call().stream, true, true, 10, 10, "AEAD_AES_256_GCM", "AEAD_AES_256_GCM", "PCMU", true};
    phone.agent.stream_facts("a", {report}, phone.now);
    ASSERT_EQ(call().security.icon, Icon::kLock);
  }
  // What the phone answers to a request of the call's far end; an empty message when it says nothing.
  Message in_dialog_over(FlowId flow, const std::string& method, std::vector<HeaderField> extra = {},
                         const std::string& body = "") {
    Message message;
    message.is_request = true;
    message.method = method;
    message.uri = "sip:phone@192.0.2.99:40000";
    message.add("Via", cat("SIP/2.0/TLS 192.0.2.1:5061;branch=z9hG4bKfar", ++branch));
    message.add("From", "<sip:1002@cucm1>;tag=server-tag").add("To", cat("<sip:2222@cucm1>;tag=", invite.from_tag()));
    message.add("Call-ID", invite.call_id).add("CSeq", cat(200 + branch, " ", method)).add("Max-Forwards", "70");
    message.add("Contact", "<sip:1002@192.0.2.1:5061;transport=tls>");
    for (HeaderField& field : extra) message.fields.push_back(std::move(field));
    message.body = body;
    return said_to(flow, write(message));
  }
  Message said_to(FlowId flow, const std::string& bytes) {
    const size_t before = phone.world.sent.size();
    phone.agent.flow_message(flow, bytes, phone.now);
    EXPECT_TRUE(phone.settle());
    if (phone.world.sent.size() == before) return {};
    EXPECT_EQ(phone.world.sent.back().first, flow);
    return FakeUserAgentPort::read(phone.world.sent.back().second);
  }
  std::string incoming(const std::string& method = "INVITE", const std::string& its_branch = "in") {
    Message message;
    message.is_request = true;
    message.method = method;
    message.uri = "sip:phone@192.0.2.99:40000";
    message.add("Via", cat("SIP/2.0/TLS 192.0.2.1:5061;branch=z9hG4bK", its_branch));
    message.add("From", "<sip:1003@cucm1>;tag=caller").add("To", "<sip:2222@cucm1>");
    message.add("Call-ID", "incoming@cucm1").add("CSeq", cat("1 ", method)).add("Max-Forwards", "70");
    message.add("Contact", "<sip:1003@192.0.2.1:5061;transport=tls>");
    return write(message);
  }
  void rings() {
    said_to(own, incoming());
    phone.agent.stream_opened(phone.world.streams.back().first, 24010, phone.now);
    ASSERT_TRUE(phone.settle());
    ASSERT_EQ(last_call().state, CallState::kRingingIn);
  }
  void refuses_cancel(const std::string& what, const std::string& instead) {
    rings();
    std::string cancel = incoming("CANCEL");
    EXPECT_EQ(said_to(own, cancel.replace(cancel.find(what), what.size(), instead)).status, 481);
    EXPECT_EQ(last_call().state, CallState::kRingingIn);
  }
  CallView call() { return phone.agent.view().calls.at(0); }
  CallView last_call() { return phone.agent.view().calls.back(); }
  bool reported(const std::string& what) const {
    for (const std::string& report : phone.world.reports) {
      if (report.find(what) != std::string::npos) return true;
    }
    return false;
  }

  ServedPhone phone{[this](FlowId flow, const Message& request) { return serve(flow, request); }};
  FlowId own = 0, other = 0;
  Message invite;
  int branch = 0, refuses = 0;
};
using F80_OwnConnection = OwnConnection;
using F81_OwnConnection = OwnConnection;

TEST_F(F81_OwnConnection, NothingOfADialogCountsOverAnother) {
  established();
  const size_t orders = phone.world.settings.size();
  for (const char* method : {"BYE", "INVITE", "UPDATE", "NOTIFY", "REFER", "OPTIONS"}) {
    SCOPED_TRACE(method);
    const Message answer = in_dialog_over(
        other, method, {{"Call-Info", "<urn:x-cisco-remotecc:callinfo>;security=NotAuthenticated;orientation=to"}});
    EXPECT_EQ(answer.status, 481);
    EXPECT_EQ(call().state, CallState::kEstablished);
    EXPECT_EQ(call().security.icon, Icon::kLock);
  }
  EXPECT_TRUE(reported("BYE arrived on a connection that is not the call's"));
  EXPECT_EQ(phone.world.settings.size(), orders);
  EXPECT_EQ(in_dialog_over(own, "BYE").status, 200);
  EXPECT_EQ(call().state, CallState::kEnded);
}

TEST_F(F81_OwnConnection, AnAckOverAnotherAnswersNothing) {
  established();
  const Message offer = in_dialog_over(own, "INVITE");
  ASSERT_EQ(offer.status, 200);
  const size_t orders = phone.world.settings.size();
  Message ack;
  ack.is_request = true;
  ack.method = "ACK";
  ack.uri = "sip:phone@192.0.2.99:40000";
  ack.add("Via", "SIP/2.0/TLS 192.0.2.1:5061;branch=z9hG4bKack");
  for (const char* name : {"From", "To", "Call-ID"}) ack.add(name, offer.field(name).value());
  ack.add("CSeq", cat(offer.cseq, " ACK")).add("Content-Type", "application/sdp");
  LocalSession far{"192.0.2.210", 30000, 1, 1, {"PCMU"}, {}, Direction::kSendReceive};
  far.crypto = {{1, "AEAD_AES_256_GCM", crypto::Secret(std::string(44, 'z'))}};
  ack.body = write_offer(far);
  EXPECT_EQ(said_to(other, write(ack)).status, 0);
  EXPECT_EQ(phone.world.settings.size(), orders);
  said_to(own, write(ack));
  EXPECT_EQ(phone.world.settings.size(), orders + 1);
}

TEST_F(F81_OwnConnection, ACancelCountsForItsOwnInviteAlone) {
  rings();
  EXPECT_EQ(said_to(other, incoming("CANCEL")).status, 481) << "another connection";
  EXPECT_EQ(last_call().state, CallState::kRingingIn);
  EXPECT_EQ(said_to(own, incoming("CANCEL", "guessed")).status, 481) << "another branch";
  EXPECT_EQ(last_call().state, CallState::kRingingIn);
  EXPECT_EQ(said_to(own, incoming("CANCEL")).status, 487);
  EXPECT_EQ(last_call().state, CallState::kEnded);
}

// Each for itself: whatever comes again in the transaction of the first is answered as that was.
TEST_F(F81_OwnConnection, ACancelWithAnotherCallIdEndsNothing) { refuses_cancel("incoming@cucm1", "another@cucm1"); }
TEST_F(F81_OwnConnection, ACancelWithAnotherTagEndsNothing) { refuses_cancel("tag=caller", "tag=stranger"); }
TEST_F(F81_OwnConnection, ACancelWithAnotherNumberEndsNothing) { refuses_cancel("1 CANCEL", "2 CANCEL"); }

TEST_F(F81_OwnConnection, ACancelAfterTheAnswerEndsNothing) {
  rings();
  ASSERT_TRUE(phone.agent.answer(last_call().call, phone.now).ok());
  Message ack = FakeUserAgentPort::read(incoming("ACK", "ack"));
  phone.agent.flow_message(own, write(ack), phone.now);
  EXPECT_EQ(said_to(own, incoming("CANCEL")).status, 200) << "RFC 3261 section 9.2: it has no effect";
  EXPECT_EQ(last_call().state, CallState::kEstablished);
}

TEST_F(F81_OwnConnection, AnAnswerOverAnotherIsNone) {
  ASSERT_TRUE(phone.agent.dial("1002", phone.now).ok());
  phone.agent.stream_opened(phone.world.streams.back().first, 24000, phone.now);
  const Message asked = FakeUserAgentPort::read(phone.world.sent.back().second);
  ASSERT_EQ(asked.method, "INVITE");
  phone.agent.flow_message(other, answer_to(asked, 603), phone.now);
  EXPECT_EQ(call().state, CallState::kDialing);
  phone.agent.flow_message(own, answer_to(asked, 603), phone.now);
  EXPECT_EQ(call().state, CallState::kEnded);
}

TEST_F(F81_OwnConnection, AServerThatConfirmsNothingTakesNoPlaceOfAnother) {
  for (int i = 0; i < 300; ++i) said_to(other, incoming("INVITE", cat("never-confirmed-", i)));
  ASSERT_EQ(said_to(other, incoming("INVITE", "one-more")).status, 503);
  ASSERT_EQ(said_to(own, incoming()).status, 100);
  EXPECT_EQ(last_call().state, CallState::kRingingIn);
}

TEST_F(F81_OwnConnection, WhileTheDialogHasNoneTheFarEndIsAskedToComeAgain) {
  established();
  ASSERT_TRUE(phone.pass(seconds(6)));
  phone.connects = false;
  phone.agent.flow_down({.flow = own, .reason = "reset"}, phone.now);
  ASSERT_EQ(call().state, CallState::kPreserved);
  const Message answer = in_dialog_over(other, "BYE");
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(answer.field("Retry-After"), "2");
  EXPECT_EQ(call().state, CallState::kPreserved);
}

TEST_F(F80_OwnConnection, TheLockOfACallOutlastsARefusedRefresh) {
  established();
  for (const int status : {401, 403, 503}) {
    SCOPED_TRACE(status);
    refuses = status;
    ASSERT_TRUE(phone.pass(seconds(110)));
    ASSERT_FALSE(phone.agent.view().registrations.at(0).active);
    EXPECT_EQ(call().state, CallState::kEstablished);
    EXPECT_EQ(call().security.icon, Icon::kLock) << call().security.weakest_part;
    refuses = 0;
    ASSERT_TRUE(phone.pass(minutes(3)));
    EXPECT_EQ(call().security.icon, Icon::kLock);
  }
  EXPECT_EQ(in_dialog_over(own, "BYE").status, 200) << "and it is ended where it lives";
}

TEST_F(F80_OwnConnection, TheLockGoesWithTheConnectionThatCarriesTheCall) {
  established();
  phone.connects = false;
  phone.agent.flow_down({.flow = own, .reason = "reset"}, phone.now);
  EXPECT_EQ(call().security.icon, Icon::kNone);
  EXPECT_EQ(call().security.weakest_part, "signalling");
}

TEST_F(F80_OwnConnection, AConnectionGivenUpByThePhoneItselfTakesItsCallsToTheNext) {
  established();
  ASSERT_TRUE(phone.pass(seconds(6)));
  phone.agent.addresses_are({"192.0.2.99"}, phone.now);
  phone.agent.addresses_are({"192.0.2.50"}, phone.now);
  ASSERT_TRUE(phone.pass(seconds(3)));
  EXPECT_EQ(call().state, CallState::kEstablished);
  EXPECT_EQ(call().security.icon, Icon::kLock);
  EXPECT_NE(phone.world.last_flow, own);
  EXPECT_EQ(in_dialog_over(own = phone.world.last_flow, "BYE").status, 200);
}

TEST_F(F81_OwnConnection, ACallIsTakenWhileTheRefreshIsRefused) {
  refuses = 403;
  ASSERT_TRUE(phone.pass(seconds(110)));
  ASSERT_FALSE(phone.agent.view().registrations.at(0).active);
  rings();
  ASSERT_TRUE(phone.agent.answer(last_call().call, phone.now).ok());
  EXPECT_EQ(last_call().state, CallState::kEstablished);
}

TEST_F(F81_OwnConnection, ButNotAfterTheTimeThatWasGranted) {
  refuses = 403;
  ASSERT_TRUE(phone.pass(seconds(121)));
  EXPECT_EQ(said_to(own, incoming()).status, 480);
}

TEST_F(F81_OwnConnection, NorFromAServerThatHasNeverGrantedAny) { EXPECT_EQ(said_to(other, incoming()).status, 480); }

}  // namespace
}  // namespace phone::signaling
