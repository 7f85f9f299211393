// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "services/network_access/discovery/cdp.hpp"

// The neighbour at the other end of the cable and its voice VLAN, from two protocols that authenticate nothing. Hence
// the first speaker of a cable is the switch until its hold time has passed.
namespace phone::network {

// The switch, as it introduced itself (LLDP, CDP).
struct NeighbourFacts {
  std::string system, port, protocol;
  unsigned voice_vlan = 0;
  friend bool operator==(const NeighbourFacts&, const NeighbourFacts&) = default;
};

// The neighbour and the voice VLAN that follows from it.
struct LinkLearned {
  std::optional<NeighbourFacts> neighbour;
  unsigned voice_vlan = 0;   // the phone's own frames are in it; 0: the native one
  bool lldp_daemon = false;  // lldpd is there
  std::string set_aside;     // why the last frame that was not used was set aside; one of few sentences of ours
  friend bool operator==(const LinkLearned&, const LinkLearned&) = default;
};

// The CDP neighbour of one cable.
class CdpListener {
 public:
  using Time = std::chrono::steady_clock::time_point;
  // True when the neighbour has changed.
  bool hear(const CdpNeighbour& said, Time now);
  bool expire(Time now);
  void forget() { held_.reset(); }
  std::optional<NeighbourFacts> neighbour() const;
  std::optional<Time> next() const;  // when expire() has something to do

 private:
  std::optional<CdpNeighbour> held_;
  Time until_{};
};

// Frames that were set aside, each reason told once in a while: a switch repeats its frames, and so does an attacker.
class SetAside {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::minutes kTold{1};
  // True when this is to be told.
  bool take(std::string reason, Time now);
  const std::string& last() const { return last_; }  // that has been told

 private:
  std::string last_;
  std::optional<Time> told_;
};

// One neighbour of two reports. Where both name a voice VLAN, CDP's counts.
std::optional<NeighbourFacts> join(const std::optional<NeighbourFacts>& cdp, const std::optional<NeighbourFacts>& lldp);

// Which VLAN the phone's own frames belong to, 0 for none. The VLAN in force outlives a flap of the link and a restart
// of ours. Another one that the neighbour names counts at once; "none" only after a while with the link up, since a
// switch names the VLAN in its second frame, after it has heard that we are a phone. Each change makes a port and a
// lease anew, so changes are at least kApart apart.
class VoiceVlan {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::seconds kSettling{10};  // a neighbour that names none
  static constexpr std::chrono::seconds kSilence{65};   // no neighbour at all: CDP's period, and a little
  static constexpr std::chrono::seconds kApart{5};      // from one change to another VLAN to the next

  enum class State : std::uint8_t {
    kSettled,   // Nothing speaks against the VLAN in force, or there is none.
    kDoubted,   // With the link up no voice VLAN is named; the one in force holds until the patience ends.
    kDeferred,  // Another VLAN is named too soon after the last change; it is looked at again when kApart is over.
  };
  struct Delegate {
    // Another state than before, and the cause.
    std::function<void(State from, State to, std::string_view cause)> entered;
  };

  explicit VoiceVlan(unsigned in_force, Delegate delegate = {}) : delegate_(std::move(delegate)), vlan_(in_force) {}
  unsigned decide(bool allowed, bool link, const std::optional<NeighbourFacts>& neighbour, Time now);
  State state() const { return state_; }
  // When to decide again though nothing has happened.
  std::optional<Time> next() const;

 private:
  void enter(State state, std::string_view cause);

  const Delegate delegate_;
  State state_ = State::kSettled;
  unsigned vlan_;
  Time since_{};                      // of the doubt
  std::chrono::seconds patience_{0};  // with it
  std::optional<Time> changed_;       // to another one that was named
};

const char* name_of(VoiceVlan::State state);

}  // namespace phone::network
