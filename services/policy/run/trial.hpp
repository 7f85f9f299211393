// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "services/policy/run/policy_state.hpp"

// A configuration that changes the way to the server is on trial until the server is reached with it; else the last one
// that worked returns by itself (decisions/2026-11-30-a-configuration-on-trial.md).
namespace phone::policy {

// What of the way to the server differs, in words for people: "address mode", "VLAN".
std::vector<std::string> way_changed(const Configuration& before, const Configuration& after);

// Whether `after` is put on trial in place of the working one. Not when its return would lower the security mode:
// whoever can keep the phone from its server must not be able to do that.
bool trial_due(const State& state, const Configuration& after);

// Puts the working configuration back in force, with all that the other one has stricter but for the way to the server,
// or, when that does not reach the server either, the other one again. False: there is nothing to go back to.
bool flip(State& state);

// After that: what of the configuration that was taken back stays, since it is stricter, in words for people.
std::vector<std::string> kept_strict(const State& state);

// The configuration in force has reached the server. True when that was not known yet.
bool confirm(State& state);

// Forgets the configuration, what it came after and what it said; the strict default is in force.
void forget_configuration(State& state);

struct TrialTimes {
  std::chrono::milliseconds settle{20'000};  // services need it to do what the configuration says
  std::chrono::milliseconds patience{180'000};
  std::chrono::milliseconds longest{3'600'000};  // the patience doubles with each return
};

// The clock of a trial. Proof is a file that was fetched, and a registration that stood, after the services have
// settled.
class TrialClock {
 public:
  using Time = std::chrono::steady_clock::time_point;
  enum class Due : std::uint8_t { kNothing, kFetch, kFlip };

  explicit TrialClock(TrialTimes times) : times_(times) {}
  // Another configuration is in force from now on; `again`: because the one before has not reached the server.
  void begin(Time now, bool again = false);
  void end() { began_.reset(); }
  bool running() const { return began_.has_value(); }

  // Each is answered once.
  Due due(Time now);
  std::optional<Time> next() const;

  void fetch_began(Time now);
  void fetched() { fetched_ = fetched_ || fetch_counts_; }
  void registered(bool now_registered) { registered_ = now_registered; }
  bool registered() const { return registered_; }
  bool proven() const { return running() && fetched_ && registered_; }

 private:
  const TrialTimes times_;
  std::optional<Time> began_;
  std::chrono::milliseconds patience_{0};
  bool fetch_asked_ = false, fetch_counts_ = false, fetched_ = false, registered_ = false;
};

// One sentence on the state of a trial; empty when there is none.
std::string trial_sentence(const State& state);

}  // namespace phone::policy
