// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// A key belongs to one far end (F20): transfers, holds, changed addresses and repeated offers, each with the question
// whether anybody is given a key that another knows. And where media is never sent, whatever a far end names.
#include <gtest/gtest.h>

#include <set>

#include "services/signaling/sdp/sdp.hpp"
#include "tests/unit/signaling/server_of_tests.hpp"

namespace phone::signaling {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr char kSuite[] = "AEAD_AES_256_GCM";

class F20_FarEndKeys : public testing::Test {
 protected:
  void SetUp() override {
    phone.agent.configure(test_settings(), phone.now);
    ASSERT_TRUE(phone.settle());
    ASSERT_TRUE(phone.agent.dial("1002", phone.now).ok());
    phone.agent.stream_opened(phone.world.streams.back().first, 24000, phone.now);
    ASSERT_TRUE(phone.settle());
    ASSERT_EQ(call().state, CallState::kEstablished);
    first_key = key();
  }
  std::vector<std::string> serve(FlowId, const Message& request) {
    if (request.method == "REGISTER") return {answer_to(request, 200, {{"Expires", "120"}})};
    if (request.method != "INVITE") return {answer_to(request, 200)};
    invites.push_back(request);
    if (refuse_invites != 0) return {answer_to(request, refuse_invites)};
    return {far_answer(request, kSuite, far_key, far_address)};
  }
  static std::string sdp(const std::string& suite, char far_key, const std::string& address = "192.0.2.200",
                         const std::string& direction = "sendrecv", uint16_t port = 30000) {
    LocalSession far{address, port, 1, 1, {"PCMU"}, {}, Direction::kSendReceive};
    if (!suite.empty()) far.crypto = {{1, suite, crypto::Secret(std::string(*key_length(suite), far_key))}};
    std::string text = write_offer(far);
    return text.substr(0, text.rfind("a=")) + "a=" + direction + "\r\n";
  }
  Message request(const std::string& method, uint32_t cseq, const std::string& body = "") {
    Message message = far_request(method, cseq, invites.front());
    if (!body.empty()) message.add("Content-Type", "application/sdp");
    message.body = body;
    return message;
  }
  // What is said to it, or an empty message.
  Message receive(const Message& message) {
    const size_t before = phone.world.sent.size();
    phone.agent.flow_message(phone.world.opened.back().first, write(message), phone.now);
    Message said;
    if (phone.world.sent.size() > before) said = FakeUserAgentPort::read(phone.world.sent.back().second);
    EXPECT_TRUE(phone.settle());
    return said;
  }
  CallView call() { return phone.agent.view().calls.at(0); }
  std::string key() const { return std::string(phone.world.settings.back().transmit.key_salt.view()); }
  const StreamSetting& stream() const { return phone.world.settings.back(); }
  bool reported(const std::string& what) const {
    for (const std::string& report : phone.world.reports) {
      if (report.find(what) != std::string::npos) return true;
    }
    return false;
  }

  ServedPhone phone{[this](FlowId flow, const Message& request) { return serve(flow, request); }};
  std::vector<Message> invites;  // of the phone
  char far_key = 'k';
  std::string far_address = "192.0.2.200", first_key;
  int refuse_invites = 0;
};
using F20_FarEndAddress = F20_FarEndKeys;

// Transfer as a call manager does it: an INVITE without an offer, the answer in its ACK comes from another far end.
TEST_F(F20_FarEndKeys, ATransferGetsFreshKeysAndAllSuites) {
  std::set<std::string> shown{first_key};
  for (uint32_t number = 0; number < 3; ++number) {
    const size_t orders = phone.world.settings.size();
    const Message ok = receive(request("INVITE", 200 + number));
    ASSERT_EQ(ok.status, 200);
    auto offer = parse_sdp(ok.body);
    ASSERT_TRUE(offer.ok());
    std::vector<std::string> suites;
    for (const CryptoLine& line : offer->media.at(0).crypto) {
      suites.push_back(line.suite);
      EXPECT_TRUE(shown.insert(std::string(line.key_salt.view())).second) << "a key that another far end knows";
    }
    EXPECT_EQ(suites, test_settings().suites);
    EXPECT_EQ(phone.world.settings.size(), orders) << "the old key until the answer is there";
    // Any of the suites can be answered.
    const std::string chosen = suites[number];
    std::string answer = sdp(chosen, static_cast<char>('p' + number), cat("192.0.2.21", number));
    answer.replace(answer.find("a=crypto:1"), 10, cat("a=crypto:", number + 1));
    receive(request("ACK", 200 + number, answer));
    ASSERT_EQ(phone.world.settings.size(), orders + 1);
    EXPECT_EQ(stream().remote_address, cat("192.0.2.21", number));
    EXPECT_EQ(stream().transmit.suite, chosen);
    EXPECT_EQ(key(), offer->media.at(0).crypto[number].key_salt.view());
    auto cookie = parse_sdp(stream().cookie);
    ASSERT_TRUE(cookie.ok());
    EXPECT_EQ(cookie->media.at(0).crypto.size(), 1u) << "what a restart would repeat is what is in force";
    EXPECT_EQ(call().state, CallState::kEstablished);
  }
}

TEST_F(F20_FarEndKeys, AFailedOrAbsentAnswerKeepsWhatWas) {
  const size_t orders = phone.world.settings.size();
  uint32_t cseq = 300;
  for (const std::string& answer : {std::string(), sdp("", 0), sdp(kSuite, 'q', "127.0.0.1"),
                                    sdp("AES_CM_128_HMAC_SHA1_80", 'q'), std::string("no sdp")}) {
    SCOPED_TRACE(answer);
    ASSERT_EQ(receive(request("INVITE", ++cseq)).status, 200);
    receive(request("ACK", cseq, answer));
    EXPECT_EQ(phone.world.settings.size(), orders);
    EXPECT_EQ(call().state, CallState::kEstablished);
  }
  EXPECT_TRUE(reported("media is unchanged"));
  // A later one still works, with a version of its own.
  const Message ok = receive(request("INVITE", ++cseq));
  ASSERT_EQ(ok.status, 200);
  receive(request("ACK", cseq, sdp(kSuite, 'r', "192.0.2.220")));
  ASSERT_EQ(phone.world.settings.size(), orders + 1);
  EXPECT_NE(key(), first_key);
}

TEST_F(F20_FarEndKeys, EachOfferHasAVersionOfItsOwn) {
  std::set<std::string> origins;
  const auto origin = [](const std::string& text) {
    return text.substr(text.find("o="), text.find("s=") - text.find("o="));
  };
  origins.insert(origin(invites.front().body));
  for (uint32_t cseq = 400; cseq < 404; ++cseq) {
    EXPECT_TRUE(origins.insert(origin(receive(request("INVITE", cseq)).body)).second);
    receive(request("ACK", cseq, cseq % 2 == 0 ? sdp(kSuite, 'x') : ""));
  }
}

TEST_F(F20_FarEndKeys, AnAckOfAnotherInviteAnswersNothing) {
  const size_t orders = phone.world.settings.size();
  ASSERT_EQ(receive(request("INVITE", 500)).status, 200);
  receive(request("ACK", 499, sdp(kSuite, 'y', "192.0.2.210")));
  EXPECT_EQ(phone.world.settings.size(), orders);
  receive(request("ACK", 500, sdp(kSuite, 'z', "192.0.2.211")));
  EXPECT_EQ(stream().remote_address, "192.0.2.211");
}

TEST_F(F20_FarEndKeys, ARepeated2xxRepeatsTheSameOffer) {
  const Message ok = receive(request("INVITE", 510));
  ASSERT_TRUE(phone.pass(seconds(1)));
  EXPECT_EQ(FakeUserAgentPort::read(phone.world.sent.back().second).body, ok.body);
}

// Offers of the far end: our key stays where its key, its suite and its address do.
TEST_F(F20_FarEndKeys, AnAnswerToAnotherFarEndHasAKeyOfItsOwn) {
  struct Offer {
    const char* what;
    std::string sdp;
    bool keeps;
  };
  uint32_t cseq = 600;
  for (const Offer& offer :
       {Offer{"hold", sdp(kSuite, 'k', "192.0.2.200", "sendonly"), true},
        Offer{"hold of RFC 2543", sdp(kSuite, 'k', "0.0.0.0"), true}, Offer{"resume", sdp(kSuite, 'k'), true},
        Offer{"another key", sdp(kSuite, 'n'), false}, Offer{"another address", sdp(kSuite, 'n', "192.0.2.201"), false},
        Offer{"another port", sdp(kSuite, 'n', "192.0.2.201", "sendrecv", 30002), false},
        Offer{"music on hold with another suite", sdp("AES_CM_128_HMAC_SHA1_80", 'm', "192.0.2.202", "sendonly"),
              false},
        Offer{"back", sdp(kSuite, 'n', "192.0.2.201"), false}}) {
    SCOPED_TRACE(offer.what);
    const std::string before = key();
    const Message ok = receive(request("INVITE", ++cseq, offer.sdp));
    ASSERT_EQ(ok.status, 200);
    receive(request("ACK", cseq));
    EXPECT_EQ(key() == before, offer.keeps);
  }
}

TEST_F(F20_FarEndKeys, ABetterSuiteIsTakenWithAnotherFarEnd) {
  receive(request("INVITE", 700, sdp("AES_CM_128_HMAC_SHA1_32", 'm')));
  receive(request("ACK", 700));
  ASSERT_EQ(stream().transmit.suite, "AES_CM_128_HMAC_SHA1_32");
  LocalSession far{"192.0.2.203", 30000, 1, 1, {"PCMU"}, {}, Direction::kSendReceive};
  far.crypto = {{1, "AES_CM_128_HMAC_SHA1_32", crypto::Secret(std::string(30, 'a'))},
                {2, kSuite, crypto::Secret(std::string(44, 'b'))}};
  receive(request("INVITE", 701, write_offer(far)));
  EXPECT_EQ(stream().transmit.suite, kSuite);
}

TEST_F(F20_FarEndKeys, ARefusedOfferKeepsWhatWasAndNamesItsCause) {
  const size_t orders = phone.world.settings.size();
  const Message refused = receive(request("INVITE", 800, sdp("", 0)));
  EXPECT_EQ(refused.status, 488);
  EXPECT_EQ(refused.field("Warning"), "399 phone \"RTP is offered, and this phone requires SRTP\"");
  EXPECT_EQ(phone.world.settings.size(), orders);
  EXPECT_EQ(call().state, CallState::kEstablished);
}

// The phone's own refresh repeats its bytes. Who answers it may have changed meanwhile.
TEST_F(F20_FarEndKeys, ARepeatedOfferThatAnotherFarEndAnswersIsFollowedByOneWithFreshKeys) {
  ASSERT_TRUE(phone.pass(seconds(6)));
  const StreamSetting kept = stream();
  // A process after this one, at a peer that takes no UPDATE.
  std::string record = phone.world.record;
  record.replace(record.find("update 1"), 8, "update 0");
  far_key = 'w';
  far_address = "192.0.2.230";
  invites.clear();
  ServedPhone reborn([this](FlowId flow, const Message& request) { return serve(flow, request); });
  reborn.agent.restore(record, {{kept, 24000}}, reborn.now);
  reborn.agent.configure(test_settings(), reborn.now);
  ASSERT_TRUE(reborn.pass(seconds(1)));
  ASSERT_EQ(invites.size(), 2u);
  EXPECT_EQ(invites[0].body, kept.cookie) << "the refresh";
  auto offer = parse_sdp(invites[1].body);
  ASSERT_TRUE(offer.ok());
  EXPECT_EQ(offer->media.at(0).crypto.size(), 4u);
  ASSERT_EQ(reborn.world.settings.size(), 1u) << "nothing is sent to the other with the old key";
  EXPECT_NE(reborn.world.settings.back().transmit.key_salt, kept.transmit.key_salt);
  EXPECT_EQ(reborn.world.settings.back().remote_address, "192.0.2.230");
}

TEST_F(F20_FarEndKeys, AnInviteWithoutAnOfferAfterARestartGetsFreshKeysToo) {
  const StreamSetting kept = stream();
  ServedPhone reborn([this](FlowId flow, const Message& request) { return serve(flow, request); });
  reborn.agent.restore(phone.world.record, {{kept, 24000}}, reborn.now);
  reborn.agent.configure(test_settings(), reborn.now);
  ASSERT_TRUE(reborn.settle());
  reborn.agent.flow_message(reborn.world.opened.back().first, write(request("INVITE", 900)), reborn.now);
  auto offer = parse_sdp(FakeUserAgentPort::read(reborn.world.sent.back().second).body);
  ASSERT_TRUE(offer.ok());
  EXPECT_EQ(offer->media.at(0).crypto.size(), 4u);
  for (const CryptoLine& line : offer->media.at(0).crypto) EXPECT_NE(line.key_salt, kept.transmit.key_salt);
}

TEST_F(F20_FarEndKeys, AConnectionLostBeforeTheAckKeepsTheCallAndItsKeys) {
  ASSERT_TRUE(phone.pass(seconds(6)));
  ASSERT_EQ(receive(request("INVITE", 950)).status, 200);
  const size_t orders = phone.world.settings.size();
  phone.agent.flow_down({.flow = phone.world.opened.back().first, .reason = "reset"}, phone.now);
  ASSERT_TRUE(phone.pass(minutes(1)));
  EXPECT_EQ(call().state, CallState::kEstablished);
  EXPECT_EQ(phone.world.settings.size(), orders);
}

// Addresses (what is refused, and why, is net::check_far_address's table).
TEST_F(F20_FarEndAddress, AnOfferOfOneThatNothingIsSentToIsRefusedByName) {
  uint32_t cseq = 1000;
  phone.world.names["phone.example"] = {};
  const size_t orders = phone.world.settings.size();
  for (const auto& [address, why] :
       std::vector<std::pair<std::string, std::string>>{{"127.0.0.1", "a loopback address"},
                                                        {"224.0.0.1", "a multicast address"},
                                                        {"255.255.255.255", "a broadcast address"},
                                                        {"169.254.1.1", "a link-local address"},
                                                        {"240.0.0.1", "a reserved address"},
                                                        {"192.0.2.99", "this phone's own address"},
                                                        {"::ffff:127.0.0.1", "a loopback address"},
                                                        {"ff02::1", "a multicast address"},
                                                        {"phone.example", "phone.example, which cannot be resolved"}}) {
    SCOPED_TRACE(address);
    const Message refused = receive(request("INVITE", ++cseq, sdp(kSuite, 'n', address)));
    EXPECT_EQ(refused.status, 488);
    EXPECT_EQ(refused.field("Warning"), cat("399 phone \"the media address is ", why, "\""));
    EXPECT_EQ(receive(request("UPDATE", ++cseq, sdp(kSuite, 'n', address))).status, 488);
  }
  EXPECT_EQ(phone.world.settings.size(), orders);
  EXPECT_EQ(call().state, CallState::kEstablished);
}

TEST_F(F20_FarEndAddress, AnAnswerWithSuchAnAddressEndsTheCall) {
  far_address = "127.0.0.1";
  ASSERT_TRUE(phone.agent.hang_up(call().call, phone.now).ok());
  ASSERT_TRUE(phone.settle());
  const size_t orders = phone.world.settings.size();
  ASSERT_TRUE(phone.agent.dial("1003", phone.now).ok());
  phone.agent.stream_opened(phone.world.streams.back().first, 24010, phone.now);
  ASSERT_TRUE(phone.settle());
  EXPECT_EQ(phone.agent.view().calls.back().ended_by, "media: the media address is a loopback address");
  EXPECT_EQ(phone.world.settings.size(), orders);
}

TEST_F(F20_FarEndAddress, TheUnspecifiedAddressHolds) {
  const Message ok = receive(request("INVITE", 1100, sdp(kSuite, 'k', "0.0.0.0")));
  ASSERT_EQ(ok.status, 200);
  EXPECT_NE(ok.body.find("a=inactive"), std::string::npos);
  EXPECT_EQ(stream().direction, Direction::kInactive);
  EXPECT_EQ(stream().remote_address, "192.0.2.200") << "where it was";
}

TEST_F(F20_FarEndAddress, ACallThatBeginsHeldNamesNoAddressToMedia) {
  far_address = "0.0.0.0";
  ASSERT_TRUE(phone.agent.dial("1003", phone.now).ok());
  phone.agent.stream_opened(phone.world.streams.back().first, 24010, phone.now);
  ASSERT_TRUE(phone.settle());
  EXPECT_EQ(phone.agent.view().calls.back().state, CallState::kEstablished);
  EXPECT_EQ(stream().direction, Direction::kInactive);
  EXPECT_EQ(stream().remote_address, "");
  EXPECT_EQ(stream().remote_port, 0);
}

}  // namespace
}  // namespace phone::signaling
