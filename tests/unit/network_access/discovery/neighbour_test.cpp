// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/discovery/neighbour.hpp"

#include <gtest/gtest.h>

#include <utility>

#include "services/network_access/discovery/introduction_schedule.hpp"
#include "services/network_access/discovery/vlan_tag.hpp"

namespace phone::network {
namespace {

using std::chrono::seconds;

constexpr Mac kSpeaker = {0x00, 0x1b, 0x54, 0x00, 0x00, 0x01};
const VoiceVlan::Time kStart{seconds(1000)};

std::string tlv(unsigned type, const std::string& value) {
  const std::size_t size = value.size() + 4;
  return std::string{static_cast<char>(type >> 8U), static_cast<char>(type & 0xffU), static_cast<char>(size >> 8U),
                     static_cast<char>(size & 0xffU)} +
         value;
}
std::string voice(unsigned vlan) {
  return tlv(0x0e, {'\x01', static_cast<char>(vlan >> 8U), static_cast<char>(vlan & 0xffU)});
}
std::string cdp(const std::string& tlvs, char version = 2, char hold = 120) {
  std::string body("\xaa\xaa\x03\x00\x00\x0c\x20\x00", 8);
  body += {version, hold, 0, 0};
  body += tlvs;
  std::string frame(kCdpGroup.begin(), kCdpGroup.end());
  frame.append(kSpeaker.begin(), kSpeaker.end());
  frame += {static_cast<char>(body.size() >> 8U), static_cast<char>(body.size() & 0xffU)};
  return frame + body;
}
const std::string kName = tlv(1, "access-1.lab");

TEST(F43_Cdp_Table, SwitchIsReadWithItsVoiceVlan) {
  const auto said = parse_cdp(cdp(kName + tlv(3, "GigabitEthernet1/0/7") + tlv(6, "cisco WS-C3850") + voice(100)) +
                              std::string(20, '\0'));
  ASSERT_TRUE(said.ok()) << said.status();
  EXPECT_EQ(*said, (CdpNeighbour{.source = kSpeaker,
                                 .device = "access-1.lab",
                                 .port = "GigabitEthernet1/0/7",
                                 .platform = "cisco WS-C3850",
                                 .voice_vlan = 100,
                                 .hold = seconds(120)}));
}

struct CdpRow {
  const char* name;
  std::string frame;
  const char* reason;  // why it is set aside; empty: it is not
  unsigned vlan;
};
class F43_CdpFrames_Table : public testing::TestWithParam<CdpRow> {};
TEST_P(F43_CdpFrames_Table, OnlyWholeOnesCount) {
  const auto said = parse_cdp(GetParam().frame);
  EXPECT_EQ(said.status().message(), GetParam().reason) << GetParam().name;
  // Another protocol is not set aside: it is not ours.
  EXPECT_EQ(absl::IsNotFound(said.status()), std::string(GetParam().reason) == "not CDP") << GetParam().name;
  if (said.ok()) {
    EXPECT_EQ(said->voice_vlan, GetParam().vlan) << GetParam().name;
    EXPECT_EQ(said->device, "access-1.lab");
  }
}
// With a checksum by the rule of that number: 0 as RFC 1071 has it, 1 as Cisco's switches do.
std::string summed(std::string frame, int rule, int off = 0) {
  std::uint32_t sum = 0;
  for (std::size_t i = 22; i < frame.size(); i += 2) {
    const auto first = static_cast<unsigned char>(frame[i]);
    if (i + 1 < frame.size()) {
      sum += static_cast<std::uint32_t>(first) << 8U | static_cast<unsigned char>(frame[i + 1]);
    } else if (rule == 0) {
      sum += static_cast<std::uint32_t>(first) << 8U;
    } else {
      sum += (first & 0x80U) != 0 ? 0xff00U + first - 1U : first;
    }
  }
  while (sum > 0xffff) sum = (sum & 0xffffU) + (sum >> 16U);
  sum = (~sum + static_cast<std::uint32_t>(off)) & 0xffffU;
  frame[24] = static_cast<char>(sum >> 8U);
  frame[25] = static_cast<char>(sum & 0xffU);
  return frame;
}
std::string applications(const std::string& entries) { return tlv(0x0e, entries); }
std::string changed(std::string frame, std::size_t at, char to) {
  frame[at] = to;
  return frame;
}
INSTANTIATE_TEST_SUITE_P(
    Frames, F43_CdpFrames_Table,
    testing::Values(
        CdpRow{"without a voice VLAN", cdp(kName), "", 0},
        CdpRow{"voice goes untagged", cdp(kName + voice(4095)), "", 0},
        CdpRow{"no VLAN at all", cdp(kName + voice(4096)), "its voice VLAN is out of range", 0},
        CdpRow{"two voice VLANs", cdp(kName + voice(100) + voice(200)), "it names two voice VLANs", 0},
        CdpRow{"one voice VLAN twice", cdp(kName + voice(100) + voice(100)), "", 100},
        CdpRow{"two applications in one element",
               cdp(kName + applications({'\x02', '\x00', '\x07', '\x01', '\x00', '\x64'})), "", 100},
        CdpRow{"telephony twice in one element",
               cdp(kName + applications({'\x01', '\x00', '\x07', '\x01', '\x00', '\x64'})), "it names two voice VLANs",
               0},
        CdpRow{"two applications without telephony",
               cdp(kName + applications({'\x02', '\x00', '\x07', '\x03', '\x00', '\x64'})), "", 0},
        CdpRow{"another application by itself", cdp(kName + applications({'\x02', '\x00', '\x64'})), "", 100},
        CdpRow{"an application and a piece of another", cdp(kName + applications({'\x01', '\x00', '\x64', '\x02'})), "",
               100},
        CdpRow{"a voice VLAN cut short", cdp(kName + tlv(0x0e, "\x01\x01")), "its voice VLAN is cut short", 0},
        CdpRow{"a voice VLAN of no length", cdp(kName + tlv(0x0e, "")), "its voice VLAN is cut short", 0},
        CdpRow{"the name twice", cdp(kName + kName), "", 0},
        CdpRow{"two names", cdp(kName + tlv(1, "evil")), "it has two names", 0},
        CdpRow{"two ports", cdp(kName + tlv(3, "Gi1") + tlv(3, "Gi2")), "it names two ports", 0},
        CdpRow{"two platforms", cdp(kName + tlv(6, "a") + tlv(6, "b")), "it names two platforms", 0},
        CdpRow{"an element of no content", cdp(kName + tlv(0x99, "")), "", 0},
        CdpRow{"checksum", summed(cdp(kName + voice(100) + tlv(6, "x")), 0), "", 100},
        CdpRow{"checksum of an odd number", summed(cdp(kName + voice(100)), 0), "", 100},
        CdpRow{"checksum of an odd number by CDP's rule", summed(cdp(kName + voice(100)), 1), "", 100},
        CdpRow{"checksum of an odd number by CDP's rule, negative", summed(cdp(kName + voice(200)), 1), "", 200},
        CdpRow{"wrong checksum", summed(cdp(kName + voice(100)), 0, 1), "its checksum is wrong", 0},
        CdpRow{"nobody's name", cdp(voice(100)), "it has no name", 0},
        CdpRow{"version 3", cdp(kName, 3), "its version is unknown", 0},
        CdpRow{"an element longer than the frame", changed(cdp(kName + voice(100)), 45, '\x60'),
               "an element is longer than the frame", 0},
        CdpRow{"an element of no length", changed(cdp(kName), 29, '\x00'), "an element is longer than the frame", 0},
        CdpRow{"a length that is not there", changed(cdp(kName), 13, '\xff'), "its length does not match the frame", 0},
        CdpRow{"another group", changed(cdp(kName), 5, '\xcd'), "not CDP", 0},
        CdpRow{"sent by a group", changed(cdp(kName), 6, '\x01'), "its source is a group address", 0},
        CdpRow{"another protocol", changed(cdp(kName), 21, '\x04'), "not CDP", 0},
        CdpRow{"too many elements",
               cdp(kName +
                   [] {
                     std::string many;
                     for (int i = 0; i < 80; ++i) many += tlv(0x99, "");
                     return many;
                   }()),
               "it has too many elements", 0},
        CdpRow{"nothing", "", "not CDP", 0}));

TEST(F43_CdpFrames_Table, ASwitchThatRepeatsItsMistakeIsToldOfOnceAMinute) {
  SetAside aside;
  EXPECT_EQ(aside.last(), "");
  EXPECT_TRUE(aside.take("CDP: it has two names", kStart));
  EXPECT_FALSE(aside.take("CDP: it has two names", kStart + seconds(1)));
  EXPECT_FALSE(aside.take("CDP: it has no name", kStart + seconds(59)));
  EXPECT_EQ(aside.last(), "CDP: it has two names");
  EXPECT_TRUE(aside.take("CDP: it has no name", kStart + seconds(60)));
  EXPECT_EQ(aside.last(), "CDP: it has no name");
}

TEST(F43_CdpFrames_Table, EveryPrefixOfAFrameIsRefusedOrWhole) {
  const std::string frame = cdp(kName + tlv(3, "Gi1") + voice(100));
  for (std::size_t size = 0; size < frame.size(); ++size) EXPECT_FALSE(parse_cdp(frame.substr(0, size)).ok()) << size;
}

TEST(F43_Cdp_Table, WhatThePhoneSaysReadsBack) {
  const std::string frame = cdp_frame({.source = {0x0a, 0x1b, 0x2c, 0x3d, 0x4e, 0x5f},
                                       .device = name_of({0x0a, 0x1b, 0x2c, 0x3d, 0x4e, 0x5f}),
                                       .platform = "DP-9861",
                                       .software = "Phonemesh",
                                       .two_ports = true});
  const auto said = parse_cdp(frame);
  ASSERT_TRUE(said.ok()) << said.status();
  EXPECT_EQ(said->device, "SEP0A1B2C3D4E5F");
  EXPECT_EQ(said->platform, "DP-9861");
  // The sum over all of it is right when it is all ones.
  std::uint32_t sum = 0;
  for (std::size_t i = 22; i + 1 < frame.size(); i += 2) {
    sum += static_cast<std::uint32_t>(static_cast<unsigned char>(frame[i])) << 8U |
           static_cast<unsigned char>(frame[i + 1]);
  }
  while (sum > 0xffff) sum = (sum & 0xffffU) + (sum >> 16U);
  EXPECT_EQ(sum, 0xffffU);
}

TEST(F43_Neighbour_Table, ASecondSpeakerChangesNothingUntilTheFirstIsSilent) {
  CdpListener listener;
  CdpNeighbour first{.source = kSpeaker, .device = "a", .voice_vlan = 100, .hold = seconds(60)};
  CdpNeighbour second{.source = {2, 0, 0, 0, 0, 9}, .device = "b", .voice_vlan = 666, .hold = seconds(60)};
  EXPECT_TRUE(listener.hear(first, kStart));
  EXPECT_FALSE(listener.hear(second, kStart + seconds(1)));
  EXPECT_EQ(listener.neighbour()->voice_vlan, 100U);
  // Nor one that has only the name right.
  second.device = "a";
  EXPECT_FALSE(listener.hear(second, kStart + seconds(2)));
  EXPECT_TRUE(listener.hear(second, kStart + seconds(61)));
  EXPECT_EQ(listener.neighbour()->voice_vlan, 666U);
  second.hold = seconds(0);
  EXPECT_TRUE(listener.hear(second, kStart + seconds(62)));
  EXPECT_FALSE(listener.neighbour());
}

TEST(F43_Neighbour_Table, CdpsVoiceVlanCountsWhereBothNameOne) {
  const NeighbourFacts cdp{"a", "1", "CDPv2", 100};
  const NeighbourFacts lldp{"a", "1", "LLDP", 200};
  EXPECT_EQ(join(cdp, lldp), cdp);
  EXPECT_EQ(join(NeighbourFacts{"a", "1", "CDPv2", 0}, lldp), lldp);
  EXPECT_EQ(join(std::nullopt, lldp), lldp);
  EXPECT_EQ(join(cdp, std::nullopt), cdp);
  EXPECT_EQ(join(std::nullopt, std::nullopt), std::nullopt);
}

TEST(F43_VoiceVlan_Table, HoldsOverAFlapAndEndsWhenTheSwitchMeansIt) {
  const std::optional<NeighbourFacts> voice(NeighbourFacts{"a", "1", "LLDP", 100});
  const std::optional<NeighbourFacts> none(NeighbourFacts{"a", "1", "LLDP", 0});
  VoiceVlan vlan(0);
  EXPECT_EQ(vlan.decide(true, true, std::nullopt, kStart), 0U);
  EXPECT_EQ(vlan.decide(true, true, voice, kStart), 100U);
  // The cable is out and in again; the switch's first words name no VLAN yet.
  EXPECT_EQ(vlan.decide(true, false, std::nullopt, kStart + seconds(5)), 100U);
  EXPECT_FALSE(vlan.next());
  EXPECT_EQ(vlan.decide(true, true, none, kStart + seconds(500)), 100U);
  EXPECT_EQ(vlan.next(), kStart + seconds(510));
  EXPECT_EQ(vlan.decide(true, true, voice, kStart + seconds(503)), 100U);
  // Another VLAN counts at once, none only when it lasts.
  EXPECT_EQ(vlan.decide(true, true, NeighbourFacts{"a", "1", "LLDP", 200}, kStart + seconds(504)), 200U);
  EXPECT_EQ(vlan.decide(true, true, none, kStart + seconds(505)), 200U);
  EXPECT_EQ(vlan.decide(true, true, none, kStart + seconds(514)), 200U);
  EXPECT_EQ(vlan.decide(true, true, none, kStart + seconds(515)), 0U);
}

TEST(F43_VoiceVlan_Table, OneFromBeforeARestartEndsWhereNobodySpeaks) {
  VoiceVlan vlan(100);
  EXPECT_EQ(vlan.decide(true, true, std::nullopt, kStart), 100U);
  EXPECT_EQ(vlan.decide(true, true, std::nullopt, kStart + seconds(64)), 100U);
  EXPECT_EQ(vlan.decide(true, true, std::nullopt, kStart + seconds(65)), 0U);
}

TEST(F43_VoiceVlan_Table, WhoNamesOneAfterTheOtherHasThePhoneChangeSeldom) {
  const auto named = [](unsigned vlan) { return std::optional(NeighbourFacts{"a", "1", "CDPv2", vlan}); };
  VoiceVlan vlan(0);
  EXPECT_EQ(vlan.decide(true, true, named(100), kStart), 100U);
  int changes = 0;
  unsigned before = 100;
  for (int i = 1; i <= 1000; ++i) {
    const unsigned now = vlan.decide(true, true, named(100 + i % 2), kStart + std::chrono::milliseconds(20 * i));
    if (std::exchange(before, now) != now) ++changes;
  }
  EXPECT_LE(changes, 4) << "in 20 s";
  // The last one named counts in the end, though nothing more is said.
  EXPECT_EQ(vlan.decide(true, true, named(300), kStart + seconds(40)), 300U);
  EXPECT_EQ(vlan.decide(true, true, named(400), kStart + seconds(41)), 300U);
  EXPECT_EQ(vlan.next(), kStart + seconds(45));
  EXPECT_EQ(vlan.decide(true, true, named(400), kStart + seconds(45)), 400U);
  EXPECT_FALSE(vlan.next());
  EXPECT_EQ(vlan.decide(false, true, named(500), kStart + seconds(46)), 0U) << "switched off at once";
}

TEST(F43_VoiceVlan_Table, SwitchedOffThePhoneStaysInTheNativeVlan) {
  VoiceVlan vlan(100);
  EXPECT_EQ(vlan.decide(false, true, NeighbourFacts{"a", "1", "CDPv2", 100}, kStart), 0U);
}

TEST(F43_Introductions, AreQuickAtFirstAndThenOneAMinute) {
  IntroductionSchedule schedule;
  schedule.restart(kStart);
  std::vector<seconds> sent;
  for (int second = 0; second < 200; ++second) {
    if (schedule.take(kStart + seconds(second))) sent.emplace_back(second);
  }
  EXPECT_EQ(sent, (std::vector<seconds>{seconds(0), seconds(1), seconds(2), seconds(62), seconds(122), seconds(182)}));
  schedule.restart(kStart + seconds(200));
  EXPECT_EQ(schedule.next(), kStart + seconds(200));
}

TEST(F43_Tag_Table, VoiceGoesWithItsPriority) {
  const std::string header = std::string(12, 'x') + std::string("\x08\x00\x45", 3);
  EXPECT_EQ(priority_of(header + '\xb8'), 5U);
  EXPECT_EQ(priority_of(header + '\x60'), 3U);
  EXPECT_EQ(priority_of(header + std::string(1, '\0')), 0U);
  EXPECT_EQ(priority_of(std::string(12, 'x') + std::string("\x86\xdd\x6b\x80", 4)), 5U);
  EXPECT_EQ(priority_of("short"), 0U);
  EXPECT_EQ(tagged(header + '\xb8', 100), std::string(12, 'x') + std::string("\x81\x00\xa0\x64\x08\x00\x45\xb8", 8));
}

}  // namespace
}  // namespace phone::network
