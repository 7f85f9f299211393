// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/link/dhcp_machine.hpp"

#include <gtest/gtest.h>

#include "services/network_access/link/dhcp_facts.hpp"
#include "services/network_access/link/lease_file.hpp"

namespace phone::network {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Mac kOwn = {0x0a, 0x1b, 0x2c, 0x3d, 0x4e, 0x5f};
constexpr Mac kOther = {2, 0, 0, 0, 0, 9};

// The world around a client, under virtual time.
struct F16_DhcpMachine : testing::Test, DhcpPort {
  void send(const DhcpMessage& message, Ipv4 to) override {
    sent.push_back(message);
    destinations.push_back(to);
  }
  void send(const ArpPacket& packet) override { arp.push_back(packet); }
  void hold(const HeldLease& held) override { in_use.push_back(held.lease.address); }
  void release() override { in_use.emplace_back(); }
  std::uint32_t random() override { return ++random_; }

  // Lets time pass until `end`.
  void until(SteadyTime end) {
    while (machine.due() <= end) {
      now = std::max(now, machine.due());
      machine.turn(now);
    }
    now = end;
  }
  void pass(SteadyTime::duration time) { until(now + time); }

  DhcpMessage from(const std::string& server, DhcpType type, const std::string& address) {
    DhcpMessage message{.type = type,
                        .reply = true,
                        .transaction = sent.back().transaction,
                        .yours = *ipv4_of(address),
                        .hardware = kOwn};
    message.set_number(DhcpOption::kServer, *ipv4_of(server));
    if (type == DhcpType::kNak) {
      message.yours = 0;
      return message;
    }
    message.set_number(DhcpOption::kMask, 0xffffff00);
    message.set_number(DhcpOption::kLeaseTime, 1000);
    return message;
  }
  static DhcpMessage with(DhcpMessage message, DhcpOption option, const std::string& address) {
    message.set_number(option, *ipv4_of(address));
    return message;
  }
  void say(const DhcpMessage& message) { machine.received(message, now); }
  // One server has an address with option 150, and nobody else uses it.
  void obtain(const std::string& address = "10.0.0.50") {
    say(with(from("10.0.0.1", DhcpType::kOffer, address), DhcpOption::kTftpServers, "10.0.0.5"));
    say(with(from("10.0.0.1", DhcpType::kAck, address), DhcpOption::kTftpServers, "10.0.0.5"));
    pass(milliseconds(800));
  }
  bool told(DhcpStepKind kind, const std::string& part, const std::string& server = "") {
    for (const DhcpStep& step : machine.story().steps()) {
      if (step.kind == kind && step.text.find(part) != std::string::npos && (server.empty() || step.server == server)) {
        return true;
      }
    }
    return false;
  }
  std::string story() {
    std::string text;
    for (const DhcpStep& step : machine.story().steps()) text += step.server + ": " + step.text + "\n";
    return text;
  }
  const std::string held() { return machine.held() ? machine.held()->lease.address : ""; }

  std::vector<DhcpMessage> sent;
  std::vector<Ipv4> destinations;
  std::vector<ArpPacket> arp;
  std::vector<std::string> in_use;
  std::uint32_t random_ = 0;
  SteadyTime now{std::chrono::hours(1)};
  DhcpMachine machine{*this, {.own = kOwn}};
};

TEST_F(F16_DhcpMachine, AnAddressIsAskedForCheckedAndTaken) {
  machine.start(std::nullopt, false, true, now);
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0].type, DhcpType::kDiscover);
  const std::string asked = *sent[0].option(DhcpOption::kParameters);
  EXPECT_LT(asked.find(static_cast<char>(121)), asked.find(static_cast<char>(3))) << "RFC 3442";
  say(with(from("10.0.0.1", DhcpType::kOffer, "10.0.0.50"), DhcpOption::kTftpServers, "10.0.0.5"));
  ASSERT_EQ(sent.back().type, DhcpType::kRequest) << "option 150 need not be waited for";
  EXPECT_EQ(sent.back().number(DhcpOption::kServer), ipv4_of("10.0.0.1"));
  EXPECT_EQ(sent.back().number(DhcpOption::kRequestedAddress), ipv4_of("10.0.0.50"));
  say(with(from("10.0.0.1", DhcpType::kAck, "10.0.0.50"), DhcpOption::kTftpServers, "10.0.0.5"));
  EXPECT_EQ(machine.state(), DhcpState::kChecking);
  EXPECT_TRUE(in_use.empty());
  pass(milliseconds(800));
  EXPECT_EQ(arp.size(), 4U) << "three probes, one announcement";
  EXPECT_EQ(arp[0].sender_address, 0U);
  EXPECT_EQ(arp[3].sender_address, *ipv4_of("10.0.0.50"));
  EXPECT_EQ(in_use, std::vector<std::string>{"10.0.0.50"});
  EXPECT_EQ(machine.state(), DhcpState::kBound);
  // Renewed by the server that granted it, at half the time.
  const std::size_t before = sent.size();
  pass(seconds(500));
  ASSERT_EQ(sent.size(), before + 1) << story();
  EXPECT_EQ(destinations.back(), *ipv4_of("10.0.0.1"));
  EXPECT_EQ(sent.back().client, *ipv4_of("10.0.0.50"));
  say(with(from("10.0.0.1", DhcpType::kAck, "10.0.0.50"), DhcpOption::kTftpServers, "10.0.0.5"));
  EXPECT_TRUE(told(DhcpStepKind::kRenewed, "confirms 10.0.0.50", "10.0.0.1"));
  EXPECT_EQ(arp.size(), 4U) << "what is in use is not probed";
}

TEST_F(F16_DhcpMachine, AServerWithoutProvisioningServersDoesNotWinOverOneThatHasThem) {
  machine.start(std::nullopt, false, true, now);
  say(from("10.0.0.1", DhcpType::kOffer, "10.0.0.50"));
  say(with(from("10.0.0.2", DhcpType::kOffer, "10.0.0.60"), DhcpOption::kServer, "10.0.0.2"));
  pass(seconds(7));
  EXPECT_EQ(sent.back().type, DhcpType::kDiscover) << "a better one is waited for";
  say(with(from("10.0.0.3", DhcpType::kOffer, "10.0.0.70"), DhcpOption::kTftpServers, "10.0.0.5"));
  ASSERT_EQ(sent.back().type, DhcpType::kRequest);
  EXPECT_EQ(sent.back().number(DhcpOption::kServer), ipv4_of("10.0.0.3"));
  EXPECT_TRUE(told(DhcpStepKind::kChosen, "10.0.0.5 by option 150", "10.0.0.3")) << story();
  EXPECT_TRUE(
      told(DhcpStepKind::kNotTaken, "no provisioning server, that of 10.0.0.3 has 10.0.0.5 by option 150", "10.0.0.1"))
      << story();
}

TEST_F(F16_DhcpMachine, Option150WinsOver66ThatCameFirst) {
  machine.start(std::nullopt, false, true, now);
  auto name = from("10.0.0.1", DhcpType::kOffer, "10.0.0.50");
  name.set(DhcpOption::kTftpName, "tftp.lab");
  say(name);
  EXPECT_EQ(sent.back().type, DhcpType::kDiscover);
  pass(milliseconds(300));
  say(with(from("10.0.0.2", DhcpType::kOffer, "10.0.0.60"), DhcpOption::kTftpServers, "10.0.0.5"));
  EXPECT_EQ(sent.back().number(DhcpOption::kServer), ipv4_of("10.0.0.2"));
}

TEST_F(F16_DhcpMachine, AloneItIsTakenAndSearchedOnFromAndTheBetterOneReplacesIt) {
  machine.start(std::nullopt, false, true, now);
  say(from("10.0.0.1", DhcpType::kOffer, "10.0.0.50"));
  pass(seconds(8));
  ASSERT_EQ(sent.back().type, DhcpType::kRequest);
  say(from("10.0.0.1", DhcpType::kAck, "10.0.0.50"));
  pass(seconds(1));
  EXPECT_EQ(lease_state(machine.state(), machine.held(), true), LeaseState::kHeldNoServer);
  pass(seconds(31));
  ASSERT_EQ(sent.back().type, DhcpType::kDiscover) << story();
  EXPECT_EQ(held(), "10.0.0.50") << "which stays in force meanwhile";
  say(from("10.0.0.1", DhcpType::kOffer, "10.0.0.50"));
  EXPECT_EQ(sent.back().type, DhcpType::kDiscover) << "the same is no better";
  say(with(from("10.0.0.2", DhcpType::kOffer, "10.0.0.60"), DhcpOption::kTftpServers, "10.0.0.5"));
  say(with(from("10.0.0.2", DhcpType::kAck, "10.0.0.60"), DhcpOption::kTftpServers, "10.0.0.5"));
  pass(seconds(1));
  EXPECT_EQ(held(), "10.0.0.60");
  EXPECT_EQ(in_use, (std::vector<std::string>{"10.0.0.50", "10.0.0.60"})) << "never without one";
  EXPECT_EQ(lease_state(machine.state(), machine.held(), true), LeaseState::kHeld);
}

TEST_F(F16_DhcpMachine, LateOffersAreTakenAndSlowServersWaitedFor) {
  machine.start(std::nullopt, false, true, now);
  const DhcpMessage late = with(from("10.0.0.1", DhcpType::kOffer, "10.0.0.50"), DhcpOption::kTftpServers, "10.0.0.5");
  pass(seconds(7));
  EXPECT_GT(sent.size(), 2U) << "asked again meanwhile";
  say(late);
  ASSERT_EQ(sent.back().type, DhcpType::kRequest) << "an offer to the first DISCOVER";
  pass(seconds(7));
  say(with(from("10.0.0.1", DhcpType::kAck, "10.0.0.50"), DhcpOption::kTftpServers, "10.0.0.5"));
  pass(seconds(1));
  EXPECT_EQ(held(), "10.0.0.50") << story();
}

TEST_F(F16_DhcpMachine, AServerThatDoesNotGrantWhatItOfferedLosesToTheNext) {
  machine.start(std::nullopt, false, true, now);
  auto name = from("10.0.0.1", DhcpType::kOffer, "10.0.0.50");
  name.set(DhcpOption::kTftpName, "tftp.lab");
  say(name);
  say(with(from("10.0.0.2", DhcpType::kOffer, "10.0.0.60"), DhcpOption::kTftpServers, "10.0.0.5"));
  ASSERT_EQ(sent.back().number(DhcpOption::kServer), ipv4_of("10.0.0.2"));
  say(from("10.0.0.1", DhcpType::kNak, "0.0.0.0"));
  EXPECT_EQ(machine.state(), DhcpState::kRequesting) << "it was not asked";
  auto refusal = from("10.0.0.2", DhcpType::kNak, "0.0.0.0");
  refusal.set(DhcpOption::kMessage, "no free\x1b address");
  say(refusal);
  EXPECT_EQ(sent.back().number(DhcpOption::kServer), ipv4_of("10.0.0.1")) << story();
  EXPECT_TRUE(told(DhcpStepKind::kDenied, "refuses what it had offered: \"no free", "10.0.0.2")) << story();
  EXPECT_EQ(story().find('\x1b'), std::string::npos);
  pass(seconds(15));
  EXPECT_TRUE(told(DhcpStepKind::kNoAnswer, "did not answer", "10.0.0.1"));
  EXPECT_EQ(sent.back().type, DhcpType::kDiscover);
}

TEST_F(F16_DhcpMachine, AnAddressThatAnotherDeviceHasIsDeclined) {
  machine.start(std::nullopt, false, true, now);
  say(with(from("10.0.0.1", DhcpType::kOffer, "10.0.0.50"), DhcpOption::kTftpServers, "10.0.0.5"));
  say(with(from("10.0.0.1", DhcpType::kAck, "10.0.0.50"), DhcpOption::kTftpServers, "10.0.0.5"));
  // A switch that looks whether the phone is there, by a probe to it, is no conflict.
  machine.received(ArpPacket{.sender = kOther, .target = kOwn, .target_address = *ipv4_of("10.0.0.50")}, now);
  EXPECT_EQ(machine.state(), DhcpState::kChecking);
  machine.received(ArpPacket{.request = false, .sender = kOther, .sender_address = *ipv4_of("10.0.0.50")}, now);
  ASSERT_EQ(sent.back().type, DhcpType::kDecline);
  EXPECT_EQ(sent.back().number(DhcpOption::kRequestedAddress), ipv4_of("10.0.0.50"));
  EXPECT_EQ(sent.back().number(DhcpOption::kServer), ipv4_of("10.0.0.1"));
  EXPECT_TRUE(told(DhcpStepKind::kConflict, "another device (02:00:00:00:00:09) has 10.0.0.50", "10.0.0.1"));
  EXPECT_EQ(lease_state(machine.state(), machine.held(), true), LeaseState::kConflict);
  pass(seconds(9));
  EXPECT_EQ(sent.back().type, DhcpType::kDecline) << "RFC 2131: ten seconds' pause";
  pass(seconds(2));
  EXPECT_EQ(sent.back().type, DhcpType::kDiscover);
  EXPECT_EQ(sent.back().option(DhcpOption::kRequestedAddress), nullptr);
  EXPECT_TRUE(in_use.empty());
  obtain("10.0.0.51");
  EXPECT_EQ(held(), "10.0.0.51");
}

TEST_F(F16_DhcpMachine, ADeviceThatTakesTheAddressLaterIsAnsweredAndNamed) {
  machine.start(std::nullopt, false, true, now);
  obtain();
  const std::size_t before = arp.size();
  for (int i = 0; i < 5; ++i) {
    machine.received(ArpPacket{.sender = kOther, .sender_address = *ipv4_of("10.0.0.50")}, now);
  }
  EXPECT_EQ(arp.size(), before + 1) << "once in ten seconds";
  EXPECT_TRUE(told(DhcpStepKind::kConflict, "02:00:00:00:00:09"));
  EXPECT_EQ(held(), "10.0.0.50");
}

TEST_F(F16_DhcpMachine, AfterARestartTheOldAddressIsAskedForAndStaysInUse) {
  machine.start(std::nullopt, false, true, now);
  obtain();
  const auto bytes = encode(KeptLease{.port = "eth0", .held = *machine.held()});
  const auto kept = decode_lease(bytes, "eth0");
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->held.lease, machine.held()->lease);
  EXPECT_FALSE(decode_lease(bytes, "voice0"));
  EXPECT_FALSE(decode_lease(bytes.substr(0, 100), "eth0"));
  in_use.clear();
  machine.start(kept->held, true, true, now);
  EXPECT_EQ(sent.back().type, DhcpType::kRequest);
  EXPECT_EQ(sent.back().number(DhcpOption::kRequestedAddress), ipv4_of("10.0.0.50"));
  EXPECT_EQ(sent.back().option(DhcpOption::kServer), nullptr);
  EXPECT_EQ(sent.back().client, 0U);
  EXPECT_EQ(held(), "10.0.0.50");
  // Nobody answers: there is time left.
  pass(seconds(20));
  EXPECT_EQ(held(), "10.0.0.50");
  EXPECT_EQ(machine.state(), DhcpState::kBound);
  EXPECT_TRUE(in_use.empty());
  // Another boot: it is asked for, not used.
  machine.start(kept->held, false, true, now);
  EXPECT_EQ(held(), "");
  EXPECT_EQ(sent.back().number(DhcpOption::kRequestedAddress), ipv4_of("10.0.0.50"));
  pass(seconds(7));
  EXPECT_EQ(sent.back().type, DhcpType::kDiscover);
  EXPECT_EQ(sent.back().number(DhcpOption::kRequestedAddress), ipv4_of("10.0.0.50"));
}

TEST_F(F16_DhcpMachine, ARefusalByAStrangerDoesNotTakeTheAddressWhileItsServerMayAnswer) {
  machine.start(std::nullopt, false, true, now);
  obtain();
  machine.link(false, now);
  machine.link(true, now);
  say(from("10.0.0.66", DhcpType::kNak, "0.0.0.0"));
  EXPECT_EQ(held(), "10.0.0.50");
  say(with(from("10.0.0.1", DhcpType::kAck, "10.0.0.50"), DhcpOption::kTftpServers, "10.0.0.5"));
  pass(seconds(10));
  EXPECT_EQ(held(), "10.0.0.50");
  // Its own server's counts at once, and the loss is told.
  machine.link(false, now);
  machine.link(true, now);
  say(from("10.0.0.1", DhcpType::kNak, "0.0.0.0"));
  EXPECT_EQ(held(), "");
  EXPECT_TRUE(told(DhcpStepKind::kLost, "10.0.0.50 is given up: 10.0.0.1 refuses it")) << story();
  EXPECT_EQ(sent.back().type, DhcpType::kDiscover);
}

TEST_F(F16_DhcpMachine, AnotherAddressInARenewalReplacesTheOldOneOnceItIsKnownToBeFree) {
  machine.start(std::nullopt, false, true, now);
  obtain();
  pass(seconds(500));
  say(with(from("10.0.0.1", DhcpType::kAck, "10.0.0.51"), DhcpOption::kTftpServers, "10.0.0.5"));
  EXPECT_EQ(held(), "10.0.0.50");
  pass(seconds(1));
  EXPECT_EQ(held(), "10.0.0.51");
  EXPECT_EQ(in_use, (std::vector<std::string>{"10.0.0.50", "10.0.0.51"}));
}

TEST_F(F16_DhcpMachine, ALeaseThatNobodyRenewsIsRenewedByAllThenEndsInWords) {
  machine.start(std::nullopt, false, true, now);
  obtain();
  pass(seconds(700));
  EXPECT_EQ(lease_state(machine.state(), machine.held(), true), LeaseState::kUnconfirmed);
  EXPECT_TRUE(told(DhcpStepKind::kNoAnswer, "does not answer", "10.0.0.1"));
  pass(seconds(200));
  EXPECT_EQ(machine.state(), DhcpState::kRebinding);
  EXPECT_EQ(destinations.back(), kBroadcast);
  EXPECT_LT(sent.size(), 60U) << "without haste";
  pass(seconds(110));
  EXPECT_EQ(held(), "");
  EXPECT_EQ(in_use.back(), "");
  EXPECT_TRUE(told(DhcpStepKind::kLost, "the lease has expired"));
  EXPECT_EQ(machine.state(), DhcpState::kSelecting);
}

TEST_F(F16_DhcpMachine, WhatCannotBeALeaseIsRefusedWithItsReasonAndFloodsAreBounded) {
  machine.start(std::nullopt, false, true, now);
  say(from("10.0.0.1", DhcpType::kOffer, "127.0.0.1"));
  EXPECT_TRUE(told(DhcpStepKind::kRefused, "the lease has no valid address", "10.0.0.1"));
  auto nameless = from("10.0.0.1", DhcpType::kOffer, "10.0.0.50");
  nameless.options.erase(static_cast<std::uint8_t>(DhcpOption::kServer));
  say(nameless);
  EXPECT_TRUE(told(DhcpStepKind::kRefused, "does not name its server (option 54)"));
  for (const auto wrong : {&DhcpMessage::transaction, &DhcpMessage::transaction}) {
    auto strange = from("10.0.0.9", DhcpType::kOffer, "10.0.0.50");
    ++(strange.*wrong);
    say(strange);
  }
  auto for_another = from("10.0.0.9", DhcpType::kOffer, "10.0.0.50");
  for_another.hardware = kOther;
  say(for_another);
  EXPECT_FALSE(told(DhcpStepKind::kOffered, ""));
  for (int i = 1; i < 200; ++i) say(from("10.0.1." + std::to_string(i), DhcpType::kOffer, "10.0.0.50"));
  for (int i = 1; i < 200; ++i) say(from("10.0.1." + std::to_string(i), DhcpType::kOffer, "127.0.0.1"));
  EXPECT_LE(machine.story().steps().size(), 32U);
  EXPECT_TRUE(told(DhcpStepKind::kAsked, "asks for an address")) << "is still to be read";
}

}  // namespace
}  // namespace phone::network
