// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F20, F54: a far end whose media has a host name, or is in the other family, is met or refused by name.
#include "services/signaling/call/awaited_names.hpp"
#include "services/signaling/sdp/sdp.hpp"
#include "tests/unit/signaling/call/calls_fixture.hpp"

namespace phone::signaling {
namespace {

constexpr char kNamesSuite[] = "AEAD_AES_256_GCM", kMediaName[] = "media.far.example";

class F20_MediaNames : public Calls_ {
 protected:
  static std::string at(const std::string& address, const std::string& direction = "sendrecv") {
    std::string sdp = far_sdp(kNamesSuite, 1, 'k', direction);
    const std::string line = cat("c=IN ", address.find(':') == std::string::npos ? "IP4 " : "IP6 ");
    sdp.replace(sdp.find("c=IN IP4 192.0.2.200"), 20, cat(line, address));
    return sdp;
  }
  Message last() { return FakeUserAgentPort::read(world.sent.back().second); }
  void resolve(const absl::StatusOr<std::vector<std::string>>& addresses) {
    auto waiting = std::exchange(world.waiting_names, {});
    ASSERT_FALSE(waiting.empty());
    for (auto& [name, done] : waiting) done(addresses);
  }
  size_t calls() { return agent.view().calls.size(); }
};

TEST_F(F20_MediaNames, AnOfferWaitsUntilItsNameIsResolved) {
  receive(incoming(at(kMediaName)));
  EXPECT_EQ(world.resolved, std::vector<std::string>{kMediaName});
  EXPECT_EQ(calls(), 0u);
  resolve(std::vector<std::string>{"2001:db8::7", "192.0.2.77"});
  ASSERT_EQ(calls(), 1u);
  agent.stream_opened(world.streams.back().first, 24000, now);
  EXPECT_EQ(call().state, CallState::kRingingIn);
  ASSERT_TRUE(agent.answer(call().call, now).ok());
  EXPECT_EQ(world.settings.back().remote_address, "192.0.2.77") << "of the family of the call";
}

TEST_F(F20_MediaNames, AnOfferWhoseNameHasNoAddressIs488) {
  receive(incoming(at(kMediaName)));
  resolve(absl::NotFoundError("no"));
  EXPECT_EQ(last().status, 488);
  EXPECT_EQ(last().field("Warning"),
            cat("399 phone \"the media address is ", kMediaName, ", which cannot be resolved\""));
}

TEST_F(F20_MediaNames, ANameThatLeadsWhereNothingIsSentIs488) {
  world.names[kMediaName] = {"127.0.0.1"};
  receive(incoming(at(kMediaName)));
  EXPECT_EQ(last().status, 488);
  EXPECT_EQ(last().field("Warning"), "399 phone \"the media address is a loopback address\"");
}

TEST_F(F20_MediaNames, ASilentNameServerIsNotWaitedForForever) {
  receive(incoming(at(kMediaName)));
  ASSERT_TRUE(agent.deadline().has_value());
  now += std::chrono::seconds(4);
  agent.on_time(now);
  EXPECT_EQ(last().status, 488);
  resolve(std::vector<std::string>{"192.0.2.77"});
  EXPECT_EQ(last().status, 488) << "too late";
}

TEST_F(F20_MediaNames, ACancelEndsTheWait) {
  receive(incoming(at(kMediaName)));
  Message cancel = FakeUserAgentPort::read(incoming(""));
  cancel.method = "CANCEL";
  for (HeaderField& field : cancel.fields) {
    if (field.name == "CSeq") field.value = "101 CANCEL";
  }
  const size_t before = world.sent.size();
  receive(write(cancel));
  ASSERT_EQ(world.sent.size(), before + 2);
  EXPECT_EQ(FakeUserAgentPort::read(world.sent[before].second).status, 200);
  EXPECT_EQ(last().status, 487);
  EXPECT_EQ(last().cseq_method, "INVITE");
  resolve(std::vector<std::string>{"192.0.2.77"});
  EXPECT_EQ(calls(), 0u);
}

TEST_F(F20_MediaNames, AnAnswerWithANameEstablishesTheCall) {
  const Message invite = dialled();
  const std::string ok = answer_to(
      invite, 200, {{"Contact", "<sip:1002@192.0.2.1>"}, {"Content-Type", "application/sdp"}}, at(kMediaName));
  receive(ok);
  receive(ok);  // it comes again, unacknowledged so far
  EXPECT_EQ(world.resolved.size(), 1u);
  resolve(std::vector<std::string>{"192.0.2.77"});
  EXPECT_EQ(call().state, CallState::kEstablished);
  EXPECT_EQ(world.settings.back().remote_address, "192.0.2.77");
  EXPECT_EQ(world.next().method, "ACK");
}

TEST_F(F20_MediaNames, AnAnswerWhoseNameIsUnknownEndsTheCallByName) {
  world.names[kMediaName] = {};
  const Message invite = dialled();
  receive(answer_to(invite, 200, {{"Contact", "<sip:1002@192.0.2.1>"}, {"Content-Type", "application/sdp"}},
                    at(kMediaName)));
  EXPECT_EQ(world.next().method, "ACK");
  EXPECT_EQ(world.next().method, "BYE");
  EXPECT_EQ(call().ended_by, cat("media: the media address is ", kMediaName, ", which cannot be resolved"));
}

TEST_F(F20_MediaNames, AReinviteWaitsAndTheCallGoesOn) {
  const Message invite = established();
  const size_t orders = world.settings.size();
  receive(request("INVITE", 300, invite, {{"Content-Type", "application/sdp"}}, at(kMediaName)));
  EXPECT_EQ(world.settings.size(), orders);
  EXPECT_EQ(call().state, CallState::kEstablished);
  resolve(std::vector<std::string>{"192.0.2.78"});
  EXPECT_EQ(last().status, 200);
  EXPECT_EQ(world.settings.back().remote_address, "192.0.2.78");
}

// Dual stack: the family of the signalling, unless the offer has the other one and this phone an address there.
TEST_F(F20_MediaNames, AnOfferInTheOtherFamilyIsMetThere) {
  agent.addresses_are({"192.0.2.99", "2001:db8::99"}, now);
  receive(incoming(at("2001:db8::7")));
  ASSERT_EQ(world.streams.size(), 1u);
  EXPECT_EQ(world.streams.back().second, "2001:db8::99");
  agent.stream_opened(world.streams.back().first, 24000, now);
  ASSERT_TRUE(agent.answer(call().call, now).ok());
  EXPECT_EQ(world.settings.back().remote_address, "2001:db8::7");
  EXPECT_NE(last().body.find("c=IN IP6 2001:db8::99\r\n"), std::string::npos) << last().body;
}

TEST_F(F20_MediaNames, WithoutAnAddressThereItIsRefused) {
  receive(incoming(at("2001:db8::7")));
  EXPECT_EQ(last().status, 488);
  EXPECT_EQ(last().field("Warning"),
            "399 phone \"the media address is IPv6, and this phone's own in this call is not\"");
}

// A whole call with literals of IPv6 in every URI.
TEST_F(F20_MediaNames, ACallOverIPv6) {
  FakeUserAgentPort six;
  UserAgent phone{six};
  phone.configure(test_settings(), now);
  FlowFacts facts = test_facts();
  facts.local_address = "[2001:db8::99]:40000";
  phone.flow_up(six.opened.back().first, facts, now);
  const FlowId flow = six.opened.back().first;
  const Message registration = six.next();
  ASSERT_EQ(registration.contacts.size(), 1u);
  EXPECT_NE(registration.contacts.front().uri.find("@[2001:db8::99]:40000"), std::string::npos);
  phone.flow_message(flow, answer_to(registration, 200, {{"Expires", "120"}}), now);
  ASSERT_TRUE(phone.dial("1002", now).ok());
  EXPECT_EQ(six.streams.back().second, "2001:db8::99");
  phone.stream_opened(six.streams.back().first, 24000, now);
  const Message invite = six.next();
  ASSERT_EQ(invite.method, "INVITE");
  EXPECT_NE(invite.body.find("c=IN IP6 2001:db8::99\r\n"), std::string::npos) << invite.body;
  EXPECT_NE(invite.body.find(" IN IP6 2001:db8::99\r\ns="), std::string::npos) << "in o= too";
  phone.flow_message(flow,
                     answer_to(invite, 200,
                               {{"Contact", "<sip:1002@[2001:db8::1]:5061;transport=tls>"},
                                {"Record-Route", "<sip:[2001:db8::1]:5061;lr>"},
                                {"Content-Type", "application/sdp"}},
                               at("2001:db8::200")),
                     now);
  const Message ack = six.next();
  EXPECT_EQ(ack.uri, "sip:1002@[2001:db8::1]:5061;transport=tls");
  EXPECT_EQ(six.settings.back().remote_address, "2001:db8::200");
  ASSERT_EQ(phone.view().calls.size(), 1u);
  EXPECT_EQ(phone.view().calls.front().state, CallState::kEstablished);
  ASSERT_TRUE(phone.hang_up(phone.view().calls.front().call, now).ok());
  EXPECT_EQ(six.next().uri, "sip:1002@[2001:db8::1]:5061;transport=tls");
}

TEST(AwaitedNamesLimits, HoldNoMoreThanTheyMay) {
  AwaitedNames names;
  const TimePoint now{};
  int done = 0;
  const auto then = [&](TimePoint) { ++done; };
  for (int i = 0; i < 8; ++i) EXPECT_TRUE(names.wait({cat("a", i, ".example")}, cat("k", i), now, then));
  EXPECT_FALSE(names.wait({"b.example"}, "k9", now, then)) << "no ninth message";
  EXPECT_TRUE(names.wait({"a0.example"}, "k0", now, then)) << "a repetition";
  EXPECT_EQ(names.take_new().size(), 8u);
  names.on_time(now + std::chrono::seconds(4));
  EXPECT_EQ(done, 8);
  EXPECT_FALSE(names.wait({"a0.example"}, "k0", now + std::chrono::seconds(5), then)) << "known to have none";
  EXPECT_TRUE(names.wait({"a0.example"}, "k0", now + std::chrono::seconds(35), then)) << "asked for again later";
}

}  // namespace
}  // namespace phone::signaling
