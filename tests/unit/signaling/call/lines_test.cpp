// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Several lines: each has its number, name, Contact and limits (cucm-calls.md 7 and 8.2).
#include <gtest/gtest.h>

#include "services/signaling/call/identity.hpp"
#include "services/signaling/registration/register_request.hpp"
#include "services/signaling/user/lines.hpp"
#include "tests/unit/signaling/call/calls_fixture.hpp"
#include "tests/unit/signaling/server_of_tests.hpp"

namespace phone::signaling {
namespace {

LineSettings line(const std::string& number, const std::string& name, const std::string& contact = "") {
  LineSettings settings;
  settings.directory_number = number;
  settings.display_name = name;
  settings.contact = contact;
  return settings;
}

class F92_Lines : public Calls_ {
 protected:
  void SetUp() override {
    settings = test_settings();
    settings.lines = {line("2222", "Ada \"A\" Byron", "desk-1"), line("3333", "Hotline", "5a6f-2"), line("4444", "")};
    settings.lines[1].max_calls = 2;
    settings.lines[1].busy_trigger = 1;
    agent.configure(settings, now);
    agent.flow_up(world.opened.back().first, test_facts(), now);
    receive(answer_to(world.next(), 200,
                      {{"Expires", "120"}, {"Content-Type", "application/x-cisco-remotecc-response+xml"}},
                      "<x-cisco-remotecc-response/>"));
    EXPECT_TRUE(world.quiet()) << "such a server has registered all lines";
    EXPECT_TRUE(agent.view().lines.at(2).registered);
  }
  std::string invite_to(const std::string& user, const std::string& id = "in") {
    std::string invite = incoming(far_sdp("AEAD_AES_256_GCM", 1));
    const auto replace = [&](const std::string& from, const std::string& to) {
      for (size_t at = 0; (at = invite.find(from, at)) != std::string::npos; at += to.size())
        invite.replace(at, from.size(), to);
    };
    replace("sip:2222@192.0.2.99:40000", cat("sip:", user, user.empty() ? "" : "@", "192.0.2.99:40000"));
    replace("Call-ID: in@cucm1", cat("Call-ID: ", id, "@cucm1"));
    replace("z9hG4bKin", cat("z9hG4bK", id));
    return invite;
  }
  Message answer_to_invite(const std::string& user, const std::string& id = "in") {
    receive(invite_to(user, id));
    Message first = world.next();
    if (first.status != 100) return first;
    if (world.quiet()) agent.stream_opened(world.streams.back().first, 24002, now);
    return world.next();
  }
  Settings settings;
};

TEST_F(F92_Lines, TheRequestUriNamesTheLine) {
  const std::pair<std::string, uint32_t> rows[] = {
      {"sip:desk-1@192.0.2.99", 1},
      {"sip:5a6f-2@192.0.2.99:5061;transport=tls", 2},
      {"sip:3333@cucm1;user=phone", 2},
      {"sips:3333:secret@cucm1", 2},
      {"sip:%33333@cucm1", 2},
      {"tel:4444;phone-context=x", 3},
      {cat("sip:", contact_user(cat("SEP0A1B2C3D4E5F", " line 3")), "@h"), 3},
      {"sip:192.0.2.99:40000", 1},
  };
  for (const auto& [uri, expected] : rows) EXPECT_EQ(line_called(settings, uri), expected) << uri;
  for (const char* uri : {"sip:5555@cucm1", "sip:desk-2@h", "sip:33334@h", "tel:444"})
    EXPECT_EQ(line_called(settings, uri), std::nullopt) << uri;
}

TEST_F(F92_Lines, ACallBelongsToTheLineItWasMadeTo) {
  EXPECT_EQ(answer_to_invite("5a6f-2").status, 180);
  EXPECT_EQ(call().line, 2u);
  EXPECT_EQ(call().own_number, "3333");
  ASSERT_TRUE(agent.answer(call().call, now).ok());
  const Message ok = world.next();
  EXPECT_EQ(ok.status, 200);
  ASSERT_EQ(ok.contacts.size(), 1u);
  EXPECT_EQ(ok.contacts[0].user, "5a6f-2");
}

// The NOTIFY about a REFER is that line's too, and so is its digest.
TEST_F(F92_Lines, AReferIsAnsweredByTheLineItSpeaksTo) {
  settings.lines[0].auth_name = "first", settings.lines[1].auth_name = "second";
  for (LineSettings& one : settings.lines) one.auth_password = crypto::Secret("secret");
  agent.configure(settings, now);
  receive(
      "REFER sip:3333@192.0.2.99:40000 SIP/2.0\r\nVia: SIP/2.0/TLS 192.0.2.1;branch=z9hG4bKr\r\nMax-Forwards: 70\r\n"
      "From: <sip:cucm1>;tag=a\r\nTo: <sip:3333@192.0.2.99>\r\nCall-ID: refer@cucm1\r\nCSeq: 1 REFER\r\n"
      "Contact: <sip:cucm1:5061;transport=tls>\r\nRefer-To: <cid:1@cucm1>\r\n"
      "Content-Type: application/x-cisco-remotecc-request+xml\r\nContent-Length: 66\r\n\r\n"
      "<x-cisco-remotecc-request><optionsind/></x-cisco-remotecc-request>");
  EXPECT_EQ(world.next().status, 202);
  const Message notify = world.next();
  ASSERT_EQ(notify.method, "NOTIFY");
  EXPECT_EQ(notify.contacts.at(0).user, "5a6f-2");
  receive(answer_to(notify, 401, {challenge_with("n1")}));
  EXPECT_NE(world.next().field("Authorization").value_or("").find("username=\"second\""), std::string::npos);
}

TEST_F(F92_Lines, ACallForSomebodyElseIsNotFound) {
  EXPECT_EQ(answer_to_invite("5555").status, 404);
  EXPECT_TRUE(agent.view().calls.empty());
}

TEST_F(F92_Lines, ALineThatIsBusyLeavesTheOthersFree) {
  EXPECT_EQ(answer_to_invite("3333", "one").status, 180);
  EXPECT_EQ(answer_to_invite("3333", "two").status, 486);
  EXPECT_EQ(answer_to_invite("4444", "three").status, 180);
  EXPECT_EQ(agent.view().calls.back().line, 3u);
}

TEST_F(F92_Lines, ACallLeavesFromTheChosenLine) {
  ASSERT_TRUE(agent.dial(DialOrder{.number = "1002", .line = 2}, now).ok());
  agent.stream_opened(world.streams.back().first, 24000, now);
  const Message invite = world.next();
  EXPECT_EQ(invite.from.uri, "sip:3333@cucm1");
  EXPECT_EQ(invite.from.display, "Hotline");
  ASSERT_EQ(invite.contacts.size(), 1u);
  EXPECT_EQ(invite.contacts[0].user, "5a6f-2");
  EXPECT_EQ(call().line, 2u);
  EXPECT_EQ(call().own_number, "3333");
}

TEST_F(F92_Lines, WithoutAChoiceItIsTheFirstAndItsNameIsQuoted) {
  const Message invite = dialled();
  EXPECT_EQ(invite.from.uri, "sip:2222@cucm1");
  EXPECT_NE(invite.field("From").value_or("").find("\"Ada \\\"A\\\" Byron\" <sip:2222@cucm1>"), std::string::npos);
  EXPECT_EQ(invite.contacts.at(0).user, "desk-1");
}

TEST_F(F92_Lines, ALineHasItsOwnLimitOfCalls) {
  ASSERT_TRUE(agent.dial(DialOrder{.number = "1002", .line = 2}, now).ok());
  EXPECT_EQ(answer_to_invite("3333").status, 486);
  ASSERT_TRUE(agent.dial(DialOrder{.number = "1003", .line = 3}, now).ok());
  EXPECT_EQ(agent.dial(DialOrder{.number = "1002", .line = 4}, now).status().message(), "the phone has no such line");
}

TEST_F(F92_Lines, TheLineOutlivesTheProcess) {
  ASSERT_TRUE(agent.dial(DialOrder{.number = "1002", .line = 2}, now).ok());
  agent.stream_opened(world.streams.back().first, 24000, now);
  receive(answer_to(world.next(), 200, {{"Contact", "<sip:1002@192.0.2.1:5061>"}, {"Content-Type", "application/sdp"}},
                    far_sdp("AEAD_AES_256_GCM", 1)));
  FakeUserAgentPort later;
  UserAgent again(later);
  again.configure(settings, now);
  again.restore(world.record, {}, now);
  EXPECT_EQ(again.view().calls.at(0).line, 2u);
  EXPECT_EQ(again.view().calls.at(0).own_number, "3333");
}

TEST(F92_HiddenCaller, AsksForItInOneOfFourWays) {
  const auto hidden = [](std::vector<HeaderField> fields, const std::string& from = "<sip:1002@cucm1>;tag=a") {
    Message invite;
    invite.is_request = true;
    invite.method = "INVITE";
    invite.uri = "sip:2222@h";
    invite.add("Via", "SIP/2.0/TLS 192.0.2.1:5061;branch=z9hG4bKin").add("From", from).add("To", "<sip:2222@cucm1>");
    invite.add("Call-ID", "a").add("CSeq", "1 INVITE").add("Max-Forwards", "70").add("Contact", "<sip:a@b>");
    for (HeaderField& field : fields) invite.fields.push_back(field);
    return identity_of_caller(FakeUserAgentPort::read(write(invite))).number.empty();
  };
  EXPECT_TRUE(hidden({{"Privacy", "id"}}));
  EXPECT_TRUE(hidden({{"Privacy", "critical; USER"}}));
  EXPECT_TRUE(hidden({{"Privacy", "header"}}));
  EXPECT_TRUE(hidden({{"Remote-Party-ID", "\"Ada\" <sip:1002@cucm1>;party=calling;privacy=full;screen=yes"}}));
  EXPECT_TRUE(hidden({{"Remote-Party-ID", "<sip:1002@cucm1>;privacy=uri"}}));
  EXPECT_TRUE(hidden({}, "\"Anonymous\" <sip:anonymous@anonymous.invalid>;tag=a"));
  EXPECT_TRUE(hidden({}, "<sip:x@anonymous.invalid>;tag=a"));
  EXPECT_FALSE(hidden({}));
  EXPECT_FALSE(hidden({{"Privacy", "none"}}));
  EXPECT_FALSE(hidden({{"Privacy", "session"}}));
  EXPECT_FALSE(hidden({{"Remote-Party-ID", "\"privacy=full\" <sip:1002@cucm1;privacy=full>;privacy=off"}}));
}

}  // namespace
}  // namespace phone::signaling
