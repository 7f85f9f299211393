// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tests/system/scene/wired_bench.hpp"

namespace phone::wlan {

// Two access points of one network, hostapd's, on simulated radios in this namespace, bridged at 10.9.0.1; and a phone
// whose radio is the third.
class RadioBench {
 public:
  struct Network {
    std::vector<std::string> lines;  // of hostapd's configuration: keys, ciphers; with FT where its name is in them
    std::vector<std::string> users;  // of its EAP server; empty: none
    std::string server = "server";   // of wired_pki.sh
    bool over_the_ds = false;
    unsigned points = 2;
  };

  static constexpr char kSsid[] = "voice lab";

  RadioBench();
  bool ready() const { return ready_; }
  system::WiredBench& phone() { return bench_; }

  bool start(const Network& network);
  void stop() { hostapd_.reset(); }
  const std::string& address(unsigned point) const { return addresses_[point]; }
  // `near` is heard well, the other one badly.
  void walk_to(unsigned near);

  // phonectl network wlan ...
  rig::Outcome apply(std::vector<std::string> words, const std::string& secret = "");
  nlohmann::json wlan();
  std::string state();  // "AUTHENTICATED", and the cause after a blank where there is one
  bool becomes(const std::string& state, const std::string& cause = "", absl::Duration patience = absl::Seconds(12));
  // Of the associated: what the supplicant chose by an old scan it may leave for the better one by itself.
  bool is_at(unsigned point);
  bool moves_to(unsigned point);
  // What the access point says of the phone.
  std::string station(unsigned point) const;
  std::string log() const;
  std::string authority() { return bench_.port().file("authority.pem").string(); }

 private:
  std::string configuration(unsigned point, const Network& network);

  system::WiredBench bench_{"rsa"};
  std::vector<std::string> addresses_;
  std::optional<rig::Process> hostapd_;
  bool ready_ = false;
};

}  // namespace phone::wlan
