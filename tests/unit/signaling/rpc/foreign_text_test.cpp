// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Whatever bytes a far end puts where people read: the state stays a protobuf that can be read, without controls, and
// so do the record for the next process and what is reported.
#include <google/protobuf/message.h>
#include <gtest/gtest.h>

#include "common/text/foreign_text.hpp"
#include "services/signaling/rpc/convert_rpc.hpp"
#include "tests/unit/signaling/fake_user_agent_port.hpp"

namespace phone::signaling {
namespace {

// Latin-1, controls, an override that turns text around, half a character, an overlong slash.
constexpr std::string_view kForeign = "J\xfcrgen \x1b[31m\x7f\xe2\x80\xae\xe2\x82\xc0\xaf";
constexpr std::string_view kCleaned = "J\xef\xbf\xbdrgen";

// Every string in it, at any depth.
void expect_clean(const google::protobuf::Message& message) {
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  const auto* reflection = message.GetReflection();
  reflection->ListFields(message, &fields);
  for (const auto* field : fields) {
    const int count = field->is_repeated() ? reflection->FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      if (field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) {
        expect_clean(field->is_repeated() ? reflection->GetRepeatedMessage(message, field, i)
                                          : reflection->GetMessage(message, field));
      } else if (field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_STRING) {
        const std::string value = field->is_repeated() ? reflection->GetRepeatedString(message, field, i)
                                                       : reflection->GetString(message, field);
        EXPECT_TRUE(text::is_clean(value)) << field->full_name() << ": " << testing::PrintToString(value);
        EXPECT_LE(value.size(), 1024U) << field->full_name();
      }
    }
  }
}

class F88_ForeignText : public testing::Test {
 protected:
  void SetUp() override {
    agent.configure(test_settings(), now);
    agent.flow_up(world.opened.back().first, test_facts(), now);
    receive(answer_to(world.next(), 200, {{"Expires", "120"}}));
  }
  void receive(const std::string& bytes) { agent.flow_message(world.opened.back().first, bytes, now); }

  static std::string far_sdp() {
    LocalSession far{"192.0.2.200", 30000, 1, 1, {"PCMU"}, {}, Direction::kSendReceive};
    far.crypto = {{1, "AEAD_AES_256_GCM", crypto::Secret(std::string(44, 'k'))}};
    return write_offer(far);
  }
  static Message request(const std::string& method, int cseq, const std::string& from) {
    Message message;
    message.is_request = true;
    message.method = method;
    message.uri = "sip:2222@192.0.2.99:40000";
    message.add("Via", cat("SIP/2.0/TLS 192.0.2.1:5061;branch=z9hG4bK", method, cseq)).add("From", from);
    message.add("Call-ID", "in@cucm1").add("CSeq", cat(cseq, " ", method)).add("Max-Forwards", "70");
    message.add("Contact", "<sip:1002@192.0.2.1:5061;transport=tls>");
    return message;
  }
  // Rings, with media ready.
  CallView incoming(const std::string& from, std::vector<HeaderField> extra = {}) {
    Message invite = request("INVITE", 101, from);
    invite.add("To", "<sip:2222@cucm1>").add("Content-Type", "application/sdp");
    for (HeaderField& field : extra) invite.fields.push_back(field);
    invite.body = far_sdp();
    receive(write(invite));
    if (!world.streams.empty()) agent.stream_opened(world.streams.back().first, 24000, now);
    return agent.view().calls.empty() ? CallView() : agent.view().calls.back();
  }
  // The state as a watcher gets it.
  v1::SignalingState told() {
    v1::SignalingState state;
    EXPECT_TRUE(state.ParseFromString(to_proto(agent.view()).SerializeAsString()));
    expect_clean(state);
    return state;
  }

  FakeUserAgentPort world;
  UserAgent agent{world};
  TimePoint now{};
};

TEST_F(F88_ForeignText, InACallersNameSpoilsNeitherStateNorAnswer) {
  const CallView ringing = incoming(cat("\"", kForeign, "\" <sip:1002@cucm1>;tag=far"));
  EXPECT_TRUE(ringing.remote_name.starts_with(kCleaned)) << testing::PrintToString(ringing.remote_name);
  EXPECT_EQ(told().call(0).remote_name(), ringing.remote_name);
  const auto answered = agent.answer(ringing.call, now);
  ASSERT_TRUE(answered.ok()) << answered.status();
  v1::Call call;
  EXPECT_TRUE(call.ParseFromString(to_proto(*answered).SerializeAsString()));
  // What goes back to the far end is its own header field, byte for byte.
  EXPECT_NE(world.sent.back().second.find(kForeign), std::string::npos);
  EXPECT_TRUE(text::is_clean(answered->remote_name));
  ASSERT_FALSE(world.record.empty());
  for (const Call& kept : parse_record(world.record)) EXPECT_EQ(kept.remote_name, ringing.remote_name);
}

TEST_F(F88_ForeignText, InTheUserOfAUri) {
  EXPECT_EQ(incoming("<sip:M%FCller%0A%1B@cucm1>;tag=far").remote_number, "M\xef\xbf\xbdller ");
  told();
}

TEST_F(F88_ForeignText, InANameWithoutQuotesIsNoName) {
  EXPECT_EQ(incoming("caf\xe9 <sip:1002@cucm1>;tag=far").call, "");
  EXPECT_TRUE(world.sent.back().second.starts_with("SIP/2.0 400 Bad Request: malformed header field"));
}

TEST_F(F88_ForeignText, QuotedPairsOfANameAreUndone) {
  EXPECT_EQ(incoming("\"a \\\"b\\\\c\" <sip:1002@cucm1>;tag=far").remote_name, "a \"b\\c");
}

TEST_F(F88_ForeignText, LongNamesAndNumbersAreCut) {
  const CallView ringing =
      incoming(cat("\"", std::string(6000, '\xe9'), "\" <sip:", std::string(1500, '7'), "@cucm1>;tag=far"));
  EXPECT_LE(ringing.remote_name.size(), text::kForeignTextLimit);
  EXPECT_EQ(ringing.remote_number.size(), 64U);
  told();
}

TEST_F(F88_ForeignText, InTheReasonOfABye) {
  const CallView ringing = incoming("<sip:1002@cucm1>;tag=far");
  ASSERT_TRUE(agent.answer(ringing.call, now).ok());
  const std::string tag = FakeUserAgentPort::read(world.sent.back().second).to_tag();
  Message bye = request("BYE", 102, "<sip:1002@cucm1>;tag=far");
  bye.add("To", cat("<sip:2222@cucm1>;tag=", tag)).add("Reason", cat("Q.850;cause=16;text=\"", kForeign, "\""));
  receive(write(bye));
  const v1::SignalingState state = told();
  EXPECT_NE(state.call(0).ended_by().find(kCleaned), std::string::npos) << state.call(0).ended_by();
  EXPECT_TRUE(state.call(0).ended_by().starts_with("the far end hung up: Q.850"));
}

TEST_F(F88_ForeignText, InThePhraseOfARefusal) {
  ASSERT_TRUE(agent.dial("1002", now).ok());
  agent.stream_opened(world.streams.back().first, 24000, now);
  while (!world.quiet() && world.next().method != "INVITE") {
  }
  const Message invite = FakeUserAgentPort::read(world.sent.back().second);
  Message response = make_response(invite, 486, std::string(kForeign), "tag");
  receive(write(response));
  EXPECT_TRUE(told().call(0).ended_by().starts_with(cat("refused: 486 ", kCleaned)));
}

TEST_F(F88_ForeignText, InThePhraseAndWarningOfARegistrationAndInAnAlgorithm) {
  now += std::chrono::seconds(120);
  agent.on_time(now);
  const Message renewal = FakeUserAgentPort::read(world.sent.back().second);
  ASSERT_EQ(renewal.method, "REGISTER");
  Message response = make_response(renewal, 403, std::string(kForeign), "tag");
  response.add("Warning", cat("399 lab \"", kForeign, "\""));
  receive(write(response));
  const std::string reason = told().registration(0).reason();
  EXPECT_NE(reason.find(cat("403 ", kCleaned)), std::string::npos) << reason;
  EXPECT_NE(reason.find("(399 lab"), std::string::npos) << reason;
}

TEST_F(F88_ForeignText, InAMediaLineIsNotRepeatedAndInAnAddressNotPassedOn) {
  const size_t streams = world.streams.size();
  Message invite = request("INVITE", 101, "<sip:1002@cucm1>;tag=far");
  invite.add("To", "<sip:2222@cucm1>").add("Content-Type", "application/sdp");
  invite.body = cat(far_sdp(), "m=vid\xe9o 1 RTP/AVP 31\r\n");
  receive(write(invite));
  EXPECT_TRUE(world.sent.back().second.starts_with("SIP/2.0 400 SDP: malformed media line"))
      << world.sent.back().second;
  auto session = parse_sdp("v=0\r\nc=IN IP4 192.0.2.\xe9\r\nm=audio 4000 RTP/AVP 0\r\n");
  ASSERT_TRUE(session.ok());
  EXPECT_EQ(session->media.at(0).address.host, "");
  EXPECT_EQ(world.streams.size(), streams);
}

// The record of an older phone, which kept a name as it came.
TEST_F(F88_ForeignText, InTheRecordOfAnOlderPhoneIsCleanedToo) {
  FakeUserAgentPort later;
  UserAgent next(later);
  next.configure(test_settings(), now);
  next.restore(cat("call\nid call-1\nstream stream-1\nnumber 1\x07\nname ", kForeign,
                   "\ncall_id a\nlocal_tag b\nremote_tag c\nremote_target sip:a@h\n"),
               {}, now);
  ASSERT_EQ(next.view().calls.size(), 1U);
  EXPECT_TRUE(next.view().calls[0].remote_name.starts_with(kCleaned));
  expect_clean(to_proto(next.view()));
}

// The glue is the last gate: whatever a view holds, the message can be read.
TEST(F88_ForeignTextInTheGlue, EveryTextOfAViewIsClean) {
  const std::string foreign = cat(kForeign, std::string(4000, '\xff'));
  CallView call;
  for (std::string* to :
       {&call.call, &call.remote_number, &call.remote_name, &call.transmit_suite, &call.receive_suite, &call.codec,
        &call.ended_by, &call.stream, &call.security.weakest_part, &call.security.reason})
    *to = foreign;
  RegistrationView one;
  for (std::string* to : {&one.server, &one.tls_version, &one.cipher_suite, &one.client_certificate,
                          &one.server_certificate, &one.reason})
    *to = foreign;
  StateView view{{one}, {call}, true, foreign};
  const v1::SignalingState state = to_proto(view);
  EXPECT_FALSE(state.call(0).remote_name().empty());
  EXPECT_FALSE(state.registration(0).reason().empty());
  expect_clean(state);
  v1::SignalingState read;
  EXPECT_TRUE(read.ParseFromString(state.SerializeAsString()));
}

TEST_F(F88_ForeignText, DroppedMessagesAreToldOfOnceASecond) {
  const auto told_of = [&] {
    return std::count_if(world.reports.begin(), world.reports.end(),
                         [](const std::string& one) { return one.starts_with("sip.dropped"); });
  };
  for (int i = 0; i < 500; ++i) receive("SIP/2.0 200 \xe9\r\nVia: x\r\n\r\n");
  EXPECT_EQ(told_of(), 1);
  now += std::chrono::seconds(1);
  receive("no SIP\r\n\r\n");
  EXPECT_EQ(told_of(), 2);
}

}  // namespace
}  // namespace phone::signaling
