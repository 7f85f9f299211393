// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/discovery/neighbour.hpp"

namespace phone::network {

bool CdpListener::hear(const CdpNeighbour& said, Time now) {
  expire(now);
  const bool same_speaker = held_ && held_->source == said.source && held_->device == said.device;
  if (held_ && !same_speaker) return false;
  if (said.hold.count() == 0) {
    const bool known = held_.has_value();
    held_.reset();
    return known;
  }
  until_ = now + said.hold;
  if (held_ == said) return false;
  held_ = said;
  return true;
}

bool CdpListener::expire(Time now) {
  if (!held_ || now < until_) return false;
  held_.reset();
  return true;
}

std::optional<NeighbourFacts> CdpListener::neighbour() const {
  if (!held_) return std::nullopt;
  return NeighbourFacts{held_->device, held_->port, "CDPv2", held_->voice_vlan};
}

std::optional<CdpListener::Time> CdpListener::next() const { return held_ ? std::optional(until_) : std::nullopt; }

std::optional<NeighbourFacts> join(const std::optional<NeighbourFacts>& cdp,
                                   const std::optional<NeighbourFacts>& lldp) {
  if (!cdp || (lldp && cdp->voice_vlan == 0 && lldp->voice_vlan != 0)) return lldp;
  return cdp;
}

unsigned VoiceVlan::decide(bool allowed, bool link, const std::optional<NeighbourFacts>& neighbour, Time now) {
  const bool named = neighbour && neighbour->voice_vlan != 0;
  const bool another = allowed && named && neighbour->voice_vlan != vlan_;
  waits_ = another && changed_ && now < *changed_ + kApart;
  if (another && !waits_) {
    vlan_ = neighbour->voice_vlan;
    changed_ = now;
  }
  if (!allowed) vlan_ = 0;
  if (!link || named || vlan_ == 0) {  // with no cable there is nobody to be waited for
    doubted_.reset();
    return vlan_;
  }
  if (!doubted_) doubted_ = now;
  patience_ = neighbour ? kSettling : kSilence;
  if (now >= *doubted_ + patience_) {
    vlan_ = 0;
    doubted_.reset();
  }
  return vlan_;
}

}  // namespace phone::network
