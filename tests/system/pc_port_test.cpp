// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Proves F39, F40, F42 and F43 with the shipped units: a PC with a supplicant of its own behind the phone, hostapd as
// the switch in front of it. What is judged is what arrives at the switch.
#include <gtest/gtest.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/flash/state_file.hpp"
#include "tests/system/scene/wired_bench.hpp"
#include "tools/rig/pc.hpp"

namespace phone::system {
namespace {

using nlohmann::json;
using rig::operator+;

constexpr auto& kPcAddress = rig::Pc::kAddress;

std::string digits(const std::string& address) { return absl::StrReplaceAll(address, {{":", ""}}); }
// Frames of the protocol for experiments (IEEE 802 88-B5), to everybody.
std::string plain_frame(const std::string& from, const std::string& body) {
  return absl::StrCat("ffffffffffff", digits(from), "88b5", body, std::string(92, '0'));
}
std::string tagged_frame(const std::string& from, const std::string& vlan, const std::string& body) {
  return absl::StrCat("ffffffffffff", digits(from), "8100", vlan, "88b5", body, std::string(92, '0'));
}
std::string eapol_frame(const std::string& from, const std::string& type) {
  return absl::StrCat("0180c2000003", digits(from), "888e02", type, "0000", std::string(84, '0'));
}

// An EAP packet, as a switch would send it.
std::string eap_frame(const std::string& to, const std::string& from, const std::string& packet) {
  return absl::StrCat(digits(to), digits(from), "888e0200", packet.substr(4, 4), packet, std::string(72, '0'));
}
constexpr char kWhoAreYou[] = "0163000501";
constexpr char kYouFailed[] = "04630004";
constexpr char kGroup[] = "01:80:c2:00:00:03";

class F39_F40_F42_F43_PcPort_Peer : public testing::Test {
 protected:
  void SetUp() override {
    bench_ = std::make_unique<WiredBench>("ec");
    ASSERT_TRUE(bench_->installed()) << "no bench: root, namespaces, hostapd, openssl are needed";
    auto pc = rig::Pc::plug_in(bench_->phone());
    ASSERT_TRUE(pc.ok()) << pc.status();
    pc_ = *std::move(pc);
  }
  void TearDown() override {
    if (HasFailure() && bench_) std::cerr << bench_->logs() << bench_->port().log() << bench_->network().dump(1);
    pc_.reset();
  }
  rig::Outcome in_pc(std::vector<std::string> words) { return pc_->run(std::move(words)); }
  rig::Outcome in_phone(std::vector<std::string> words) {
    auto outcome = rig::run({.argv = bench_->phone().inside() + words});
    return outcome.ok() ? *outcome : rig::Outcome{-1, std::string(outcome.status().message())};
  }
  bool authorized(const std::string& address) { return bench_->port().authorized(address); }
  bool becomes_authorized(const std::string& address, bool wanted, absl::Duration patience = absl::Seconds(15)) {
    return rig::poll_until(patience, [&] { return authorized(address) == wanted; });
  }
  // What of these frames, sent by the PC, arrives at the switch. The last one must.
  std::string arrives(std::vector<std::string> frames) {
    auto watch = rig::Process::start(
        {.argv = bench_->phone().beside() + std::vector<std::string>{kFrames, "watch", "lab0", frames.back()},
         .capture = true});
    if (!watch.ok() || !watch->read_line(absl::Now() + absl::Seconds(10)).ok()) return "no watch";
    in_pc(std::vector<std::string>{kFrames, "send", "pc0", "1"} + frames);
    std::string seen;
    for (;;) {
      const auto line = watch->read_line(absl::Now() + absl::Seconds(12));
      if (!line.ok()) return seen;
      absl::StrAppend(&seen, *line, "\n");
    }
  }
  std::unique_ptr<WiredBench> bench_;
  std::unique_ptr<rig::Pc> pc_;
};

const std::vector<std::string> kBoth = {absl::StrCat("\"", kIdentity, "\" TLS"), "\"pc1\" TLS"};

TEST_F(F39_F40_F42_F43_PcPort_Peer, BothAuthenticateThePcLeavesByProxyAndCannotSpeakForThePhone) {
  ASSERT_TRUE(bench_->start("--pc-port pcport0"));
  for (const bool group : {false, true}) {
    SCOPED_TRACE(group ? "the switch answers to the group" : "the switch answers in person");
    ASSERT_TRUE(
        bench_->port().start({.users = kBoth, .more = {group ? "use_pae_group_addr=1" : "use_pae_group_addr=0"}}).ok());
    ASSERT_EQ(bench_->apply(bench_->tls()).exit_code, 0);
    ASSERT_TRUE(bench_->becomes("AUTHENTICATED"));
    ASSERT_TRUE(rig::poll_until(absl::Seconds(10), [&] { return pc_->has_link(); }));
    ASSERT_TRUE(pc_->start_supplicant(bench_->port()).ok());
    ASSERT_TRUE(becomes_authorized(kPcAddress, true));
    EXPECT_TRUE(authorized(kAddress));
    EXPECT_EQ(bench_->access().value("state", ""), "ACCESS_STATE_AUTHENTICATED");

    // F43: forged in the phone's name, or a switch's words, from the PC.
    in_pc({kFrames, "send", "pc0", "3", eapol_frame(kAddress, "02")});
    EXPECT_TRUE(authorized(kAddress));
    for (const char* to : {kGroup, kAddress}) {
      in_pc(
          {kFrames, "send", "pc0", "3", eap_frame(to, kPcAddress, kWhoAreYou), eap_frame(to, kPcAddress, kYouFailed)});
    }
    EXPECT_TRUE(authorized(kAddress));
    EXPECT_EQ(bench_->access().value("state", ""), "ACCESS_STATE_AUTHENTICATED");

    // F40: the cable is out; one second. Its supplicant can say nothing any more.
    in_pc({"ip", "link", "set", "pc0", "down"});
    EXPECT_TRUE(becomes_authorized(kPcAddress, false, absl::Seconds(1)));
    EXPECT_TRUE(authorized(kAddress));
    pc_->stop_supplicant();
    in_pc({"ip", "link", "set", "pc0", "up"});
    bench_->apply({"off"});
    ASSERT_TRUE(bench_->becomes("DISABLED"));
  }
  const json port = bench_->network()["pcPort"];
  EXPECT_NE(port.value("framesRefused", "0"), "0") << port.dump();
}

TEST_F(F39_F40_F42_F43_PcPort_Peer, PcReachesNeitherVoiceVlanNorThePhonesNameAndAFloodDelaysNoService) {
  ASSERT_TRUE(bench_->port().start({.users = kBoth}).ok());
  ASSERT_TRUE(bench_->start("--pc-port pcport0"));
  ASSERT_TRUE(rig::poll_until(absl::Seconds(10), [&] { return pc_->has_link(); }));
  const std::string tagged = tagged_frame(kPcAddress, "0064", "aaaa");
  const std::string forged = plain_frame(kAddress, "bbbb");
  const std::string good = plain_frame(kPcAddress, "cccc");
  const std::string priority = tagged_frame(kPcAddress, "e000", "a0a0");
  // Each with a body of its own. The first is the issue's: a priority tag, then the voice VLAN.
  std::vector<std::string> hidden;
  for (const char* tags : {"81000000"
                           "8100006e",
                           "81000000"
                           "88a8006e",
                           "81000000"
                           "9100006e",
                           "8100e000"
                           "81000000"
                           "8100006e",
                           "88a80000"
                           "8100006e",
                           "88a80000", "9100006e", "9200006e", "9300006e",
                           "9100006e"
                           "81000000"}) {
    hidden.push_back(absl::StrCat("ffffffffffff", digits(kPcAddress), tags, "88b5", absl::Hex(0xd100 + hidden.size()),
                                  std::string(92, '0')));
  }
  // In a SNAP header; and what the dispatcher never passes, EAPOL in a switch's words, to the switch's own address:
  // plain, with a priority tag and in SNAP.
  hidden.push_back(absl::StrCat("ffffffffffff", digits(kPcAddress), "002e", "aaaa03000000", "8100006e", "88b5",
                                absl::Hex(0xd100 + hidden.size()), std::string(72, '0')));
  for (const char* shape : {"888e", "81000000888e", "8100e000888e", "002eaaaa03000000888e"}) {
    hidden.push_back(absl::StrCat("0200000000fe", digits(kPcAddress), shape,
                                  "0200000403630004"
                                  "88b5",
                                  absl::Hex(0xd100 + hidden.size()), std::string(84, '0')));
  }
  std::vector<std::string> sent = hidden;
  sent.insert(sent.end(), {tagged, forged, priority, good});
  const std::string seen = arrives(sent);
  for (std::size_t i = 0; i < hidden.size(); ++i) {
    EXPECT_FALSE(absl::StrContains(seen, absl::StrCat("88b5", absl::Hex(0xd100 + i)))) << hidden[i] << "\n" << seen;
  }
  EXPECT_TRUE(absl::StrContains(seen, "88b5a0a0")) << seen;  // a priority tag is not a VLAN
  EXPECT_TRUE(absl::StrContains(seen, good)) << seen;
  EXPECT_FALSE(absl::StrContains(seen, "88b5aaaa")) << seen;
  EXPECT_FALSE(absl::StrContains(seen, "88b5bbbb")) << seen;

  // No span: frames between phone and switch only do not come out at the PC; broadcasts do.
  const std::string for_phone = absl::StrCat(digits(kAddress), "0200000000fe", "88b5dddd", std::string(92, '0'));
  const std::string for_all = absl::StrCat("ffffffffffff", "0200000000fe", "88b5eeee", std::string(92, '0'));
  const std::string to_switch = absl::StrCat("0200000000fe", digits(kAddress), "88b5ffff", std::string(92, '0'));
  auto at_pc = rig::Process::start(
      {.argv = pc_->inside() + std::vector<std::string>{kFrames, "watch", "pc0", for_all}, .capture = true});
  ASSERT_TRUE(at_pc.ok() && at_pc->read_line(absl::Now() + absl::Seconds(10)).ok());
  bench_->port().run({kFrames, "send", "lab0", "1", for_phone});
  in_phone({kFrames, "send", "phone0", "1", to_switch});
  // Nor a tag, single or behind another one.
  const std::string in_voice =
      absl::StrCat("ffffffffffff", "0200000000fe", "8100006e", "88b5eee1", std::string(92, '0'));
  const std::string in_two =
      absl::StrCat("ffffffffffff", "0200000000fe", "81000000", "8100006e", "88b5eee2", std::string(92, '0'));
  bench_->port().run({kFrames, "send", "lab0", "1", for_phone, in_voice, in_two, for_all});
  std::string heard;
  for (auto line = at_pc->read_line(absl::Now() + absl::Seconds(12)); line.ok();
       line = at_pc->read_line(absl::Now() + absl::Seconds(12))) {
    absl::StrAppend(&heard, *line, "\n");
  }
  EXPECT_TRUE(absl::StrContains(heard, for_all)) << heard;
  EXPECT_FALSE(absl::StrContains(heard, "88b5dddd")) << heard;
  EXPECT_FALSE(absl::StrContains(heard, "88b5eee1")) << heard;
  EXPECT_FALSE(absl::StrContains(heard, "88b5eee2")) << heard;
  EXPECT_FALSE(absl::StrContains(heard, "88b5ffff")) << heard;

  // The phone's own authentication, undisturbed and under a flood from the PC.
  const auto takes = [&] {
    bench_->apply({"off"});
    EXPECT_TRUE(bench_->becomes("DISABLED"));
    EXPECT_TRUE(bench_->port().start({.users = kBoth}).ok());
    const absl::Time start = absl::Now();
    EXPECT_EQ(bench_->apply(bench_->tls()).exit_code, 0);
    EXPECT_TRUE(bench_->becomes("AUTHENTICATED"));
    return absl::Now() - start;
  };
  const absl::Duration alone = takes();
  auto flood =
      rig::Process::start({.argv = pc_->inside() + std::vector<std::string>{kFrames, "send", "pc0", "100000000",
                                                                            eapol_frame(kPcAddress, "01")}});
  ASSERT_TRUE(flood.ok());
  const absl::Duration flooded = takes();
  EXPECT_TRUE(flood->running());
  flood->end();
  RecordProperty("alone_ms", static_cast<int>(absl::ToInt64Milliseconds(alone)));
  RecordProperty("flooded_ms", static_cast<int>(absl::ToInt64Milliseconds(flooded)));
  EXPECT_LT(flooded, 3 * alone + absl::Seconds(1));

  // F25: an unsolicited claim of another's address is ignored.
  in_phone({"ip", "addr", "add", "10.77.0.2/24", "dev", "phone0"});
  in_phone({"ip", "neigh", "replace", "10.77.0.1", "lladdr", "02:00:00:00:00:fe", "nud", "stale", "dev", "phone0"});
  const std::string claim = absl::StrCat("ffffffffffff", digits(kPcAddress), "08060001080006040002", digits(kPcAddress),
                                         "0a4d0001", digits(kPcAddress), "0a4d0001", std::string(36, '0'));
  EXPECT_TRUE(absl::StrContains(arrives({claim, good}), "08060001"));  // it came through, so the phone had it too
  EXPECT_TRUE(absl::StrContains(in_phone({"ip", "neigh", "show", "10.77.0.1"}).output, "02:00:00:00:00:fe"));
}

// Octet by octet, padding and all: what the PC says to the switch, and what the switch says to the PC.
TEST_F(F39_F40_F42_F43_PcPort_Peer, EapolOfThePcArrivesAsItLeft) {
  ASSERT_TRUE(bench_->start("--pc-port pcport0"));
  ASSERT_TRUE(rig::poll_until(absl::Seconds(10), [&] { return pc_->has_link(); }));
  const std::string padding = "5a17c0ffee0042" + std::string(70, '3');
  const std::string start = absl::StrCat(digits(kGroup), digits(kPcAddress), "888e02010000", padding);
  EXPECT_TRUE(absl::StrContains(arrives({start}), start));

  const std::string question = absl::StrCat(digits(kPcAddress), "0200000000fe", "888e02000005", kWhoAreYou, padding);
  auto at_pc = rig::Process::start(
      {.argv = pc_->inside() + std::vector<std::string>{kFrames, "watch", "pc0", question}, .capture = true});
  ASSERT_TRUE(at_pc.ok() && at_pc->read_line(absl::Now() + absl::Seconds(10)).ok());
  bench_->port().run({kFrames, "send", "lab0", "1", question});
  const auto heard = at_pc->wait(absl::Now() + absl::Seconds(12));
  EXPECT_TRUE(heard.ok() && *heard == 0) << "the question did not come out at the PC as it was";
}

TEST_F(F39_F40_F42_F43_PcPort_Peer, SwitchedOffByPolicyThePortHasNoLink) {
  // What network_access keeps of the policy: pc_port_disabled (StoredAccess, field 4).
  const auto state = bench_->stage().state("network_access");
  std::filesystem::create_directories(state);
  ASSERT_TRUE(flash::write_state(state / "access", "\x20\x01").ok());
  (void)rig::run({.argv = {"chown", "-R", "7405:7405", state.string()}});
  ASSERT_TRUE(bench_->port().start({.users = kBoth}).ok());
  ASSERT_TRUE(bench_->start("--pc-port pcport0"));
  ASSERT_TRUE(rig::poll_until(absl::Seconds(10), [&] { return bench_->network().contains("pcPort"); }));
  EXPECT_FALSE(bench_->network()["pcPort"].value("enabled", false));
  EXPECT_FALSE(pc_->has_link());
}

}  // namespace
}  // namespace phone::system
