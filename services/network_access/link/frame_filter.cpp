// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/link/frame_filter.hpp"

#include <array>

#include "absl/strings/str_cat.h"

namespace phone::network {
namespace {

constexpr std::uint32_t kAncillary = static_cast<std::uint32_t>(SKF_AD_OFF);
constexpr std::uint32_t kVlanMask = 0x0fff;
constexpr std::uint32_t kTag = 0x8100;  // IEEE 802.1Q, a customer's
constexpr std::uint32_t kDestinationAt = 0, kSourceAt = 6, kTypeAt = 12;
constexpr std::uint32_t kTagSize = 4;
constexpr std::uint32_t kLeastType = 0x0600;   // below it stands a length (IEEE 802.3 section 3.2.6)
constexpr std::uint32_t kSnap = 0xaaaa0300;    // LLC, then the first byte of an OUI
constexpr std::uint32_t kBridgeTunnel = 0xf8;  // OUI 00-00-f8 (IEEE 802.1H); else 00-00-00 (RFC 1042)
constexpr std::uint32_t kSnapSize = 8;
constexpr std::uint32_t kWholeFrame = 0x40000;

// EtherTypes with another one behind them: VLAN tags (of a customer, of a provider, and as switches had them before
// there was a standard), then headers that some switches put in front of a frame or a tag.
constexpr std::array<std::uint32_t, 11> kTags = {0x8100, 0x88a8, 0x9100, 0x9200, 0x9300,
                                                 0x88e7,   // I-TAG, IEEE 802.1ah
                                                 0x893f,   // E-TAG, IEEE 802.1BR
                                                 0xf1c1,   // R-TAG, IEEE 802.1CB
                                                 0x892f,   // HSR, IEC 62439-3
                                                 0x8909,   // Cisco metadata, with a security group
                                                 0x8870};  // LLC in a jumbo frame

// Where a jump leads that is not known yet.
enum Way : std::uint8_t { kToDrop = 0xff, kToPass = 0xfe };

class Writer {
 public:
  void word(std::uint32_t at) { put(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, at)); }
  void half(std::uint32_t at) { put(BPF_STMT(BPF_LD | BPF_H | BPF_ABS, at)); }
  void byte(std::uint32_t at) { put(BPF_STMT(BPF_LD | BPF_B | BPF_ABS, at)); }
  void length() { put(BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0)); }
  void mask(std::uint32_t bits) { put(BPF_STMT(BPF_ALU | BPF_AND | BPF_K, bits)); }
  void if_equal(std::uint32_t value, std::uint8_t then, std::uint8_t otherwise) {
    put(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, then, otherwise));
  }
  void drop_below(std::uint32_t value) { put(BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, value, 0, kToDrop)); }
  void drop_if(std::uint32_t value) { if_equal(value, kToDrop, 0); }
  void drop_unless(std::uint32_t value) { if_equal(value, 0, kToDrop); }

  // A jump over the code that follows, to be closed by here().
  std::size_t unless_equal(std::uint32_t value) { return open(BPF_JEQ, value, false); }
  std::size_t unless_at_least(std::uint32_t value) { return open(BPF_JGE, value, false); }
  std::size_t if_at_least(std::uint32_t value) { return open(BPF_JGE, value, true); }
  std::size_t always() {
    put(BPF_STMT(BPF_JMP | BPF_JA, 0));
    return program_.size() - 1;
  }
  void here(std::size_t jump) {
    const std::size_t over = program_.size() - jump - 1;
    sock_filter& one = program_[jump];
    if (one.code == (BPF_JMP | BPF_JA)) {
      one.k = static_cast<std::uint32_t>(over);
    } else {
      (one.jt == kOpen ? one.jt : one.jf) = static_cast<std::uint8_t>(over);
    }
  }

  FrameProgram done(std::uint32_t pass, std::uint32_t drop) {
    const std::size_t end = program_.size();
    for (std::size_t i = 0; i < end; ++i) {
      if (BPF_CLASS(program_[i].code) != BPF_JMP || program_[i].code == (BPF_JMP | BPF_JA)) continue;
      for (std::uint8_t* way : {&program_[i].jt, &program_[i].jf}) {
        if (*way == kToPass) *way = static_cast<std::uint8_t>(end - i - 1);
        if (*way == kToDrop) *way = static_cast<std::uint8_t>(end - i);
      }
    }
    put(BPF_STMT(BPF_RET | BPF_K, pass));
    put(BPF_STMT(BPF_RET | BPF_K, drop));
    return std::move(program_);
  }

 private:
  static constexpr std::uint8_t kOpen = 0xfd;
  void put(sock_filter one) { program_.push_back(one); }
  std::size_t open(unsigned test, std::uint32_t value, bool then) {
    put(BPF_JUMP(static_cast<std::uint16_t>(BPF_JMP | test | BPF_K), value, static_cast<std::uint8_t>(then ? kOpen : 0),
                 static_cast<std::uint8_t>(then ? 0 : kOpen)));
    return program_.size() - 1;
  }
  FrameProgram program_;
};

std::uint32_t upper(const Mac& mac) {
  return static_cast<std::uint32_t>(mac[0]) << 24U | static_cast<std::uint32_t>(mac[1]) << 16U |
         static_cast<std::uint32_t>(mac[2]) << 8U | mac[3];
}
std::uint32_t lower(const Mac& mac) { return static_cast<std::uint32_t>(mac[4]) << 8U | mac[5]; }

void drop_address(Writer& to, const Mac& mac, std::uint32_t at) {
  to.word(at);
  const auto other = to.unless_equal(upper(mac));
  to.half(at + 4);
  to.drop_if(lower(mac));
  to.here(other);
}

// Cisco's ISL: the whole frame, VLAN and all, within another one to 01-00-0c-00-00 or 03-00-0c-00-00.
void drop_isl(Writer& to) {
  to.word(kDestinationAt);
  to.mask(0xfdffffff);
  const auto other = to.unless_equal(0x01000c00);
  to.byte(kDestinationAt + 4);
  to.drop_if(0);
  to.here(other);
}

// The EtherType is loaded. Drops tags, and EAPOL where that is asked for.
void drop_types(Writer& to, bool eapol) {
  for (const std::uint32_t tag : kTags) to.drop_if(tag);
  if (eapol) to.drop_if(kEtherTypePae);
}

// Drops a frame with a tag at `at`, or, behind a length, in a SNAP header.
void drop_carried(Writer& to, std::uint32_t at, bool eapol) {
  to.length();
  to.drop_below(at + 2);
  to.half(at);
  drop_types(to, eapol);
  const auto type = to.if_at_least(kLeastType);
  to.length();
  const auto no_snap = to.unless_at_least(at + 2 + kSnapSize);
  to.word(at + 2);
  const auto other_llc = to.unless_equal(kSnap);
  to.half(at + 6);
  to.if_equal(0, 1, 0);
  const auto other_oui = to.unless_equal(kBridgeTunnel);
  to.half(at + 8);
  drop_types(to, eapol);
  to.here(type);
  to.here(no_snap);
  to.here(other_llc);
  to.here(other_oui);
}

// At most one tag, a customer's: of no VLAN, or of any where `vlan_access`. The rest is judged as without it.
void drop_tagged(Writer& to, bool vlan_access, bool eapol) {
  to.word(kAncillary + SKF_AD_VLAN_TAG_PRESENT);
  to.if_equal(0, 1, 0);  // jumps over the next one
  const auto beside = to.always();
  // No tag beside the frame. One within it?
  to.length();
  to.drop_below(kTypeAt + 2);
  to.half(kTypeAt);
  const auto untagged = to.unless_equal(kTag);
  to.length();
  to.drop_below(kTypeAt + kTagSize + 2);
  if (!vlan_access) {
    to.half(kTypeAt + 2);
    to.mask(kVlanMask);
    to.drop_unless(0);
  }
  drop_carried(to, kTypeAt + kTagSize, eapol);
  const auto done = to.always();
  to.here(beside);
  to.word(kAncillary + SKF_AD_VLAN_TPID);
  to.drop_unless(kTag);
  if (!vlan_access) {
    to.word(kAncillary + SKF_AD_VLAN_TAG);
    to.mask(kVlanMask);
    to.drop_unless(0);
  }
  to.here(untagged);
  drop_carried(to, kTypeAt, eapol);
  to.here(done);
}

// For sockets: the kernel has taken the first tag off a frame that it received. None, or a priority tag.
void drop_vlan_beside(Writer& to) {
  to.word(kAncillary + SKF_AD_VLAN_TAG_PRESENT);
  const auto tagged = to.unless_equal(0);
  const auto done = to.always();
  to.here(tagged);
  to.word(kAncillary + SKF_AD_VLAN_TPID);
  to.drop_unless(kTag);
  to.word(kAncillary + SKF_AD_VLAN_TAG);
  to.mask(kVlanMask);
  to.drop_unless(0);
  to.here(done);
}

}  // namespace

FrameProgram pc_ingress(const Mac& own, bool vlan_access) {
  Writer to;
  to.length();
  to.drop_below(kTypeAt + 2);  // a load beyond the end would let the frame pass
  drop_address(to, own, kSourceAt);
  drop_address(to, kCdpGroup, kDestinationAt);
  drop_isl(to);
  drop_tagged(to, vlan_access, true);
  return to.done(kFramePasses, kFrameDropped);
}

FrameProgram pc_egress(const Mac& own, bool vlan_access) {
  Writer to;
  to.length();
  to.drop_below(kTypeAt + 2);
  drop_address(to, own, kDestinationAt);
  // The phone's own introduction goes out, the switch's does not.
  to.word(kSourceAt);
  const auto other = to.unless_equal(upper(own));
  to.half(kSourceAt + 4);
  const auto another = to.unless_equal(lower(own));
  const auto ours = to.always();
  to.here(other);
  to.here(another);
  drop_address(to, kCdpGroup, kDestinationAt);
  to.here(ours);
  drop_isl(to);
  drop_tagged(to, vlan_access, false);
  return to.done(kFramePasses, kFrameDropped);
}

FrameProgram only_eapol() {
  Writer to;
  to.half(kTypeAt);
  to.drop_unless(kEtherTypePae);
  drop_vlan_beside(to);
  return to.done(kWholeFrame, 0);
}

FrameProgram only_to_group(const Mac& group) {
  Writer to;
  to.word(kDestinationAt);
  to.drop_unless(upper(group));
  to.half(kDestinationAt + 4);
  to.drop_unless(lower(group));
  drop_vlan_beside(to);
  return to.done(kWholeFrame, 0);
}

FrameProgram only_of_vlan(unsigned vlan) {
  Writer to;
  to.word(kAncillary + SKF_AD_VLAN_TAG_PRESENT);
  to.drop_if(0);
  to.word(kAncillary + SKF_AD_VLAN_TPID);
  to.drop_unless(kTag);
  to.word(kAncillary + SKF_AD_VLAN_TAG);
  to.mask(kVlanMask);
  to.drop_unless(vlan);
  drop_carried(to, kTypeAt, false);
  return to.done(kWholeFrame, 0);
}

FrameProgram only_untagged() {
  Writer to;
  to.word(kAncillary + SKF_AD_VLAN_TAG_PRESENT);
  to.drop_unless(0);
  drop_carried(to, kTypeAt, false);
  return to.done(kWholeFrame, 0);
}

std::string text_of(const FrameProgram& program) {
  std::string text = absl::StrCat(program.size());
  for (const auto& one : program) absl::StrAppend(&text, ",", one.code, " ", int{one.jt}, " ", int{one.jf}, " ", one.k);
  return text;
}

}  // namespace phone::network
