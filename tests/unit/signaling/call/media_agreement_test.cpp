// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F20: media has the last word. An offer is answered once it has agreed; what it refuses is refused with the reason,
// and no call stands without sound and without a word.
#include "services/signaling/sdp/sdp.hpp"
#include "tests/unit/signaling/call/calls_fixture.hpp"

namespace phone::signaling {
namespace {

constexpr char kAgreedSuite[] = "AEAD_AES_256_GCM";

class F20_MediaAgreement : public Calls_ {
 protected:
  void media_waits() {
    world.media_is_asked = [this](const StreamSetting&, FakeUserAgentPort::Done done) {
      asked.push_back(std::move(done));
    };
  }
  void media_says(const absl::Status& status) {
    auto done = std::exchange(asked, {});
    for (auto& one : done) one(status);
  }
  // An incoming call that has been answered here.
  void answered() {
    receive(incoming(far_sdp(kAgreedSuite, 1)));
    agent.stream_opened(world.streams.back().first, 24000, now);
    ASSERT_TRUE(agent.answer(call().call, now).ok());
  }
  Message last() { return FakeUserAgentPort::read(world.sent.back().second); }
  Message of_incoming(const std::string& method, uint32_t cseq, const std::string& body = "") {
    Message message = FakeUserAgentPort::read(incoming(body));
    message.method = method;
    for (HeaderField& field : message.fields) {
      if (field.name == "CSeq") field.value = cat(cseq, " ", method);
      if (field.name == "Via") field.value = cat("SIP/2.0/TLS 192.0.2.1:5061;branch=z9hG4bK", cseq, method);
      if (field.name == "To") field.value = cat("<sip:2222@cucm1>;tag=", tag);
    }
    return message;
  }
  std::vector<FakeUserAgentPort::Done> asked;
  std::string tag;
};

TEST_F(F20_MediaAgreement, The200LeavesWhenMediaHasAgreed) {
  media_waits();
  answered();
  EXPECT_EQ(last().status, 180);
  EXPECT_EQ(call().state, CallState::kRingingIn);
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_TRUE(world.settings.back().has_user);
  EXPECT_EQ(agent.answer(call().call, now).status().message(), "the call is being answered already");
  media_says(absl::OkStatus());
  EXPECT_EQ(last().status, 200);
  EXPECT_EQ(call().state, CallState::kEstablished);
  EXPECT_EQ(world.settings.size(), 1u);
}

TEST_F(F20_MediaAgreement, ARefusalOfAFirstOfferIs488WithItsReason) {
  media_waits();
  answered();
  media_says(absl::InvalidArgumentError("remote_address: it is \"odd\""));
  EXPECT_EQ(last().status, 488);
  EXPECT_EQ(last().field("Warning"), "399 phone \"remote_address: it is 'odd'\"");
  EXPECT_EQ(call().state, CallState::kEnded);
  EXPECT_EQ(call().ended_by, "media: remote_address: it is \"odd\"");
  EXPECT_EQ(world.closed_streams.size(), 1u);
}

TEST_F(F20_MediaAgreement, MediaThatIsNotThereIs500) {
  media_waits();
  answered();
  media_says(absl::UnavailableError("no answer"));
  EXPECT_EQ(last().status, 500);
  EXPECT_EQ(call().state, CallState::kEnded);
}

TEST_F(F20_MediaAgreement, ACancelComesBetween) {
  media_waits();
  answered();
  Message cancel = FakeUserAgentPort::read(incoming(""));
  cancel.method = "CANCEL";
  for (HeaderField& field : cancel.fields) {
    if (field.name == "CSeq") field.value = "101 CANCEL";
  }
  receive(write(cancel));
  EXPECT_EQ(call().state, CallState::kEnded);
  const size_t sent = world.sent.size();
  media_says(absl::OkStatus());
  EXPECT_EQ(world.sent.size(), sent) << "nothing is answered twice";
}

TEST_F(F20_MediaAgreement, TheUserHangsUpBetween) {
  media_waits();
  answered();
  ASSERT_TRUE(agent.hang_up(call().call, now).ok());
  EXPECT_EQ(call().state, CallState::kEnded);
  media_says(absl::OkStatus());
  EXPECT_EQ(call().state, CallState::kEnded);
}

TEST_F(F20_MediaAgreement, ARefusalOfALaterOfferKeepsTheCall) {
  answered();
  tag = last().to_tag();
  receive(write(of_incoming("ACK", 101)));
  const StreamSetting before = world.settings.back();
  media_waits();
  receive(write(of_incoming("INVITE", 102, far_sdp(kAgreedSuite, 1, 'n'))));
  EXPECT_NE(last().status, 200);
  receive(write(of_incoming("UPDATE", 103, far_sdp(kAgreedSuite, 1, 'm'))));
  EXPECT_EQ(last().status, 491) << "one offer at a time";
  media_says(absl::FailedPreconditionError("transmit: no"));
  EXPECT_EQ(last().status, 488);
  EXPECT_EQ(last().field("Warning"), "399 phone \"transmit: no\"");
  EXPECT_EQ(call().state, CallState::kEstablished);
  world.media_is_asked = nullptr;
  ASSERT_TRUE(agent.hold(call().call, now).ok());
  EXPECT_EQ(world.settings.back().receive.key_salt, before.receive.key_salt) << "as it was before the offer";
}

TEST_F(F20_MediaAgreement, AByeBetweenAnswersTheOffer487) {
  answered();
  tag = last().to_tag();
  receive(write(of_incoming("ACK", 101)));
  media_waits();
  receive(write(of_incoming("INVITE", 102, far_sdp(kAgreedSuite, 1, 'n'))));
  const size_t before = world.sent.size();
  receive(write(of_incoming("BYE", 103)));
  ASSERT_EQ(world.sent.size(), before + 2);
  EXPECT_EQ(FakeUserAgentPort::read(world.sent[before].second).status, 200);
  EXPECT_EQ(last().status, 487);
  EXPECT_EQ(last().cseq, 102u);
}

TEST_F(F20_MediaAgreement, AnAnswerThatMediaRefusesEndsTheCall) {
  world.media_says = absl::InvalidArgumentError("remote_address: it is odd");
  const Message invite = dialled();
  receive(answer_to(invite, 200, {{"Contact", "<sip:1002@192.0.2.1>"}, {"Content-Type", "application/sdp"}},
                    far_sdp(kAgreedSuite, 1)));
  EXPECT_EQ(world.next().method, "ACK");
  EXPECT_EQ(world.next().method, "BYE");
  EXPECT_EQ(call().state, CallState::kEnded);
  EXPECT_EQ(call().ended_by, "media: remote_address: it is odd");
}

TEST_F(F20_MediaAgreement, ALaterAnswerThatMediaRefusesLeavesWhatWas) {
  const Message invite = established();
  const StreamSetting before = world.settings.back();
  int refusals = 1;
  world.media_is_asked = [&](const StreamSetting&, FakeUserAgentPort::Done done) {
    done(refusals-- > 0 ? absl::InvalidArgumentError("remote_address: it is odd") : absl::OkStatus());
  };
  receive(request("INVITE", 300, invite));
  receive(request("ACK", 300, invite, {{"Content-Type", "application/sdp"}}, far_sdp(kAgreedSuite, 1, 'n')));
  EXPECT_EQ(call().state, CallState::kEstablished);
  EXPECT_EQ(world.settings.back().receive.key_salt, before.receive.key_salt);
  refusals = 2;
  receive(request("INVITE", 301, invite));
  receive(request("ACK", 301, invite, {{"Content-Type", "application/sdp"}}, far_sdp(kAgreedSuite, 1, 'o')));
  EXPECT_EQ(call().state, CallState::kEnded) << "nothing that media takes is left";
  EXPECT_EQ(call().ended_by, "media: remote_address: it is odd");
}

TEST_F(F20_MediaAgreement, MediaThatRestartsEndsNoCall) {
  const Message invite = dialled();
  world.media_says = absl::UnavailableError("gone");
  receive(answer_to(invite, 200, {{"Contact", "<sip:1002@192.0.2.1>"}, {"Content-Type", "application/sdp"}},
                    far_sdp(kAgreedSuite, 1)));
  EXPECT_EQ(call().state, CallState::kEstablished);
}

TEST_F(F20_MediaAgreement, AllThatWasAgreedOnIsOrdered) {
  std::string sdp = far_sdp("AEAD_AES_128_GCM", 3);
  sdp.replace(sdp.find(" 0 101"), 6, " 0 96 101 97 13");
  sdp +=
      "a=rtpmap:96 opus/48000/2\r\na=fmtp:96 useinbandfec=1; usedtx=1\r\na=rtpmap:97 "
      "telephone-event/48000\r\na=ptime:40\r\n";
  receive(incoming(sdp));
  agent.stream_opened(world.streams.back().first, 24000, now);
  ASSERT_TRUE(agent.answer(call().call, now).ok());
  const StreamSetting& order = world.settings.back();
  EXPECT_EQ(order.codec, "PCMU");
  EXPECT_EQ(order.dtmf_payload_type, 101);
  EXPECT_EQ(order.dtmf_clock_rate, 8000u);
  EXPECT_EQ(order.packet_milliseconds, 40u);
  EXPECT_FALSE(order.leaves_out_silence);
  std::string also;
  for (const Format& format : order.also_receive)
    also += cat(static_cast<int>(format.payload_type), "=", rtpmap_of(format), " ");
  EXPECT_EQ(also, "96=opus/48000/2 97=telephone-event/48000 13=CN/8000 ");
}

}  // namespace
}  // namespace phone::signaling
