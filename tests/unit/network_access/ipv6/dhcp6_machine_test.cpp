// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/ipv6/dhcp6_machine.hpp"

#include <gtest/gtest.h>

#include "tests/unit/network_access/ipv6/addresses.hpp"

namespace phone::network {
namespace {

using std::chrono::seconds;

const std::string kOwnDuid = duid_of({0x0a, 0x1b, 0x2c, 0x3d, 0x4e, 0x5f});

// The world around a client, under virtual time.
struct Dhcp6MachineTest : testing::Test, Dhcp6Port {
  void send(const Dhcp6Message& message) override {
    sent.push_back(message);
    sent_at.push_back(now);
  }
  void hold(const Held6& held) override { in_use.push_back(held.lease.address); }
  void release(const Ipv6& one) override { released.push_back(one); }
  std::uint32_t random() override { return ++random_; }

  void pass(SteadyTime::duration time) {
    const SteadyTime end = now + time;
    while (machine.due() <= end) {
      now = std::max(now, machine.due());
      machine.turn(now);
    }
    now = end;
  }
  Dhcp6Message from(const std::string& server, Dhcp6Type type, std::uint8_t last = 9) {
    return {.type = type,
            .transaction = sent.back().transaction,
            .client = kOwnDuid,
            .server = server,
            .association = Dhcp6Association{.id = 1,
                                            .renewal = 100,
                                            .rebinding = 160,
                                            .addresses = {{.address = address(last), .preferred = 200, .valid = 300}}}};
  }
  Dhcp6Message refusal(const std::string& server, Dhcp6Type type, Dhcp6Code code, const std::string& text = "") {
    auto message = from(server, type);
    message.association->addresses.clear();
    message.association->status = {.code = code, .text = text};
    return message;
  }
  void say(const Dhcp6Message& message) { machine.received(message, now); }
  void obtain(std::uint8_t last = 9) {
    machine.want(Dhcp6Wish::kAddress, now);
    pass(seconds(1));
    auto offer = from("one", Dhcp6Type::kAdvertise, last);
    offer.tftp_servers = {address(70)};
    say(offer);
    auto granted = from("one", Dhcp6Type::kReply, last);
    granted.tftp_servers = {address(70)};
    say(granted);
  }
  bool told(DhcpStepKind kind, const std::string& part) {
    for (const DhcpStep& step : machine.story().steps()) {
      if (step.kind == kind && step.text.find(part) != std::string::npos) return true;
    }
    return false;
  }

  std::vector<Dhcp6Message> sent;
  std::vector<SteadyTime> sent_at;
  std::vector<std::optional<Ipv6>> in_use;
  std::vector<Ipv6> released;
  std::uint32_t random_ = 0;
  SteadyTime now{std::chrono::hours(1)};
  Dhcp6Machine machine{*this, kOwnDuid};
};

TEST_F(Dhcp6MachineTest, AnAddressIsAskedForChosenAndRenewedByItsServer) {
  obtain();
  ASSERT_EQ(sent.size(), 2U);
  EXPECT_EQ(sent[0].type, Dhcp6Type::kSolicit);
  EXPECT_EQ(sent[0].client, kOwnDuid);
  EXPECT_EQ(sent[1].type, Dhcp6Type::kRequest);
  EXPECT_EQ(sent[1].server, "one");
  EXPECT_EQ(sent[1].association->addresses[0].address, address(9));
  EXPECT_NE(sent[0].transaction, sent[1].transaction);
  EXPECT_EQ(machine.state(), Dhcp6State::kBound);
  EXPECT_EQ(in_use, std::vector<std::optional<Ipv6>>{address(9)});
  EXPECT_EQ(machine.held()->lease.servers, std::vector<std::string>{"2001::46"});
  EXPECT_EQ(machine.held()->lease.source, "DHCPv6 option 17");
  pass(seconds(99));
  EXPECT_EQ(sent.size(), 2U);
  pass(seconds(1));
  EXPECT_EQ(sent.back().type, Dhcp6Type::kRenew);
  EXPECT_EQ(sent.back().server, "one");
  say(from("two", Dhcp6Type::kReply));
  EXPECT_EQ(machine.state(), Dhcp6State::kRenewing) << "another server was not asked";
  say(from("one", Dhcp6Type::kReply));
  EXPECT_EQ(machine.state(), Dhcp6State::kBound);
  EXPECT_EQ(in_use.size(), 2U);
  EXPECT_TRUE(released.empty());
}

TEST_F(Dhcp6MachineTest, AfterT2AllServersAreAskedAndAtTheEndTheAddressIsGone) {
  obtain();
  pass(seconds(161));
  EXPECT_EQ(sent.back().type, Dhcp6Type::kRebind);
  EXPECT_EQ(sent.back().server, "");
  EXPECT_TRUE(released.empty());
  pass(seconds(140));
  EXPECT_EQ(released, std::vector<Ipv6>{address(9)});
  EXPECT_FALSE(machine.held());
  EXPECT_TRUE(told(DhcpStepKind::kLost, "it has ended, and no server has renewed it"));
  pass(seconds(2));
  EXPECT_EQ(sent.back().type, Dhcp6Type::kSolicit);
}

TEST_F(Dhcp6MachineTest, TheOfferWithAProvisioningServerWinsOverThePreferredOne) {
  machine.want(Dhcp6Wish::kAddress, now);
  pass(std::chrono::milliseconds(200));
  auto preferred = from("one", Dhcp6Type::kAdvertise, 1);
  preferred.preference = 200;
  say(preferred);
  EXPECT_EQ(sent.size(), 1U) << "others may follow within a second";
  auto better = from("two", Dhcp6Type::kAdvertise, 2);
  better.boot_file = "tftp://[2001::5]/";
  say(better);
  pass(seconds(2));
  ASSERT_GE(sent.size(), 2U);
  EXPECT_EQ(sent[1].type, Dhcp6Type::kRequest);
  EXPECT_EQ(sent[1].server, "two");
}

TEST_F(Dhcp6MachineTest, APreferenceOf255IsNotComparedAndALateOfferIsTakenAtOnce) {
  machine.want(Dhcp6Wish::kAddress, now);
  pass(std::chrono::milliseconds(10));
  auto offer = from("one", Dhcp6Type::kAdvertise);
  offer.preference = 255;
  say(offer);
  EXPECT_EQ(sent.back().type, Dhcp6Type::kRequest);
  Dhcp6Machine other(*this, kOwnDuid);
  other.want(Dhcp6Wish::kAddress, now);
  while (sent.size() < 4) {
    now = other.due();
    other.turn(now);
  }
  other.received(from("late", Dhcp6Type::kAdvertise), now);
  EXPECT_EQ(sent.back().type, Dhcp6Type::kRequest);
  EXPECT_EQ(sent.back().server, "late");
}

TEST_F(Dhcp6MachineTest, SilentServersAreAskedMoreAndMoreSlowly) {
  machine.want(Dhcp6Wish::kAddress, now);
  pass(std::chrono::hours(1));
  ASSERT_GT(sent.size(), 20U);
  EXPECT_LT(sent.size(), 50U);
  EXPECT_GT(sent_at[1] - sent_at[0], seconds(1)) << "advertisements have a whole second";
  const auto last = sent_at.back() - sent_at[sent_at.size() - 2];
  EXPECT_GT(last, seconds(100));
  EXPECT_LT(last, seconds(133));
  EXPECT_TRUE(told(DhcpStepKind::kNoAnswer, "no DHCPv6 server has answered yet"));
}

TEST_F(Dhcp6MachineTest, WhereAddressesAreRefusedTheSettingsAreTakenAndTheAddressAskedForAgain) {
  machine.want(Dhcp6Wish::kAddress, now);
  pass(seconds(1));
  say(refusal("one", Dhcp6Type::kAdvertise, Dhcp6Code::kNoAddress, "pool empty"));
  EXPECT_EQ(machine.refusal(), "NoAddrsAvail: \"pool empty\"");
  pass(seconds(2));
  ASSERT_EQ(sent.back().type, Dhcp6Type::kInformationRequest);
  EXPECT_FALSE(sent.back().association);
  auto settings = from("one", Dhcp6Type::kReply);
  settings.association.reset();
  settings.dns = {address(53)};
  say(settings);
  EXPECT_EQ(machine.state(), Dhcp6State::kInformed);
  EXPECT_EQ(machine.held()->lease.dns, std::vector<Ipv6>{address(53)});
  EXPECT_FALSE(machine.refusal().empty()) << "it is still refused";
  pass(seconds(301));
  EXPECT_EQ(sent.back().type, Dhcp6Type::kSolicit);
  say(from("one", Dhcp6Type::kAdvertise));
  pass(seconds(2));
  say(from("one", Dhcp6Type::kReply));
  EXPECT_EQ(machine.state(), Dhcp6State::kBound);
  EXPECT_TRUE(machine.refusal().empty());
}

TEST_F(Dhcp6MachineTest, AServerThatOffersAndThenRefusesIsNotAskedInALoop) {
  machine.want(Dhcp6Wish::kAddress, now);
  const SteadyTime end = now + std::chrono::minutes(10);
  while (now < end) {
    now = machine.due();
    machine.turn(now);
    if (sent.back().type == Dhcp6Type::kSolicit) say(from("one", Dhcp6Type::kAdvertise));
    if (sent.back().type == Dhcp6Type::kRequest) {
      say(refusal("one", Dhcp6Type::kReply, Dhcp6Code::kNoAddress, "never"));
    }
  }
  EXPECT_LT(sent.size(), 40U);
  EXPECT_TRUE(told(DhcpStepKind::kDenied, "the server refuses: NoAddrsAvail: \"never\""));
}

TEST_F(Dhcp6MachineTest, SettingsAloneAreAskedForWhereTheRouterSaysSo) {
  machine.want(Dhcp6Wish::kSettings, now);
  pass(seconds(1));
  ASSERT_EQ(sent.back().type, Dhcp6Type::kInformationRequest);
  auto settings = from("one", Dhcp6Type::kReply);
  settings.association.reset();
  settings.tftp_servers = {address(70)};
  settings.refresh = 5;
  say(settings);
  EXPECT_EQ(machine.state(), Dhcp6State::kInformed);
  EXPECT_FALSE(machine.held()->lease.address);
  const std::size_t asked = sent.size();
  pass(seconds(598));
  EXPECT_EQ(sent.size(), asked) << "a refresh time below the least one (RFC 8415 section 7.6)";
  pass(seconds(3));
  EXPECT_GT(sent.size(), asked);
  machine.want(Dhcp6Wish::kNothing, now);
  EXPECT_EQ(machine.state(), Dhcp6State::kOff);
  EXPECT_FALSE(machine.held());
  EXPECT_EQ(machine.due(), SteadyTime::max());
}

TEST_F(Dhcp6MachineTest, OneRefusalDoesNotEndTheAskingForAnAddress) {
  machine.want(Dhcp6Wish::kAddress, now);
  pass(seconds(1));
  say(refusal("one", Dhcp6Type::kAdvertise, Dhcp6Code::kNoAddress));
  pass(std::chrono::minutes(5));  // nobody tells settings either
  std::size_t solicits = 0;
  for (const auto& one : sent) solicits += one.type == Dhcp6Type::kSolicit ? 1 : 0;
  EXPECT_GT(solicits, 2U);
}

TEST_F(Dhcp6MachineTest, TinyLifetimesAreNotRenewedInALoop) {
  machine.want(Dhcp6Wish::kAddress, now);
  const SteadyTime end = now + std::chrono::minutes(2);
  for (int i = 0; machine.due() < end && i < 1000; ++i) {
    now = std::max(now, machine.due());
    machine.turn(now);
    if (sent.empty()) continue;
    auto answer = from("one", sent.back().type == Dhcp6Type::kSolicit ? Dhcp6Type::kAdvertise : Dhcp6Type::kReply);
    answer.association->renewal = answer.association->rebinding = 0;
    answer.association->addresses[0].preferred = 1;
    answer.association->addresses[0].valid = 9;
    say(answer);
  }
  EXPECT_LT(sent.size(), 60U);
}

TEST_F(Dhcp6MachineTest, ALeaseThatIsRefusedAfterTheRouterLeftDhcpIsGone) {
  obtain();
  machine.want(Dhcp6Wish::kNothing, now);
  pass(seconds(100));
  say(refusal("one", Dhcp6Type::kReply, Dhcp6Code::kNoBinding));
  say(refusal("one", Dhcp6Type::kReply, Dhcp6Code::kNoAddress));
  EXPECT_EQ(machine.state(), Dhcp6State::kOff);
  EXPECT_FALSE(machine.held());
  EXPECT_EQ(released, std::vector<Ipv6>{address(9)});
}

TEST_F(Dhcp6MachineTest, AnAddressThatAnotherDeviceHasIsDeclinedAndAnotherOneAskedForAfterAPause) {
  obtain();
  machine.conflict(address(8), now);
  EXPECT_EQ(machine.state(), Dhcp6State::kBound) << "not ours";
  machine.conflict(address(9), now);
  EXPECT_EQ(released, std::vector<Ipv6>{address(9)});
  ASSERT_EQ(sent.back().type, Dhcp6Type::kDecline);
  EXPECT_EQ(sent.back().server, "one");
  EXPECT_EQ(sent.back().association->addresses[0].address, address(9));
  auto heard = from("one", Dhcp6Type::kReply);
  heard.association.reset();
  say(heard);
  pass(seconds(3));
  EXPECT_EQ(sent.back().type, Dhcp6Type::kSolicit);
  EXPECT_TRUE(sent.back().association->addresses.empty()) << "not the same one again";
  EXPECT_TRUE(told(DhcpStepKind::kConflict, "another device has 2001::9"));
}

TEST_F(Dhcp6MachineTest, AfterTheCableCameBackTheAddressIsConfirmedOrGivenUp) {
  obtain();
  machine.link_up(now);
  ASSERT_EQ(sent.back().type, Dhcp6Type::kConfirm);
  auto answer = from("any", Dhcp6Type::kReply);
  answer.association.reset();
  say(answer);
  EXPECT_EQ(machine.state(), Dhcp6State::kBound);
  machine.link_up(now);
  pass(seconds(12));
  EXPECT_EQ(machine.state(), Dhcp6State::kBound) << "without an answer it may be used on";
  machine.link_up(now);
  answer = from("any", Dhcp6Type::kReply);
  answer.status.code = Dhcp6Code::kNotOnLink;
  say(answer);
  EXPECT_EQ(released, std::vector<Ipv6>{address(9)});
  EXPECT_TRUE(told(DhcpStepKind::kLost, "it does not belong to this network"));
}

TEST_F(Dhcp6MachineTest, AServerThatForgotTheAddressIsAskedForItAnew) {
  obtain();
  pass(seconds(100));
  say(refusal("one", Dhcp6Type::kReply, Dhcp6Code::kNoBinding));
  EXPECT_EQ(sent.back().type, Dhcp6Type::kRequest);
  EXPECT_EQ(sent.back().association->addresses[0].address, address(9));
  say(from("one", Dhcp6Type::kReply, 10));
  EXPECT_EQ(in_use.back(), address(10));
  EXPECT_EQ(released, std::vector<Ipv6>{address(9)}) << "after the new one is there";
}

TEST_F(Dhcp6MachineTest, ARouterThatNoLongerNamesDhcpTakesNoAddressAway) {
  obtain();
  machine.want(Dhcp6Wish::kNothing, now);
  EXPECT_TRUE(released.empty());
  pass(seconds(100));
  EXPECT_EQ(sent.back().type, Dhcp6Type::kRenew);
  pass(seconds(250));
  EXPECT_EQ(released.size(), 1U);
  EXPECT_EQ(machine.state(), Dhcp6State::kOff) << "and is not asked for again";
}

TEST_F(Dhcp6MachineTest, WhatWasNotAskedForIsNotBelieved) {
  machine.want(Dhcp6Wish::kAddress, now);
  Dhcp6Message early{.type = Dhcp6Type::kAdvertise, .client = kOwnDuid, .server = "one"};
  machine.received(early, now);  // before the question has left
  pass(seconds(1));
  auto other = from("one", Dhcp6Type::kAdvertise);
  other.client = "somebody else";
  say(other);
  auto replayed = from("one", Dhcp6Type::kAdvertise);
  replayed.transaction ^= 1U;
  say(replayed);
  say(from("one", Dhcp6Type::kReply));
  EXPECT_EQ(machine.state(), Dhcp6State::kSoliciting);
  EXPECT_TRUE(in_use.empty());
  EXPECT_FALSE(told(DhcpStepKind::kOffered, ""));
}

}  // namespace
}  // namespace phone::network
