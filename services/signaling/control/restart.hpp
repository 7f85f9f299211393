// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <functional>
#include <optional>
#include <string>

#include "services/signaling/control/control_port.hpp"
#include "services/signaling/control/restart_state.hpp"
#include "services/signaling/registration/registration_rules.hpp"
#include "services/signaling/sip/state_change.hpp"
#include "services/signaling/sip/time.hpp"

namespace phone::signaling {

// What the call manager wants anew. The configuration is always fetched at once; the rest waits for the end of all
// calls.
struct RestartOrder {
  // From the least to the most; while one is under way, the strongest of all that were ordered counts.
  enum class Depth : uint8_t {
    kConfiguration,  // the registration only if what was fetched asks for it
    kRegistration,   // ended, and made again over the same connection
    kEverything,     // over new connections: all that this phone can do anew without ending its processes
  } depth = Depth::kRegistration;
  LastReason reason = LastReason::kInitialized;
  std::string cause;  // "reset": for events and for policy
};

// Carries such orders out, one at a time.
class Restart {
 public:
  // How long the policy made of a fetched configuration may take to arrive here.
  static constexpr std::chrono::seconds kArrival{5};

  struct Delegate {
    std::function<bool()> idle;                 // no call
    std::function<bool()> other_profile_waits;  // a policy has arrived that needs another registration
    // Ends the registration and begins the next one, with that policy if there is one; `done` follows.
    std::function<void(const RestartOrder&, std::function<void()> done, TimePoint now)> register_anew;
    std::function<TimePoint()> now;
    std::function<void()> changed = [] {};
    StateObserver state_changed = [](const StateChange&) {};
  };
  Restart(ControlPort& port, Delegate delegate) : port_(port), delegate_(std::move(delegate)) {}

  void order(RestartOrder order, TimePoint now);
  // The policy of this version has arrived.
  void policy_is(uint64_t version, TimePoint now);
  void on_time(TimePoint now);
  std::optional<TimePoint> deadline() const;
  // A policy that needs another registration has to wait for what is under way.
  bool under_way() const { return state_ != RestartState::kNone; }
  RestartState state() const { return state_; }
  // What was ordered and is not done yet, one sentence; empty: nothing.
  std::string sentence() const;

 private:
  void enter(RestartEvent event, std::string cause);
  void fetch(TimePoint now);
  void fetched(const absl::StatusOr<uint64_t>& version, TimePoint now);
  void pursue(TimePoint now);

  ControlPort& port_;
  Delegate delegate_;
  RestartState state_ = RestartState::kNone;
  RestartOrder order_;
  std::optional<RestartOrder> next_;  // came while the registration was being made
  uint64_t fetches_ = 0;              // begun; only the last one counts
  uint64_t policy_ = 0, wanted_ = 0;  // versions: here, and fetched
  TimePoint arrives_by_{};
};

}  // namespace phone::signaling
