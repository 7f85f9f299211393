// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "services/network_access/discovery/cdp.hpp"

// Who is at the other end of the cable and which VLAN it keeps for voice, from what two protocols without any proof
// say. Hence little is believed: the first speaker of a cable is the switch until it is silent for as long as it said.
namespace phone::network {

// The switch, as it introduced itself (LLDP, CDP).
struct NeighbourFacts {
  std::string system, port, protocol;
  unsigned voice_vlan = 0;
  friend bool operator==(const NeighbourFacts&, const NeighbourFacts&) = default;
};

// What was learned, and what follows from it.
struct LinkLearned {
  std::optional<NeighbourFacts> neighbour;
  unsigned voice_vlan = 0;   // the phone's own frames are in it; 0: the native one
  bool lldp_daemon = false;  // lldpd is there
  friend bool operator==(const LinkLearned&, const LinkLearned&) = default;
};

// What CDP has said on one cable.
class CdpListener {
 public:
  using Time = std::chrono::steady_clock::time_point;
  // True when what is known has changed.
  bool hear(const CdpNeighbour& said, Time now);
  bool expire(Time now);
  void forget() { held_.reset(); }
  std::optional<NeighbourFacts> neighbour() const;
  std::optional<Time> next() const;  // when expire() has something to do

 private:
  std::optional<CdpNeighbour> held_;
  Time until_{};
};

// One neighbour of two reports. Where both name a voice VLAN, CDP's counts.
std::optional<NeighbourFacts> join(const std::optional<NeighbourFacts>& cdp, const std::optional<NeighbourFacts>& lldp);

// Which VLAN the phone's own frames belong to, 0 for none. What was in force holds over a flap of the link and a
// restart of ours: another one named by the neighbour counts at once, but "none" only when it has been so for a while
// with the link up, since a switch names the VLAN in its second breath, after it has heard that we are a phone. Whoever
// names one after the other has the phone change no more often than kApart: each change makes a port and a lease anew.
class VoiceVlan {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::seconds kSettling{10};  // a neighbour that names none
  static constexpr std::chrono::seconds kSilence{65};   // no neighbour at all: CDP's period, and a little
  static constexpr std::chrono::seconds kApart{5};      // from one change to another VLAN to the next

  explicit VoiceVlan(unsigned in_force) : vlan_(in_force) {}
  unsigned decide(bool allowed, bool link, const std::optional<NeighbourFacts>& neighbour, Time now);
  // When to decide again though nothing has happened.
  std::optional<Time> next() const {
    if (waits_) return *changed_ + kApart;
    return doubted_ ? std::optional(*doubted_ + patience_) : std::nullopt;
  }

 private:
  unsigned vlan_;
  std::optional<Time> doubted_;
  std::chrono::seconds patience_{0};
  std::optional<Time> changed_;  // to another one that was named
  bool waits_ = false;           // another one is named, too soon
};

}  // namespace phone::network
