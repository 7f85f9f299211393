// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tools/rig/switch_port.hpp"

namespace phone::rig {

// FreeRADIUS beside the phone, for EAP-TLS: a switch port that asks it knows nothing of EAP itself.
class RadiusServer {
 public:
  struct Settings {
    std::string server = "server";      // of wired_pki.sh
    std::string clients = "authority";  // who signed the phone's certificate
    std::string tls_maximum = "1.2";
  };
  RadiusServer(const Stage& stage, const Phone& phone) : directory_(stage.root() / "radius"), phone_(phone) {}

  absl::Status start(const SwitchPort& certificates, const Settings& settings);
  // What a switch port needs to ask it (SwitchPort::Settings::more).
  static std::vector<std::string> for_switch();
  std::string log() const;

 private:
  const std::filesystem::path directory_;
  const Phone& phone_;
  Process radiusd_;
};

}  // namespace phone::rig
