// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// No INVITE of the phone leaves while another of the same dialog is under way, in either direction (RFC 3261 section
// 14.1), and what has to wait is sent as soon as that one is over.
#include <gtest/gtest.h>

#include "services/signaling/sdp/sdp.hpp"
#include "tests/unit/signaling/server_of_tests.hpp"

namespace phone::signaling {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class F81_OneInviteAtATime : public testing::Test {
 protected:
  void SetUp() override {
    phone.agent.configure(test_settings(), phone.now);
    ASSERT_TRUE(phone.settle());
    ASSERT_TRUE(phone.agent.dial("1002", phone.now).ok());
    phone.agent.stream_opened(phone.world.streams.back().first, 24000, phone.now);
    ASSERT_TRUE(phone.settle());
    ASSERT_EQ(phone.agent.view().calls.at(0).state, CallState::kEstablished);
    invites.clear();
    steps.clear();
    answering = false;
    phone.agent.stream_facts("media", {}, phone.now);
  }
  std::vector<std::string> serve(const Message& request) {
    if (request.method == "REGISTER") return {answer_to(request, 200, {{"Expires", "120"}})};
    if (request.method != "INVITE") return {answer_to(request, 200)};
    invites.push_back(request);
    return answering ? std::vector{far_answer(request)} : std::vector<std::string>{};
  }
  // Media has begun anew and gives the stream another port.
  void media_restarts(uint16_t port) {
    phone.agent.stream_facts(cat("media", port), {}, phone.now);
    phone.agent.stream_opened(phone.world.streams.back().first, port, phone.now);
    EXPECT_TRUE(phone.settle());
  }
  std::string far_bytes(const std::string& method, uint32_t cseq, bool with_offer) {
    Message message = far_request(method, cseq, invites.front());
    if (with_offer) {
      LocalSession far{"192.0.2.200", 30000, 1, 1, {"PCMU"}, {}, Direction::kSendReceive};
      far.crypto = {{1, "AEAD_AES_256_GCM", crypto::Secret(std::string(44, 'f'))}};
      message.add("Content-Type", "application/sdp");
      message.body = write_offer(far);
    }
    return write(message);
  }
  static uint16_t port_of(const Message& invite) {
    const auto offer = parse_sdp(invite.body);
    return offer.ok() ? offer->media.at(0).port : uint16_t{0};
  }
  size_t orders() const { return phone.world.settings.size(); }
  // As far as the 491 to the phone's own re-INVITE.
  void glare() {
    media_restarts(24100);
    ASSERT_EQ(invites.size(), 1u);
    phone.hear(answer_to(invites[0], 491));
  }

  std::vector<std::string> steps;
  ServedPhone phone{[this](FlowId, const Message& request) { return serve(request); },
                    [this](const StateChange& change) {
                      if (change.subject.starts_with("offer of ")) steps.push_back(cat(change.from, " -> ", change.to));
                    }};
  std::vector<Message> invites;
  bool answering = true;
};

TEST_F(F81_OneInviteAtATime, ASecondRestartOfMediaIsOfferedOnceTheFirstIsAnswered) {
  media_restarts(24100);
  media_restarts(24200);
  ASSERT_EQ(invites.size(), 1u) << "the first is still out";
  const size_t before = orders();
  phone.hear(far_answer(invites[0]));
  ASSERT_EQ(invites.size(), 2u);
  EXPECT_GT(invites[1].cseq, invites[0].cseq);
  EXPECT_EQ(port_of(invites[0]), 24100);
  EXPECT_EQ(port_of(invites[1]), 24200);
  EXPECT_NE(parse_sdp(invites[0].body)->media.at(0).crypto.at(0).key_salt,
            parse_sdp(invites[1].body)->media.at(0).crypto.at(0).key_salt);
  EXPECT_EQ(orders(), before) << "the first answer was to an offer that media has lost";
  phone.hear(far_answer(invites[1]));
  EXPECT_EQ(orders(), before + 1);
  EXPECT_EQ(invites.size(), 2u);
  EXPECT_EQ(steps, (std::vector<std::string>{"settled -> sent re-INVITE", "sent re-INVITE -> sent re-INVITE, offer due",
                                             "sent re-INVITE, offer due -> settled", "settled -> sent re-INVITE",
                                             "sent re-INVITE -> settled"}));
}

TEST_F(F81_OneInviteAtATime, ManyRestartsMeanwhileAreOneOffer) {
  for (uint16_t port = 24100; port < 24110; ++port) media_restarts(port);
  phone.hear(far_answer(invites.at(0)));
  ASSERT_EQ(invites.size(), 2u);
  EXPECT_EQ(port_of(invites[1]), 24109);
}

TEST_F(F81_OneInviteAtATime, AlsoWhenTheFirstWasRefused) {
  media_restarts(24100);
  media_restarts(24200);
  phone.hear(answer_to(invites.at(0), 488));
  ASSERT_EQ(invites.size(), 2u);
  EXPECT_EQ(port_of(invites[1]), 24200);
  EXPECT_EQ(phone.agent.view().calls.at(0).state, CallState::kEstablished);
}

TEST_F(F81_OneInviteAtATime, OfTwoOffersAtOnceTheLaterWaitsAsTheFirstDoes) {
  media_restarts(24100);
  media_restarts(24200);
  phone.hear(answer_to(invites.at(0), 491));
  ASSERT_TRUE(phone.pass(milliseconds(2499)));
  EXPECT_EQ(invites.size(), 1u);
  ASSERT_TRUE(phone.pass(milliseconds(2)));
  phone.agent.stream_opened(phone.world.streams.back().first, 24200, phone.now);
  ASSERT_TRUE(phone.settle());
  ASSERT_EQ(invites.size(), 2u);
  EXPECT_EQ(port_of(invites[1]), 24200);
}

TEST_F(F81_OneInviteAtATime, AnOfferAfterAGlareReplacesTheOneThatWasToBeRepeated) {
  ASSERT_NO_FATAL_FAILURE(glare());
  media_restarts(24200);
  ASSERT_EQ(invites.size(), 2u);
  ASSERT_TRUE(phone.pass(seconds(20)));
  EXPECT_EQ(invites.size(), 2u);
}

TEST_F(F81_OneInviteAtATime, TheFarEndsInviteIsAcknowledgedFirst) {
  media_restarts(24100);
  phone.hear(far_answer(invites.at(0)));
  ASSERT_EQ(phone.hear(far_bytes("INVITE", 900, true)).back().status, 200);
  media_restarts(24200);
  ASSERT_EQ(invites.size(), 1u) << "the 200 is not acknowledged yet";
  phone.hear(far_bytes("ACK", 900, false));
  ASSERT_EQ(invites.size(), 2u);
  EXPECT_EQ(port_of(invites[1]), 24200);
}

TEST_F(F81_OneInviteAtATime, AnOfferInA200ThatMediaHasLostIsAnsweredByNoAck) {
  media_restarts(24100);
  phone.hear(far_answer(invites.at(0)));
  ASSERT_EQ(phone.hear(far_bytes("INVITE", 900, false)).back().status, 200);
  media_restarts(24200);
  const size_t before = orders();
  phone.hear(far_bytes("ACK", 900, true));
  EXPECT_EQ(orders(), before);
  ASSERT_EQ(invites.size(), 2u);
  EXPECT_EQ(port_of(invites[1]), 24200);
}

TEST_F(F81_OneInviteAtATime, DuringAGlareTheFarEndComesFirstAndOursWaitsForItsTime) {
  ASSERT_NO_FATAL_FAILURE(glare());
  ASSERT_EQ(phone.hear(far_bytes("INVITE", 900, true)).back().status, 200);
  phone.hear(far_bytes("ACK", 900, false));
  EXPECT_EQ(steps.back(), "awaits ACK, glare -> glare");
  EXPECT_EQ(invites.size(), 1u);
  answering = true;
  ASSERT_TRUE(phone.pass(milliseconds(2501)));
  EXPECT_EQ(phone.asked.back().second, "UPDATE") << "media stands: the far end is only told where the phone is";
}

TEST_F(F81_OneInviteAtATime, OursWaitsForTheAckOfTheFarEndsThoughItsTimeHasCome) {
  ASSERT_NO_FATAL_FAILURE(glare());
  ASSERT_EQ(phone.hear(far_bytes("INVITE", 900, true)).back().status, 200);
  phone.asked.clear();
  ASSERT_TRUE(phone.pass(milliseconds(2600)));
  EXPECT_EQ(phone.asked_within(seconds(3), "UPDATE") + phone.asked_within(seconds(3), "INVITE"), 0u);
  phone.hear(far_bytes("ACK", 900, false));
  EXPECT_EQ(phone.asked_within(seconds(3), "UPDATE"), 1u);
}

}  // namespace
}  // namespace phone::signaling
