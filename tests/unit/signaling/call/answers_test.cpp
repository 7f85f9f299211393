// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Answers to the phone's offers: which 200 answers which INVITE, and bodies that are multiparts.
#include <gtest/gtest.h>

#include "services/signaling/sdp/sdp.hpp"
#include "tests/unit/signaling/server_of_tests.hpp"

namespace phone::signaling {
namespace {

using std::chrono::seconds;

constexpr char kAnswerSuite[] = "AEAD_AES_256_GCM";

// The same message with its body as the second part of a multipart.
std::string in_multipart(const std::string& bytes) {
  Message message = FakeUserAgentPort::read(bytes);
  for (HeaderField& field : message.fields) {
    if (field.name == "Content-Type") field.value = "multipart/mixed;boundary=uniqueBoundary";
  }
  message.body =
      cat("--uniqueBoundary\r\nContent-Type: "
          "application/x-cisco-remotecc-request+xml\r\n\r\n<x-cisco-remotecc-request/>\r\n"
          "--uniqueBoundary\r\nContent-Type: application/sdp\r\n\r\n",
          message.body, "\r\n--uniqueBoundary--\r\n");
  return write(message);
}

std::string far_sdp(const std::string& address, char key) {
  LocalSession far{address, 30000, 1, 1, {"PCMU"}, {}, Direction::kSendReceive};
  far.crypto = {{1, kAnswerSuite, crypto::Secret(std::string(44, key))}};
  return write_offer(far);
}

class F20_AnswersToOffers : public testing::Test {
 protected:
  std::vector<std::string> serve(const Message& request) {
    if (request.method == "REGISTER") return {answer_to(request, 200, {{"Expires", "120"}})};
    if (request.method != "INVITE") return {answer_to(request, 200)};
    invites.push_back(request);
    if (invites.size() > answered) return {};
    const std::string answer = far_answer(request, kAnswerSuite, far_key, far_address);
    return {multipart ? in_multipart(answer) : answer};
  }
  void call(ServedPhone& phone) {
    phone.agent.configure(test_settings(), phone.now);
    ASSERT_TRUE(phone.settle());
    ASSERT_TRUE(phone.agent.dial("1002", phone.now).ok());
    phone.agent.stream_opened(phone.world.streams.back().first, 24000, phone.now);
    ASSERT_TRUE(phone.settle());
  }
  // A process after the one that made the call, at a peer that takes no UPDATE: its refresh, a re-INVITE, is answered
  // by another far end, and a second re-INVITE with fresh keys follows, which stays unanswered.
  void two_reinvites() {
    ServedPhone before([this](FlowId, const Message& request) { return serve(request); });
    ASSERT_NO_FATAL_FAILURE(call(before));
    ASSERT_TRUE(before.pass(seconds(6)));
    std::string record = before.world.record;
    record.replace(record.find("update 1"), 8, "update 0");
    far_key = 'w';
    far_address = "192.0.2.230";
    invites.clear();
    answered = 1;
    phone.agent.restore(record, {{before.world.settings.back(), 24000}}, phone.now);
    phone.agent.configure(test_settings(), phone.now);
    ASSERT_TRUE(phone.settle());
    ASSERT_EQ(invites.size(), 2u);
    ASSERT_TRUE(phone.world.settings.empty()) << "nothing is in force before the second answer";
  }
  static void is_ack(const std::vector<Message>& said, uint32_t cseq) {
    ASSERT_EQ(said.size(), 1u);
    EXPECT_EQ(said[0].method, "ACK");
    EXPECT_EQ(said[0].cseq, cseq);
  }
  Message request(const std::string& method, uint32_t cseq, const std::string& body = "") const {
    Message message = far_request(method, cseq, invites.front());
    message.add("Content-Type", "application/sdp");
    message.body = body;
    return message;
  }
  const StreamSetting& stream() const { return phone.world.settings.back(); }

  ServedPhone phone{[this](FlowId, const Message& request) { return serve(request); }};
  std::vector<Message> invites;
  size_t answered = 100;  // so many INVITEs, the first ones
  bool multipart = false;
  char far_key = 'k';
  std::string far_address = "192.0.2.200";
};

TEST_F(F20_AnswersToOffers, ARepeated200OfAnEarlierInviteIsOnlyAcknowledged) {
  ASSERT_NO_FATAL_FAILURE(two_reinvites());
  for (int again = 0; again < 3; ++again) {
    is_ack(phone.hear(far_answer(invites[0], kAnswerSuite, far_key, far_address)), invites[0].cseq);
    EXPECT_TRUE(phone.world.settings.empty()) << "it was taken for the second's answer";
  }
  is_ack(phone.hear(far_answer(invites[1], kAnswerSuite, 'x', "192.0.2.231")), invites[1].cseq);
  ASSERT_EQ(phone.world.settings.size(), 1u);
  EXPECT_EQ(stream().remote_address, "192.0.2.231");
  EXPECT_EQ(stream().transmit.key_salt, parse_sdp(invites[1].body)->media.at(0).crypto.at(0).key_salt);
}

TEST_F(F20_AnswersToOffers, A200WithTheNumberOfAnEarlierInviteIsOnlyAcknowledged) {
  ASSERT_NO_FATAL_FAILURE(two_reinvites());
  // The second's branch with the first's number, as a confused server would say it.
  std::string stale = far_answer(invites[1], kAnswerSuite, far_key, far_address);
  const std::string number = cat("CSeq: ", invites[1].cseq, " INVITE");
  ASSERT_NE(stale.find(number), std::string::npos);
  stale.replace(stale.find(number), number.size(), cat("CSeq: ", invites[0].cseq, " INVITE"));
  is_ack(phone.hear(stale), invites[0].cseq);
  EXPECT_TRUE(phone.world.settings.empty());
  is_ack(phone.hear(far_answer(invites[1], kAnswerSuite, far_key, far_address)), invites[1].cseq);
  EXPECT_EQ(phone.world.settings.size(), 1u);
}

TEST_F(F20_AnswersToOffers, ARepeated200OfTheLastInviteChangesNothing) {
  ASSERT_NO_FATAL_FAILURE(two_reinvites());
  is_ack(phone.hear(far_answer(invites[1], kAnswerSuite, far_key, far_address)), invites[1].cseq);
  is_ack(phone.hear(far_answer(invites[1], kAnswerSuite, 'y', "192.0.2.240")), invites[1].cseq);
  ASSERT_EQ(phone.world.settings.size(), 1u);
  EXPECT_EQ(stream().remote_address, far_address);
}

TEST_F(F20_AnswersToOffers, AfterARepeated200TheSecondMayStillBeRefused) {
  ASSERT_NO_FATAL_FAILURE(two_reinvites());
  is_ack(phone.hear(far_answer(invites[0], kAnswerSuite, far_key, far_address)), invites[0].cseq);
  is_ack(phone.hear(answer_to(invites[1], 488)), invites[1].cseq);
  EXPECT_TRUE(phone.world.settings.empty());
  EXPECT_EQ(phone.agent.view().calls.at(0).state, CallState::kEstablished);
  // And an offer of the far end is taken again: nothing of ours is under way.
  EXPECT_EQ(phone.hear(write(request("INVITE", 900, far_sdp("192.0.2.232", 'z')))).back().status, 200);
}

TEST_F(F20_AnswersToOffers, TheFarEndsOfferWaitsForOursThoughA200WasRepeated) {
  ASSERT_NO_FATAL_FAILURE(two_reinvites());
  is_ack(phone.hear(far_answer(invites[0], kAnswerSuite, far_key, far_address)), invites[0].cseq);
  EXPECT_EQ(phone.hear(write(request("INVITE", 900, far_sdp("192.0.2.232", 'z')))).back().status, 491);
}

TEST_F(F20_AnswersToOffers, AMultipart200AnswersTheInvite) {
  multipart = true;
  ASSERT_NO_FATAL_FAILURE(call(phone));
  EXPECT_EQ(phone.agent.view().calls.at(0).state, CallState::kEstablished);
  ASSERT_EQ(phone.world.settings.size(), 1u);
  EXPECT_EQ(stream().remote_address, far_address);
}

TEST_F(F20_AnswersToOffers, AMultipart200AnswersAReinvite) {
  ASSERT_NO_FATAL_FAILURE(two_reinvites());
  is_ack(phone.hear(in_multipart(far_answer(invites[1], kAnswerSuite, far_key, far_address))), invites[1].cseq);
  ASSERT_EQ(phone.world.settings.size(), 1u);
  EXPECT_EQ(stream().remote_address, far_address);
}

// The first answer decides whether keys are shown to another: it is read like any other.
TEST_F(F20_AnswersToOffers, AMultipart200OfAnotherFarEndIsSeenToBeOne) {
  multipart = true;
  ASSERT_NO_FATAL_FAILURE(two_reinvites());
}

TEST_F(F20_AnswersToOffers, AMultipartAckAnswersAnOfferOfThePhone) {
  ASSERT_NO_FATAL_FAILURE(call(phone));
  const size_t orders = phone.world.settings.size();
  ASSERT_EQ(phone.hear(write(request("INVITE", 900))).back().status, 200);
  phone.hear(in_multipart(write(request("ACK", 900, far_sdp("192.0.2.210", 't')))));
  ASSERT_EQ(phone.world.settings.size(), orders + 1);
  EXPECT_EQ(stream().remote_address, "192.0.2.210");
}

TEST_F(F20_AnswersToOffers, AMultipartOfferIsAnswered) {
  ASSERT_NO_FATAL_FAILURE(call(phone));
  ASSERT_EQ(phone.hear(in_multipart(write(request("INVITE", 900, far_sdp("192.0.2.211", 't'))))).back().status, 200);
  EXPECT_EQ(stream().remote_address, "192.0.2.211");
}

// RFC 2045 section 5.1.
TEST_F(F20_AnswersToOffers, AMultipartIsOneInAnyCase) {
  ASSERT_NO_FATAL_FAILURE(call(phone));
  uint32_t cseq = 900;
  Message invite = request("INVITE", cseq, "--b\r\nContent-Type: text/plain\r\n\r\nv=0\r\n--b--\r\n");
  for (const char* type : {"multipart/mixed;boundary=b", "Multipart/Mixed;boundary=b", "MULTIPART/MIXED;boundary=b"}) {
    invite.fields.back().value = type;
    EXPECT_EQ(phone.hear(write(invite)).back().status, 200) << type;
    phone.hear(write(request("ACK", cseq, far_sdp("192.0.2.212", 't'))));
    invite = request("INVITE", ++cseq, invite.body);
  }
  invite.fields.back().value = "multiparty/mixed;boundary=b";
  EXPECT_EQ(phone.hear(write(invite)).back().status, 415);
}

// A request with other parts only has no offer, and a broken multipart is refused by name.
TEST_F(F20_AnswersToOffers, AMultipartWithoutASessionIsAnInviteWithoutAnOffer) {
  ASSERT_NO_FATAL_FAILURE(call(phone));
  const size_t orders = phone.world.settings.size();
  Message invite = request("INVITE", 900, "--b\r\nContent-Type: text/plain\r\n\r\nv=0\r\n--b--\r\n");
  invite.fields.back().value = "multipart/mixed;boundary=b";
  const Message ok = phone.hear(write(invite)).back();
  ASSERT_EQ(ok.status, 200);
  EXPECT_EQ(parse_sdp(ok.body)->media.at(0).crypto.size(), 4u) << "fresh keys for all suites";
  EXPECT_EQ(phone.world.settings.size(), orders);
  phone.hear(write(request("ACK", 900, far_sdp("192.0.2.212", 't'))));
  invite = request("INVITE", 901, far_sdp("192.0.2.213", 't'));
  invite.fields.back().value = "multipart/mixed";
  const Message refused = phone.hear(write(invite)).back();
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.phrase, "the multipart body has no boundary parameter");
  EXPECT_EQ(stream().remote_address, "192.0.2.212");
}

TEST_F(F20_AnswersToOffers, A200WithoutASessionEndsTheCallByName) {
  answered = 0;
  ASSERT_NO_FATAL_FAILURE(call(phone));
  ASSERT_EQ(invites.size(), 1u);
  phone.hear(answer_to(invites[0], 200, {{"Contact", "<sip:1002@192.0.2.1:5061>"}, {"Content-Type", "text/plain"}},
                       far_sdp(far_address, 'k')));
  EXPECT_EQ(phone.agent.view().calls.at(0).ended_by, "media: the answer has no session description");
  EXPECT_TRUE(phone.world.settings.empty());
}

}  // namespace
}  // namespace phone::signaling
