// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tools/rig/phone.hpp"

namespace phone::rig {

// A switch port with 802.1X: hostapd's wired driver and EAP server in the network namespace beside the phone.
class SwitchPort {
 public:
  struct Settings {
    std::string server = "server";      // of wired_pki.sh
    std::string clients = "authority";  // who signed the phone's certificate; or a path
    std::vector<std::string> users;     // lines of hostapd's eap_user_file
    bool tls13 = true;
    std::vector<std::string> more;  // lines of its configuration
  };

  SwitchPort(const Stage& stage, const Phone& phone, std::string port = "lab0")
      : directory_(stage.root() / "switch"), phone_(phone), port_(std::move(port)) {}

  // The authorities and certificates, once for a stage.
  absl::Status make_certificates(const std::string& device) const;
  std::filesystem::path file(const std::string& name) const { return directory_ / name; }
  // From now on the port is one with 802.1X, and forgets whom it knew.
  absl::Status start(const Settings& settings);
  void stop() { hostapd_.reset(); }
  // The lines of hostapd's configuration that make it a RADIUS server of its own; its users are written.
  std::string eap_server(const Settings& settings) const;
  bool authorized(const std::string& hardware_address) const;
  // What the switch says of a station; empty when it does not know it.
  std::string station(const std::string& hardware_address) const;
  std::string log() const;
  // A command in the namespace of the switch.
  Outcome run(std::vector<std::string> words) const;

 private:
  const std::filesystem::path directory_;
  const Phone& phone_;
  const std::string port_;
  std::optional<Process> hostapd_;
};

}  // namespace phone::rig
