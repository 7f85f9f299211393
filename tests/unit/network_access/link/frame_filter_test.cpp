// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Each program is run as the kernel runs it, over frames of every make: tags beside the frame and within it, one, two
// and three deep, with EAPOL, IPv4, SNAP and nothing behind them.
#include "services/network_access/link/frame_filter.hpp"

#include <gtest/gtest.h>

#include <optional>

#include "services/network_access/discovery/cdp.hpp"

namespace phone::network {
namespace {

constexpr Mac kSelf = {0x0a, 0x1b, 0x2c, 0x3d, 0x4e, 0x5f};
constexpr Mac kBehind = {0x02, 0, 0, 0, 0, 0x0c};
constexpr Mac kAll = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

// As the kernel has a frame it received: the first tag beside it.
struct Skb {
  std::string bytes;
  bool tagged = false;
  std::uint16_t tpid = 0, tci = 0;
};

// The semantics of Documentation/networking/filter.rst; a load beyond the end ends the program with 0. Nothing for a
// program the kernel would not take.
std::optional<std::uint32_t> run(const FrameProgram& program, const Skb& skb) {
  const auto at = [&](std::uint32_t from, std::uint32_t size) -> std::optional<std::uint32_t> {
    constexpr auto kAncillary = static_cast<std::uint32_t>(SKF_AD_OFF);
    if (from == kAncillary + SKF_AD_VLAN_TAG_PRESENT) return skb.tagged ? 1 : 0;
    if (from == kAncillary + SKF_AD_VLAN_TAG) return skb.tci;
    if (from == kAncillary + SKF_AD_VLAN_TPID) return skb.tpid;
    if (from > skb.bytes.size() || size > skb.bytes.size() - from) return std::nullopt;
    std::uint32_t value = 0;
    for (std::uint32_t i = 0; i < size; ++i) value = value << 8U | static_cast<unsigned char>(skb.bytes[from + i]);
    return value;
  };
  std::uint32_t a = 0;
  for (std::size_t pc = 0; pc < program.size(); ++pc) {
    const sock_filter& one = program[pc];
    switch (one.code) {
      case BPF_LD | BPF_W | BPF_LEN:
        a = static_cast<std::uint32_t>(skb.bytes.size());
        break;
      case BPF_LD | BPF_W | BPF_ABS:
      case BPF_LD | BPF_H | BPF_ABS:
      case BPF_LD | BPF_B | BPF_ABS: {
        const auto value = at(one.k, BPF_SIZE(one.code) == BPF_W ? 4 : BPF_SIZE(one.code) == BPF_H ? 2 : 1);
        if (!value) return 0;
        a = *value;
        break;
      }
      case BPF_ALU | BPF_AND | BPF_K:
        a &= one.k;
        break;
      case BPF_JMP | BPF_JEQ | BPF_K:
        pc += a == one.k ? one.jt : one.jf;
        break;
      case BPF_JMP | BPF_JGE | BPF_K:
        pc += a >= one.k ? one.jt : one.jf;
        break;
      case BPF_JMP | BPF_JA:
        pc += one.k;
        break;
      case BPF_RET | BPF_K:
        return one.k;
      default:
        return std::nullopt;
    }
  }
  return std::nullopt;  // ran beyond its end
}

std::string number(std::uint32_t value) { return {static_cast<char>(value >> 8U), static_cast<char>(value & 0xffU)}; }
std::string text(const Mac& mac) { return {mac.begin(), mac.end()}; }

// Tags from the outermost on, as they stand on the wire.
using Tags = std::vector<std::pair<std::uint16_t, std::uint16_t>>;

std::string on_the_wire(const Tags& tags, const std::string& type_and_rest, const Mac& from = kBehind,
                        const Mac& to = kAll) {
  std::string frame = text(to) + text(from);
  for (const auto& [tpid, tci] : tags) frame += number(tpid) + number(tci);
  return frame + type_and_rest;
}

// Both makes: everything in the bytes, and the outermost tag beside them where the kernel knows it for one.
std::vector<Skb> makes(const std::string& wire) {
  std::vector<Skb> made = {{wire}};
  const auto type =
      static_cast<std::uint16_t>(static_cast<unsigned char>(wire[12]) << 8U | static_cast<unsigned char>(wire[13]));
  if (wire.size() < 18) return made;
  const auto tci =
      static_cast<std::uint16_t>(static_cast<unsigned char>(wire[14]) << 8U | static_cast<unsigned char>(wire[15]));
  if (type == 0x8100 || type == 0x88a8) made.push_back({wire.substr(0, 12) + wire.substr(16), true, type, tci});
  return made;
}

const std::string kIpv4 = number(0x0800) + std::string(46, '\x45');
const std::string kEapol = number(0x888e) + std::string("\x02\x01\x00\x00", 4) + std::string(42, '\0');
std::string snap(std::uint32_t type, const std::string& oui = std::string(3, '\0')) {
  return number(46) + "\xaa\xaa\x03" + oui + number(type) + std::string(38, '\0');
}
const std::string k8021h("\x00\x00\xf8", 3);
const std::string kCiscos("\x00\x00\x0c", 3);

constexpr std::uint16_t kTagTypes[] = {0x8100, 0x88a8, 0x9100, 0x9200, 0x9300, 0x88e7,
                                       0x893f, 0xf1c1, 0x892f, 0x8909, 0x8870};
constexpr std::uint16_t kIds[] = {0x0000, 0xe000, 0x006e, 0xa06e, 0x0fff, 0x1000};

void all_are(const FrameProgram& program, std::uint32_t verdict, const Tags& tags, const std::string& rest,
             const std::string& what) {
  for (const Skb& skb : makes(on_the_wire(tags, rest))) {
    std::string row = what + (skb.tagged ? ", the first tag beside the frame" : ", all in the frame");
    for (const auto& [tpid, tci] : tags) row += "\n  " + std::to_string(tpid) + " " + std::to_string(tci);
    EXPECT_EQ(run(program, skb), verdict) << row;
  }
}

TEST(F42_PcPortFilter_Table, NoTagPassesButOneOfNoVlanAndNoneWithinAnother) {
  for (const bool access : {false, true}) {
    for (const auto& program : {pc_ingress(kSelf, access), pc_egress(kSelf, access)}) {
      ASSERT_LT(program.size(), 250U);  // jumps are a byte wide
      all_are(program, kFramePasses, {}, kIpv4, "no tag");
      for (const std::uint16_t first : kTagTypes) {
        for (const std::uint16_t id : kIds) {
          const bool passes = first == 0x8100 && (access || (id & 0x0fffU) == 0);
          all_are(program, passes ? kFramePasses : kFrameDropped, {{first, id}}, kIpv4, "one tag");
          for (const std::uint16_t second : kTagTypes) {
            for (const std::uint16_t other : kIds) {
              all_are(program, kFrameDropped, {{first, id}, {second, other}}, kIpv4, "two tags");
              all_are(program, kFrameDropped, {{first, id}, {0x8100, 0}, {second, other}}, kIpv4, "three tags");
            }
          }
          // In a SNAP header, as bridges of other media have it (IEEE 802.1Q annex).
          all_are(program, kFrameDropped, {{first, id}}, snap(0x8100), "a tag in SNAP behind a tag");
        }
        all_are(program, kFrameDropped, {}, snap(first), "a tag in SNAP");
        all_are(program, kFrameDropped, {}, snap(first, k8021h), "a tag in SNAP of 802.1H");
        all_are(program, kFramePasses, {}, snap(first, kCiscos), "another organisation's protocol");
      }
      all_are(program, kFramePasses, {{0x8100, 0}}, snap(0x0800), "a priority tag and SNAP");
    }
  }
}

TEST(F42_PcPortFilter_Table, TheAttackOfTheIssueIsDropped) {
  // 8100 0000 8100 006e: a priority tag, then the voice VLAN.
  const std::string wire = on_the_wire({{0x8100, 0x0000}, {0x8100, 0x006e}}, kIpv4);
  for (const Skb& skb : makes(wire)) EXPECT_EQ(run(pc_ingress(kSelf, false), skb), kFrameDropped) << skb.tagged;
}

TEST(F39_PcPortFilter_Table, EapolComesInUnderNoTagAndInNoSnapHeader) {
  for (const bool access : {false, true}) {
    const auto in = pc_ingress(kSelf, access);
    all_are(in, kFrameDropped, {}, kEapol, "EAPOL");
    all_are(in, kFrameDropped, {}, snap(0x888e), "EAPOL in SNAP");
    all_are(in, kFrameDropped, {}, snap(0x888e, k8021h), "EAPOL in SNAP of 802.1H");
    for (const std::uint16_t id : kIds) {
      all_are(in, kFrameDropped, {{0x8100, id}}, kEapol, "EAPOL behind a tag");
      all_are(in, kFrameDropped, {{0x8100, id}}, snap(0x888e), "EAPOL in SNAP behind a tag");
    }
    all_are(pc_egress(kSelf, access), kFramePasses, {}, kEapol, "EAPOL to the PC, from the dispatcher");
  }
}

TEST(F42_PcPortFilter_Table, AFrameCutShortAnywhereIsNeverTakenForWhatItIsNot) {
  // A load beyond the end answers 0, which is "pass": each length is asked first.
  for (const Tags& tags : {Tags{{0x8100, 0}, {0x8100, 110}}, Tags{{0x8100, 110}}, Tags{{0x88a8, 0}}}) {
    const std::string wire = on_the_wire(tags, kIpv4);
    for (std::size_t size = 0; size < 30; ++size) {
      const Skb cut{wire.substr(0, size)};
      const bool tag_seen = size >= 14;
      const auto verdict = run(pc_ingress(kSelf, false), cut);
      EXPECT_EQ(verdict, kFrameDropped) << size << (tag_seen ? " bytes with a tag" : " bytes");
    }
  }
  const std::string inner = on_the_wire({}, snap(0x888e));
  for (std::size_t size = 22; size < inner.size(); ++size) {
    EXPECT_EQ(run(pc_ingress(kSelf, false), {inner.substr(0, size)}), kFrameDropped) << size;
  }
  // Offloaded, with nothing left behind the addresses.
  EXPECT_EQ(run(pc_ingress(kSelf, false), {text(kAll) + text(kBehind), true, 0x8100, 0}), kFrameDropped);
  // A short frame that is honest.
  EXPECT_EQ(run(pc_ingress(kSelf, false), {on_the_wire({}, number(0x0806))}), kFramePasses);
  EXPECT_EQ(run(pc_ingress(kSelf, false), {on_the_wire({}, number(3) + "\x42\x42\x03")}), kFramePasses);
}

TEST(F43_PcPortFilter_Table, AddressesAreLookedAtUnderEachTag) {
  constexpr Mac kIsl = {0x01, 0x00, 0x0c, 0x00, 0x00, 0x17};
  constexpr Mac kIslToo = {0x03, 0x00, 0x0c, 0x00, 0x00, 0x17};
  constexpr Mac kAlmost = {0x01, 0x00, 0x0c, 0x00, 0x01, 0x17};
  for (const bool access : {false, true}) {
    for (const Tags& tags : {Tags{}, Tags{{0x8100, 0}}}) {
      const auto verdict = [&](const FrameProgram& program, const Mac& from, const Mac& to) {
        const auto made = makes(on_the_wire(tags, kIpv4, from, to));
        for (const Skb& skb : made) EXPECT_EQ(run(program, skb), run(program, made[0]));
        return run(program, made[0]);
      };
      const auto in = pc_ingress(kSelf, access), out = pc_egress(kSelf, access);
      EXPECT_EQ(verdict(in, kSelf, kAll), kFrameDropped);
      EXPECT_EQ(verdict(in, kBehind, kSelf), kFramePasses);
      EXPECT_EQ(verdict(in, kBehind, kCdpGroup), kFrameDropped);
      EXPECT_EQ(verdict(out, kBehind, kSelf), kFrameDropped);
      EXPECT_EQ(verdict(out, kBehind, kCdpGroup), kFrameDropped);
      EXPECT_EQ(verdict(out, kSelf, kCdpGroup), kFramePasses);
      for (const auto& program : {in, out}) {
        EXPECT_EQ(verdict(program, kBehind, kIsl), kFrameDropped);
        EXPECT_EQ(verdict(program, kBehind, kIslToo), kFrameDropped);
        EXPECT_EQ(verdict(program, kBehind, kAlmost), kFramePasses);
      }
    }
  }
}

TEST(F39_SocketFilter_Table, TakesWhatIsMeantForItUnderItsOwnTagAlone) {
  struct Row {
    const char* what;
    Skb skb;
    bool eapol, cdp, voice, plain;
  };
  const std::string eapol = on_the_wire({}, kEapol), ip = on_the_wire({}, kIpv4);
  const std::string cdp = on_the_wire({}, snap(0x2000, kCiscos), kBehind, kCdpGroup);
  const std::string tag = on_the_wire({{0x8100, 0x0070}}, kIpv4);
  for (const Row& row : {
           Row{"EAPOL", {eapol}, true, false, false, true},
           Row{"EAPOL with a priority tag", {eapol, true, 0x8100, 0xe000}, true, false, false, false},
           Row{"EAPOL in the voice VLAN", {eapol, true, 0x8100, 0xe06e}, false, false, true, false},
           Row{"EAPOL with a provider's tag", {eapol, true, 0x88a8, 0}, false, false, false, false},
           Row{"IPv4", {ip}, false, false, false, true},
           Row{"IPv4 in the voice VLAN", {ip, true, 0x8100, 0xa06e}, false, false, true, false},
           Row{"IPv4 in another VLAN", {ip, true, 0x8100, 0x006f}, false, false, false, false},
           Row{"a provider's VLAN of the same number", {ip, true, 0x88a8, 0x006e}, false, false, false, false},
           Row{"a tag within the voice VLAN's", {tag, true, 0x8100, 0x006e}, false, false, false, false},
           Row{"a tag in the frame", {tag}, false, false, false, false},
           Row{"CDP", {cdp}, false, true, false, true},
           Row{"CDP with a priority tag", {cdp, true, 0x8100, 0}, false, true, false, false},
           Row{"CDP in a VLAN", {cdp, true, 0x8100, 5}, false, false, false, false},
           Row{"nothing", {""}, false, false, false, false},
           Row{"a frame cut short", {eapol.substr(0, 13)}, false, false, false, false},
       }) {
    EXPECT_EQ(run(only_eapol(), row.skb) > 0U, row.eapol) << row.what;
    EXPECT_EQ(run(only_to_group(kCdpGroup), row.skb) > 0U, row.cdp) << row.what;
    EXPECT_EQ(run(only_of_vlan(110), row.skb) > 0U, row.voice) << row.what;
    EXPECT_EQ(run(only_untagged(), row.skb) > 0U, row.plain) << row.what;
  }
}

}  // namespace
}  // namespace phone::network
