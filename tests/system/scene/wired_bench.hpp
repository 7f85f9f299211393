// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tools/rig/stage.hpp"
#include "tools/rig/switch_port.hpp"

namespace phone::system {

inline constexpr char kAddress[] = "0a:1b:2c:3d:4e:5f";
// Frames in hexadecimal digits, sent and watched.
inline constexpr char kFrames[] = PHONE_SOURCE_DIR "/tests/peers/frames.py";
inline constexpr char kIdentity[] = "DP-9861-SEP0A1B2C3D4E5F";

// A phone that has its MIC and runs what 802.1X needs; the rest of the mesh is not there, as before provisioning.
class WiredBench {
 public:
  // `key`: of the MIC, "rsa" or "ec"; or "expired".
  explicit WiredBench(const std::string& key);
  // Powers it on; `options` are network_access's, besides the port.
  bool start(const std::string& options = "");
  // The same with DHCP: the addresses and servers are whatever the switch's side gives.
  bool start_with_dhcp(const std::string& options = "");
  bool installed() const { return manufactured_; }
  rig::Phone& phone() { return *phone_; }
  rig::SwitchPort& port() { return *port_; }
  const rig::Stage& stage() const { return *stage_; }

  nlohmann::json network();
  nlohmann::json access();
  bool becomes(const std::string& state, const std::string& cause = "", absl::Duration patience = absl::Seconds(20));
  // Waits for a fact of `phonectl network`.
  bool sees(const std::function<bool(const nlohmann::json&)>& wanted, absl::Duration patience = absl::Seconds(20));
  // phonectl network 802.1x ...
  rig::Outcome apply(std::vector<std::string> words, const std::string& password = "");
  std::vector<std::string> tls() const;
  std::vector<std::string> fast() const;
  // Everything any process of the phone has logged.
  std::string logs() const;

 private:
  std::optional<rig::Stage> stage_;
  std::unique_ptr<rig::Phone> phone_;
  std::optional<rig::SwitchPort> port_;
  bool power_on(const std::string& options);
  bool manufactured_ = false;
};

}  // namespace phone::system
