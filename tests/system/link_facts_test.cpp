// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Proves F43 and the part of F25 that is about who hears what, with the shipped units: Debian's lldpd as the switch
// names a voice VLAN by LLDP-MED, a CDP frame names one by CDP, the phone follows into it with only its own frames,
// says what it is, and neither a hostile frame nor the PC changes anything.
#include <gtest/gtest.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/flash/state_file.hpp"
#include "common/product/product.hpp"
#include "tests/system/scene/wired_bench.hpp"
#include "tools/rig/pc.hpp"
#include "tools/rig/voice_switch.hpp"

namespace phone::system {
namespace {

using nlohmann::json;
using rig::operator+;
using rig::VoiceSwitch;

constexpr char kSwitchAddress[] = "001b54000001";
constexpr char kCdpStart[] = "aaaa0300000c2000";

std::string hex(const std::string& text) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string digits;
  for (const char c : text) {
    digits += kDigits[static_cast<unsigned char>(c) >> 4U];
    digits += kDigits[static_cast<unsigned char>(c) & 15U];
  }
  return digits;
}
std::string cdp_tlv(int type, const std::string& value) {
  return absl::StrCat(absl::Hex(type, absl::kZeroPad4), absl::Hex(value.size() / 2 + 4, absl::kZeroPad4), value);
}
// A switch's CDP frame, in hexadecimal digits; `tlvs` come after its name and port.
std::string cdp(const std::string& from, const std::string& name, const std::string& tlvs) {
  const std::string body = absl::StrCat(kCdpStart, "02b40000", cdp_tlv(1, hex(name)), cdp_tlv(3, hex("Gi1/0/7")), tlvs);
  return absl::StrCat("01000ccccccc", from, absl::Hex(body.size() / 2, absl::kZeroPad4), body);
}
std::string voice_vlan(int vlan) { return cdp_tlv(0x0e, absl::StrCat("01", absl::Hex(vlan, absl::kZeroPad4))); }

bool has_address(const json& network, const std::string& beginning) {
  for (const auto& address : network.value("address", json::array())) {
    if (absl::StartsWith(address.get<std::string>(), beginning)) return true;
  }
  return false;
}
unsigned in_force(const json& network) { return network.value("voiceVlanInForce", 0U); }

class F43_LinkFacts_Peer : public testing::Test {
 protected:
  void SetUp() override {
    bench_ = std::make_unique<WiredBench>("ec");
    ASSERT_TRUE(bench_->installed()) << "no bench: root, namespaces, openssl are needed";
    switch_.emplace(bench_->stage(), bench_->phone());
  }
  void TearDown() override {
    if (HasFailure() && bench_) std::cerr << bench_->logs() << bench_->network().dump(1) << switch_->neighbours();
    switch_.reset();
    pc_.reset();
  }
  void plug_in_pc() {
    auto pc = rig::Pc::plug_in(bench_->phone());
    ASSERT_TRUE(pc.ok()) << pc.status();
    pc_ = *std::move(pc);
  }
  // What network_access keeps of the policy (StoredAccess): from now on as if that had been provisioned.
  void policy(const std::string& stored) {
    const auto state = bench_->stage().state("network_access");
    std::filesystem::create_directories(state);
    ASSERT_TRUE(flash::write_state(state / "access", stored).ok());
    (void)rig::run({.argv = {"chown", "-R", "7405:7405", state.string()}});
  }
  rig::Outcome in_phone(std::vector<std::string> words) {
    auto outcome = rig::run({.argv = bench_->phone().inside() + words});
    return outcome.ok() ? *outcome : rig::Outcome{-1, std::string(outcome.status().message())};
  }
  void from_switch(std::vector<std::string> frames) {
    switch_->run(std::vector<std::string>{kFrames, "send", "lab0", "1"} + frames);
  }
  std::optional<VoiceSwitch> switch_;
  std::unique_ptr<WiredBench> bench_;
  std::unique_ptr<rig::Pc> pc_;
};

TEST_F(F43_LinkFacts_Peer, VoiceVlanByLldpMedIsFollowedHeldAndNotForThePc) {
  ASSERT_NO_FATAL_FAILURE(plug_in_pc());
  ASSERT_TRUE(switch_->serve_addresses().ok());
  ASSERT_TRUE(switch_->introduce().ok());
  ASSERT_TRUE(bench_->start_with_dhcp("--pc-port pcport0"));
  ASSERT_TRUE(bench_->sees([](const json& now) { return in_force(now) == VoiceSwitch::kVlan; }));
  ASSERT_TRUE(bench_->sees([](const json& now) { return has_address(now, "10.78.0."); }));
  const json now = bench_->network();
  EXPECT_FALSE(has_address(now, "10.77.0.")) << now.dump();
  EXPECT_EQ(now["neighbour"].value("system", ""), VoiceSwitch::kName) << now.dump();
  EXPECT_EQ(now.value("voiceVlan", 0), VoiceSwitch::kVlan);
  EXPECT_EQ(now.value("provisioningServer", json::array()), json::array({"10.78.0.1"}));

  // What we are, as a switch that none of us wrote understands it, by both protocols.
  std::string seen;
  EXPECT_TRUE(rig::poll_until(absl::Seconds(10), [&] {
    seen = switch_->neighbours();
    return absl::StrContains(seen, "via: LLDP") && absl::StrContains(seen, "via: CDPv2");
  })) << seen;
  const std::string product = product::product_id();
  const std::string load = product::load();
  for (const std::string& fact : {std::string("SEP0A1B2C3D4E5F"), product, product + ", " + load,
                                  std::string("Class III"), std::string("Tel, on")}) {
    EXPECT_TRUE(absl::StrContains(seen, fact)) << fact << "\n" << seen;
  }

  // lldpd dies, we die: the VLAN's port and its address are the kernel's.
  const std::string address = now["address"][0];
  const std::string number = in_phone({"cat", "/sys/class/net/voice0/ifindex"}).output;
  ASSERT_TRUE(bench_->phone().kill("lldp", "SIGKILL").ok());
  ASSERT_TRUE(bench_->phone().kill("network_access", "SIGKILL").ok());
  ASSERT_TRUE(bench_->sees([](const json& again) { return again.value("lldpRunning", false); }));
  EXPECT_EQ(in_force(bench_->network()), VoiceSwitch::kVlan);
  EXPECT_TRUE(absl::StrContains(in_phone({"ip", "address", "show", "dev", "voice0"}).output, address));
  EXPECT_EQ(in_phone({"cat", "/sys/class/net/voice0/ifindex"}).output, number) << "the very port";
  // The cable flaps: nothing is given up.
  switch_->run({"ip", "link", "set", "lab0", "down"});
  ASSERT_TRUE(bench_->sees([](const json& again) { return !again.value("linkUp", false); }));
  switch_->run({"ip", "link", "set", "lab0", "up"});
  ASSERT_TRUE(bench_->sees([](const json& again) { return again.value("linkUp", false); }));
  EXPECT_EQ(in_force(bench_->network()), VoiceSwitch::kVlan);
  EXPECT_TRUE(has_address(bench_->network(), address));

  // The PC plays the switch: neither its CDP nor its LLDP is heard, nor does the switch get its CDP.
  ASSERT_TRUE(rig::poll_until(absl::Seconds(10), [&] { return pc_->has_link(); }));
  const std::string lldp =
      absl::StrCat("0180c200000e005056aabb0188cc", "0207040050", "56aabb01", "0404", "0550", "4332", "06020078", "fe08",
                   "0012bb0201", "41", "9ad", "e00", std::string(40, '0'));
  const std::string plain = absl::StrCat("ffffffffffff", "005056aabb01", "88b5cccc", std::string(92, '0'));
  auto watch = rig::Process::start(
      {.argv = bench_->phone().beside() + std::vector<std::string>{kFrames, "watch", "lab0", plain}, .capture = true});
  ASSERT_TRUE(watch.ok() && watch->read_line(absl::Now() + absl::Seconds(10)).ok());
  pc_->run({kFrames, "send", "pc0", "1", cdp("005056aabb01", "evil", voice_vlan(666)), lldp, plain});
  std::string arrived;
  for (auto line = watch->read_line(absl::Now() + absl::Seconds(12)); line.ok();
       line = watch->read_line(absl::Now() + absl::Seconds(12))) {
    absl::StrAppend(&arrived, *line, "\n");
  }
  EXPECT_TRUE(absl::StrContains(arrived, plain));
  EXPECT_FALSE(absl::StrContains(arrived, hex("evil"))) << arrived;
  EXPECT_EQ(in_force(bench_->network()), VoiceSwitch::kVlan);
  EXPECT_EQ(bench_->network()["neighbour"].value("system", ""), VoiceSwitch::kName);
}

TEST_F(F43_LinkFacts_Peer, VoiceVlanByCdpIsFollowedAndHostileFramesChangeNothing) {
  ASSERT_TRUE(switch_->serve_addresses().ok());
  ASSERT_TRUE(bench_->start_with_dhcp());
  ASSERT_TRUE(bench_->sees([](const json& now) { return has_address(now, "10.77.0."); }));
  const std::string good = cdp(kSwitchAddress, "access-1.lab", voice_vlan(VoiceSwitch::kVlan));
  from_switch({good});
  ASSERT_TRUE(bench_->sees([](const json& now) {
    return in_force(now) == VoiceSwitch::kVlan && has_address(now, "10.78.0.") && !has_address(now, "10.77.0.");
  }));
  const json before = bench_->network();
  EXPECT_EQ(before["neighbour"].value("protocol", ""), "CDPv2");

  // Malformed in the switch's own name, and well-formed in another's: of CDP and of LLDP.
  std::vector<std::string> hostile = {
      cdp(kSwitchAddress, "access-1.lab", "000e00040100"),      // voice VLAN cut short
      cdp(kSwitchAddress, "access-1.lab", voice_vlan(0x1fff)),  // no VLAN
      cdp(kSwitchAddress, "access-1.lab", voice_vlan(7) + voice_vlan(8)),
      cdp(kSwitchAddress, "access-1.lab", "0002ffff"),  // longer than the frame
      cdp(kSwitchAddress, "access-1.lab", "00020000"),  // of no length
      cdp(kSwitchAddress, "", voice_vlan(9)),
      cdp("001b5400dead", "evil", voice_vlan(666)),
      good.substr(0, good.size() / 2),
      // LLDP: a length beyond the frame; a chassis of nothing; no end; a voice policy cut short
      absl::StrCat("0180c200000e", kSwitchAddress, "88cc", "03ff04001b54000001", std::string(80, '0')),
      absl::StrCat("0180c200000e", kSwitchAddress, "88cc", "020104", "040107", "06020078", "0000",
                   std::string(80, '0')),
      absl::StrCat("0180c200000e", kSwitchAddress, "88cc", "0207040", "01b54000001", "0404055031", "32"),
      absl::StrCat("0180c200000e", kSwitchAddress, "88cc", "020704001b54000001", "040405503132", "06020078",
                   "fe060012bb020140", "0000", std::string(60, '0')),
  };
  for (std::string& frame : hostile) frame.resize(frame.size() / 2 * 2);
  from_switch(hostile);
  from_switch({good});  // heard after all of them
  EXPECT_FALSE(bench_->sees([](const json& now) { return in_force(now) != VoiceSwitch::kVlan; }, absl::Seconds(2)));
  const json after = bench_->network();
  EXPECT_EQ(after["neighbour"], before["neighbour"]);
  EXPECT_EQ(after["address"], before["address"]);
  EXPECT_TRUE(after.value("lldpRunning", false)) << "lldpd has survived them";
  // One of them is told with its reason, the others not for a minute.
  EXPECT_TRUE(bench_->sees([](const json& now) {
    const std::string why = now.value("discoverySetAside", "");
    return why == "CDP: its voice VLAN is cut short" || why == "LLDP: a TLV is longer than the frame";
  })) << bench_->network().dump(1);

  // The same phone, all of it switched off by policy (voice_vlan_disabled, cdp_switch_port_disabled,
  // lldp_switch_port_disabled: fields 7, 8, 9): it stays native, learns nothing and announces nothing.
  ASSERT_EQ(
      bench_->phone().systemctl({"stop", "phone-network-access.socket", "phone-network-access.service"}).exit_code, 0);
  ASSERT_NO_FATAL_FAILURE(policy("\x38\x01\x40\x01\x48\x01"));
  ASSERT_TRUE(switch_->introduce().ok());
  ASSERT_EQ(bench_->phone().systemctl({"restart", "phone-lldp.service"}).exit_code, 0);
  ASSERT_EQ(bench_->phone().systemctl({"start", "phone-network-access.service"}).exit_code, 0);
  ASSERT_TRUE(bench_->sees([](const json& now) {
    return has_address(now, "10.77.0.") && !has_address(now, "10.78.0.") && now.value("lldpRunning", false);
  }));
  from_switch({good});
  EXPECT_FALSE(
      bench_->sees([](const json& now) { return in_force(now) != 0 || now.contains("neighbour"); }, absl::Seconds(2)));
  EXPECT_FALSE(absl::StrContains(switch_->neighbours(), "SEP0A1B2C3D4E5F")) << switch_->neighbours();
}

}  // namespace
}  // namespace phone::system
