// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <linux/filter.h>

#include <cstdint>
#include <string>
#include <vector>

#include "services/network_access/link/mac.hpp"

// Which Ethernet frames pass, as programs of the kernel's classic BPF: what a PC may send and receive, and what each
// of our packet sockets takes. All look at what a frame really carries: a tag counts whether the kernel holds it
// beside the frame (as on receipt, where it takes the first one off) or the frame has it in its bytes, and an EtherType
// counts in a SNAP header as well. Pure.
namespace phone::network {

using FrameProgram = std::vector<sock_filter>;

// tc's actions on a frame.
inline constexpr std::uint32_t kFramePasses = 0;   // TC_ACT_OK
inline constexpr std::uint32_t kFrameDropped = 2;  // TC_ACT_SHOT

// Frames from and to the PC. No EAPOL comes in past the dispatcher, under whatever tag; nothing with the phone's own
// address as its source; no CDP. One priority tag (VLAN 0) passes, one tag of a VLAN where `vlan_access`; no other tag,
// and never one within another.
FrameProgram pc_ingress(const Mac& own, bool vlan_access);
FrameProgram pc_egress(const Mac& own, bool vlan_access);

// For sockets: 0 or all of the frame. EAPOL without a tag or with a priority tag, which a switch may set
// (IEEE 802.1X-2010 section 11.1); CDP likewise; frames with the tag of this VLAN and no other; frames without a tag.
FrameProgram only_eapol();
FrameProgram only_to_group(const Mac& group);
FrameProgram only_of_vlan(unsigned vlan);
FrameProgram only_untagged();

// In tc's syntax.
std::string text_of(const FrameProgram& program);

}  // namespace phone::network
