// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "services/network_access/wlan/access_points.hpp"

// When a phone in a WLAN moves to another access point, and how long the gap was. Pure: the clock is the caller's, and
// the next action is the result.
namespace phone::network {

struct RoamRules {
  int below = -67;                         // dBm: the signal at which the next access point is looked for
  int hysteresis = 3;                      // dB
  int better_by = 8;                       // dB: less is not worth a gap
  std::chrono::milliseconds again{10000};  // until the next scan when none was better
  std::chrono::milliseconds scan{6000};    // a scan that has not ended by then has failed
  std::chrono::milliseconds roam{3000};    // a roam that has not ended by then has failed
};

struct Roam {
  std::string from, to;
  // From the order to the keys: the longest that audio can have been interrupted.
  std::chrono::milliseconds gap{0};
  bool fast = false;         // 802.11r: without a full authentication
  bool over_the_ds = false;  // asked for through the old access point
  int signal_before = 0;     // dBm
  absl::Time at;
  friend bool operator==(const Roam&, const Roam&) = default;
};

// The link as it is.
struct WlanLink {
  std::string address;  // BSSID; empty: none
  unsigned frequency = 0;
  int signal = 0;  // dBm; 0: not known
  std::string key_management, cipher;
  bool protected_management = false;
  std::optional<Roam> last_roam;
  unsigned roams = 0, roams_failed = 0;
  friend bool operator==(const WlanLink&, const WlanLink&) = default;
};

// The best access point to move to, if any is worth the gap.
std::optional<AccessPoint> choose_next(const std::vector<AccessPoint>& list, const std::string& ssid,
                                       const std::string& current, int signal, const RoamRules& rules);

class Roaming {
 public:
  using Time = std::chrono::steady_clock::time_point;
  enum class State : std::uint8_t {
    kUnlinked,      // No access point, and none was lost.
    kLost,          // The access point has gone; the gap of a roam is counted from then.
    kGood,          // Linked, and the signal is good enough.
    kLow,           // Linked, and the signal is low: the next scan follows as soon as it may.
    kScanning,      // The signal is low and a scan is under way.
    kScanningGood,  // The signal has risen during the scan; its result still counts, and no other scan follows.
    kRoaming,       // A better access point was ordered; the signal was low.
    kRoamingGood,   // The signal of the old one has risen since: should the roam fail, no scan follows.
  };
  struct Delegate {
    // Another state than before, and the cause.
    std::function<void(State from, State to, std::string_view cause)> entered;
  };
  explicit Roaming(RoamRules rules, Delegate delegate = {}) : rules_(rules), delegate_(std::move(delegate)) {}

  State state() const { return state_; }
  const WlanLink& link() const { return link_; }
  const RoamRules& rules() const { return rules_; }
  // The network whose access points count; `ssid` empty: none.
  void follow(const std::string& ssid, bool over_the_ds);

  // The next action, one struct an order to the supplicant.
  struct ReadLink {};  // its keys, signal and neighbours
  struct Scan {
    std::vector<unsigned> frequencies;  // MHz; none: all
  };
  struct RoamTo {
    std::string address;
    bool over_the_ds = false;
  };
  struct Reassociate {};
  struct Step {
    std::variant<std::monostate, ReadLink, Scan, RoamTo, Reassociate> action;
    std::optional<std::chrono::milliseconds> look_again;  // call tick() then
  };
  Step connected(const std::string& address, Time now, absl::Time wall);
  Step signal(int dbm, bool above, Time now);
  Step scanned(const std::vector<AccessPoint>& list, Time now);
  Step tick(Time now);
  void disconnected(Time now);
  // STATUS of the new link: its keys show whether the roam was a fast one.
  void negotiated(const std::string& key_management, const std::string& cipher, unsigned frequency,
                  bool protected_management);
  // SIGNAL_POLL of the link, 0: unknown. The supplicant reports a signal that falls, not one that was low from the
  // beginning.
  Step measured(int dbm, Time now);
  void full_authentication() { ++full_authentications_; }  // EAP has been run
  // The supplicant refused an order.
  Step refused(Time now);

 private:
  void enter(State state, std::string_view cause);
  bool linked() const { return state_ != State::kUnlinked && state_ != State::kLost; }
  bool scanning() const { return state_ == State::kScanning || state_ == State::kScanningGood; }
  bool roaming() const { return state_ == State::kRoaming || state_ == State::kRoamingGood; }
  Step scan(std::string_view cause, Time now);
  Step fail(std::string_view cause, Time now);
  void learn(const std::vector<AccessPoint>& list);

  struct Network {
    std::string ssid;          // empty: none
    bool over_the_ds = false;  // the user's wish
  };
  const RoamRules rules_;
  const Delegate delegate_;
  Network network_;
  State state_ = State::kUnlinked;
  Time since_{};  // of the scan, the roam or the loss
  Time not_before_{};
  WlanLink link_;
  RoamTo order_;  // the last one
  int signal_before_ = 0;
  std::string previous_;               // the access point that was lost
  unsigned judged_ = 0;                // of link_.roams, those whose keys are known
  unsigned full_authentications_ = 0;  // since keys were last known, or a roam ordered
  std::set<unsigned> known_;           // channels on which this network has been seen
};

const char* name_of(Roaming::State state);

}  // namespace phone::network
