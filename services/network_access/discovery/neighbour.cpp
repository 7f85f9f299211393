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
  return NeighbourFacts{
      .system = held_->device, .port = held_->port, .protocol = "CDPv2", .voice_vlan = held_->voice_vlan};
}

std::optional<CdpListener::Time> CdpListener::next() const { return held_ ? std::optional(until_) : std::nullopt; }

bool SetAside::take(std::string reason, Time now) {
  if (told_ && now < *told_ + kTold) return false;
  told_ = now;
  last_ = std::move(reason);
  return true;
}

std::optional<NeighbourFacts> join(const std::optional<NeighbourFacts>& cdp,
                                   const std::optional<NeighbourFacts>& lldp) {
  if (!cdp || (lldp && cdp->voice_vlan == 0 && lldp->voice_vlan != 0)) return lldp;
  return cdp;
}

const char* name_of(VoiceVlan::State state) {
  switch (state) {
    case VoiceVlan::State::kSettled:
      return "settled";
    case VoiceVlan::State::kDoubted:
      return "doubted";
    case VoiceVlan::State::kDeferred:
      return "deferred";
  }
  return "unknown";
}

void VoiceVlan::enter(State state, std::string_view cause) {
  const State from = std::exchange(state_, state);
  if (from != state && delegate_.entered) delegate_.entered(from, state, cause);
}

unsigned VoiceVlan::decide(bool allowed, bool link, const std::optional<NeighbourFacts>& neighbour, Time now) {
  const bool named = neighbour && neighbour->voice_vlan != 0;
  if (allowed && named && neighbour->voice_vlan != vlan_) {
    if (changed_ && now < *changed_ + kApart) {
      enter(State::kDeferred, "another VLAN is named too soon");
      return vlan_;
    }
    vlan_ = neighbour->voice_vlan;
    changed_ = now;
  }
  if (!allowed) vlan_ = 0;
  if (!link || named || vlan_ == 0) {  // without a cable there is no neighbour to wait for
    enter(State::kSettled, !link ? "no link" : named ? "the neighbour names a VLAN" : "no voice VLAN is in force");
    return vlan_;
  }
  if (state_ != State::kDoubted) {
    since_ = now;
    enter(State::kDoubted, "no voice VLAN is named");
  }
  patience_ = neighbour ? kSettling : kSilence;
  if (now >= since_ + patience_) {
    vlan_ = 0;
    enter(State::kSettled, "none was named for long enough");
  }
  return vlan_;
}

std::optional<VoiceVlan::Time> VoiceVlan::next() const {
  switch (state_) {
    case State::kSettled:
      return std::nullopt;
    case State::kDoubted:
      return since_ + patience_;
    case State::kDeferred:
      return *changed_ + kApart;
  }
  return std::nullopt;
}

}  // namespace phone::network
