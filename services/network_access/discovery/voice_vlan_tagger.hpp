// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "common/os/descriptor.hpp"
#include "common/os/event_loop.hpp"
#include "services/network_access/link/mac.hpp"

namespace phone::network {

// The phone's own end of the voice VLAN, `voice0`: the kernel's VLAN device, or, where the kernel has none (no 8021q),
// a pair of virtual ports between which the loop puts tags on and takes them off.
class VoiceVlanTagger {
 public:
  static constexpr char kName[] = "voice0";
  static constexpr char kInner[] = "voice1";  // our end of the pair

  VoiceVlanTagger(os::EventLoop& loop, std::string switch_port) : loop_(loop), switch_port_(std::move(switch_port)) {}
  ~VoiceVlanTagger() { stop_tagging(); }
  VoiceVlanTagger(const VoiceVlanTagger&) = delete;
  VoiceVlanTagger& operator=(const VoiceVlanTagger&) = delete;

  // Makes it for this VLAN, with the switch port's address; 0: there is none. What a predecessor made for the same VLAN
  // stays as it is, and calls on it with it. Blocks some milliseconds: not on the loop.
  absl::Status set(unsigned vlan, const Mac& own);
  // Leaves port and addresses to the kernel.
  void stop_tagging();

 private:
  absl::Status start_tagging(unsigned vlan);
  void from_switch() const;
  void to_switch(unsigned vlan) const;

  os::EventLoop& loop_;
  const std::string switch_port_;
  unsigned vlan_ = 0;
  os::Descriptor outer_, inner_;
  std::unique_ptr<os::Watch> from_switch_, to_switch_;
};

}  // namespace phone::network
