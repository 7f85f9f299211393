// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Before the answer: reliable provisional responses in both directions (RFC 3262), UPDATE (RFC 3311), and requests of a
// far end that rings.
#include "tests/unit/signaling/call/served_calls.hpp"

namespace phone::signaling {
namespace {

using std::chrono::seconds;

class F94_EarlyDialog : public ServedCalls {
 protected:
  static std::string reliable(const Message& request, int rseq, int status = 180, const std::string& tag = "server-tag",
                              bool answer = false) {
    Message response = make_response(request, status, "", tag);
    response.add("Require", "100rel").add("RSeq", cat(rseq));
    response.add("Contact", "<sip:early@192.0.2.7:5061;transport=tls>");
    response.add("Record-Route", "<sip:near;lr>").add("Record-Route", "<sip:far;lr>");
    if (answer) {
      response.add("Content-Type", "application/sdp");
      response.body = FakeUserAgentPort::read(far_answer(request)).body;
    }
    return write(response);
  }
  void answered_with(std::function<std::vector<std::string>(const Message&)> answer) { answers["INVITE"] = answer; }
};

TEST_F(F94_EarlyDialog, EachReliableResponseIsAcknowledgedOnceAndInOrder) {
  answered_with([](const Message& request) {
    return std::vector{reliable(request, 7), reliable(request, 7), reliable(request, 9), reliable(request, 8)};
  });
  dial();
  ASSERT_EQ(count("PRACK"), 2u);
  const Message prack = last("PRACK");
  EXPECT_EQ(prack.field("RAck"), cat("8 ", invite.cseq, " INVITE"));
  EXPECT_EQ(prack.uri, "sip:early@192.0.2.7:5061;transport=tls");
  EXPECT_EQ(prack.fields_named("Route"), (std::vector<std::string>{"<sip:far;lr>", "<sip:near;lr>"}));
  EXPECT_EQ(prack.to_tag(), "server-tag");
  EXPECT_GT(prack.cseq, invite.cseq);
}

TEST_F(F94_EarlyDialog, EachPhoneOfAForkHasItsOwnNumbers) {
  answered_with([](const Message& request) {
    return std::vector{reliable(request, 7, 180, "one"), reliable(request, 100, 180, "two")};
  });
  dial();
  EXPECT_EQ(count("PRACK"), 2u);
  EXPECT_EQ(last("PRACK").to_tag(), "two");
}

TEST_F(F94_EarlyDialog, AnAnswerInAReliableResponseIsTheAnswer) {
  answered_with([](const Message& request) {
    return std::vector{reliable(request, 1, 183, "server-tag", true),
                       answer_to(request, 200, {{"Contact", "<sip:1002@192.0.2.1:5061>"}})};
  });
  dial();
  EXPECT_EQ(call().state, CallState::kEstablished) << call().ended_by;
  EXPECT_EQ(phone.world.settings.back().remote_address, "192.0.2.200");
  EXPECT_EQ(phone.world.settings.back().codec, "PCMU");
}

TEST_F(F94_EarlyDialog, AnotherPhonesAnswerTakesItsPlace) {
  answered_with([](const Message& request) {
    Message other = FakeUserAgentPort::read(far_answer(request, "AEAD_AES_256_GCM", 'z', "192.0.2.201"));
    for (HeaderField& field : other.fields) {
      const size_t tag = field.value.find("server-tag");
      if (field.name == "To" && tag != std::string::npos) field.value.replace(tag, 10, "other-tag!");
    }
    return std::vector{reliable(request, 1, 183, "server-tag", true), write(other)};
  });
  dial();
  EXPECT_EQ(call().state, CallState::kEstablished) << call().ended_by;
  EXPECT_EQ(phone.world.settings.back().remote_address, "192.0.2.201");
}

TEST_F(F94_EarlyDialog, RingingIsReliableWhereTheCallerRequiresIt) {
  const Message ringing = rings({{"Require", "100rel"}});
  ASSERT_EQ(ringing.status, 180);
  EXPECT_EQ(ringing.field("Require"), "100rel");
  const std::string rseq = ringing.field("RSeq").value_or("");
  const size_t sent = phone.world.sent.size();
  ASSERT_TRUE(phone.pass(seconds(2)));
  EXPECT_GE(phone.world.sent.size(), sent + 2) << "it is repeated";
  EXPECT_EQ(hear(of_caller("PRACK", 2, {{"RAck", cat(rseq, "1 1 INVITE")}})).status, 481) << "another";
  EXPECT_EQ(hear(of_caller("PRACK", 3, {{"RAck", cat(rseq, " 1 INVITE")}})).status, 200);
  EXPECT_EQ(hear(of_caller("PRACK", 4, {{"RAck", cat(rseq, " 1 INVITE")}})).status, 481) << "again";
  const size_t then = phone.world.sent.size();
  ASSERT_TRUE(phone.pass(seconds(20)));
  EXPECT_EQ(phone.world.sent.size(), then);
  ASSERT_TRUE(phone.agent.answer(last_call().call, phone.now).ok());
  EXPECT_EQ(last_call().state, CallState::kEstablished);
}

TEST_F(F94_EarlyDialog, AnAnswerBeforeThePrackIsTakenAndThePrackToo) {
  const Message ringing = rings({{"Require", "100rel"}});
  ASSERT_TRUE(phone.agent.answer(last_call().call, phone.now).ok());
  hear(of_caller("ACK", 1));
  ASSERT_TRUE(phone.pass(seconds(40)));
  EXPECT_EQ(last_call().state, CallState::kEstablished);
  EXPECT_EQ(hear(of_caller("PRACK", 2, {{"RAck", cat(ringing.field("RSeq").value_or(""), " 1 INVITE")}})).status, 200);
}

TEST_F(F94_EarlyDialog, WithoutAPrackTheInviteIsRefused) {
  rings({{"Require", "100rel"}});
  ASSERT_TRUE(phone.pass(seconds(33)));
  EXPECT_EQ(FakeUserAgentPort::read(phone.world.sent.back().second).status, 504);
  EXPECT_EQ(last_call().ended_by, "the caller did not acknowledge that it rings (no PRACK)");
}

TEST_F(F94_EarlyDialog, TheFirstReliableResponseCarriesTheOfferThatTheInviteLacks) {
  Message asked = incoming("INVITE", {{"Require", "100rel"}});
  asked.fields.pop_back();
  asked.body.clear();
  hear(asked);
  phone.agent.stream_opened(phone.world.streams.back().first, 24010, phone.now);
  const Message ringing = FakeUserAgentPort::read(phone.world.sent.back().second);
  own_tag = ringing.to_tag();
  ASSERT_NE(ringing.body.find("a=crypto:1 AEAD_AES_256_GCM"), std::string::npos) << ringing.body;
  EXPECT_EQ(phone.agent.answer(last_call().call, phone.now).status().message(),
            "the caller has not confirmed yet that it rings");
  const Message taken = hear(of_caller(
      "PRACK", 2, {{"RAck", cat(ringing.field("RSeq").value_or(""), " 1 INVITE")}, {"Content-Type", "application/sdp"}},
      offer()));
  EXPECT_EQ(taken.status, 200);
  ASSERT_TRUE(phone.agent.answer(last_call().call, phone.now).ok());
  const Message answer = FakeUserAgentPort::read(phone.world.sent.back().second);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "");
  EXPECT_EQ(last_call().state, CallState::kEstablished);
  EXPECT_EQ(phone.world.settings.back().remote_address, "192.0.2.200");
  EXPECT_TRUE(phone.world.settings.back().has_user);
  for (const StreamSetting& setting : phone.world.settings) EXPECT_EQ(setting.receive.suite, "AEAD_AES_256_GCM");
}

TEST_F(F94_EarlyDialog, AnUpdateWhileItRingsIsTaken) {
  rings();
  EXPECT_EQ(hear(of_caller("UPDATE", 2)).status, 200);
  EXPECT_EQ(last_call().state, CallState::kRingingIn);
  const Message offered = hear(of_caller("UPDATE", 3, {{"Content-Type", "application/sdp"}}, offer()));
  EXPECT_EQ(offered.status, 500) << "the first offer has no answer yet";
  EXPECT_TRUE(offered.field("Retry-After").has_value());
  EXPECT_EQ(hear(of_caller("INVITE", 4, {{"Content-Type", "application/sdp"}}, offer())).status, 100);
  EXPECT_EQ(said.back().status, 500);
  EXPECT_EQ(hear(of_caller("UPDATE", 3)).status, 500) << "out of order";
}

TEST_F(F94_EarlyDialog, RequestsOfAFarEndThatRingsAreOfTheCall) {
  answered_with([](const Message& request) { return std::vector{answer_to(request, 180)}; });
  dial();
  EXPECT_EQ(hear(of_called("UPDATE", 1)).status, 200);
  EXPECT_EQ(hear(of_called("OPTIONS", 2)).status, 200);
  EXPECT_EQ(hear(of_called("INFO", 3)).status, 200);
  EXPECT_EQ(hear(of_called("UPDATE", 4, {{"Content-Type", "application/sdp"}}, offer())).status, 491);
  EXPECT_EQ(hear(of_called("BYE", 5)).status, 200);
  ASSERT_TRUE(phone.settle());
  EXPECT_EQ(count("CANCEL"), 1u);
}

}  // namespace
}  // namespace phone::signaling
