// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/network_access/link/eapol.hpp"

// Which EAPOL frame goes where between the switch port, the PC port and the phone's own supplicant (network.md
// section 3.5). Pure: frames in, directions out; the clock is the caller's. Frames pass unchanged.
namespace phone::network {

class EapolDispatcher {
 public:
  using Time = std::chrono::steady_clock::time_point;
  enum class Port : std::uint8_t { kSwitch, kPc, kSupplicant };
  struct Ways {
    bool to_switch = false, to_pc = false, to_supplicant = false;
    friend bool operator==(const Ways&, const Ways&) = default;
  };
  struct Station {
    enum class State : std::uint8_t { kSeen, kStarted, kRunning, kAuthenticated };
    State state = State::kSeen;
    std::optional<std::uint8_t> last_response;  // EAP identifier
  };
  struct Counts {
    std::uint64_t forwarded = 0;
    std::uint64_t malformed = 0;
    std::uint64_t forged = 0;     // from the PC port with the phone's own address, or speaking as an authenticator
    std::uint64_t flooded = 0;    // from the PC port, more than a PC needs
    std::uint64_t strangers = 0;  // from the PC port, of a station beyond kMaxStations
    std::uint64_t refused = 0;    // from a PC port that is switched off
  };

  // More than one PC behind a small switch; more than that is an attack.
  static constexpr std::size_t kMaxStations = 8;
  // An exchange is some 20 frames. A second's worth of two, and no more than that in a row.
  static constexpr unsigned kFramesPerSecond = 50;

  // `bridged`: a bridge between the ports carries frames to the PC's own address.
  EapolDispatcher(const Mac& own, bool bridged) : own_(own), bridged_(bridged) {}

  Ways take(Port from, std::string_view frame, Time now);
  void allow_pc(bool allowed);
  bool pc_allowed() const { return pc_allowed_; }
  // The PC's cable is out: EAPOL-Logoff frames for the switch, one for each station that had authenticated, with its
  // own address. All stations are forgotten.
  std::vector<std::string> pc_gone();

  const std::map<Mac, Station>& stations() const { return stations_; }
  const Counts& counts() const { return counts_; }

 private:
  Ways from_pc(const EapolFrame& frame);
  Ways from_switch(const EapolFrame& frame);
  bool within_rate(Time now);

  const Mac own_;
  const bool bridged_;
  bool pc_allowed_ = true;
  Station self_;
  std::map<Mac, Station> stations_;
  Counts counts_;
  Time filled_{};
  double tokens_ = kFramesPerSecond;
};

}  // namespace phone::network
