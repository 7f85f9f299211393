// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tools/rig/switch_port.hpp"

namespace phone::rig {

// A PC in a network namespace of its own, its cable in the phone's PC port "pcport0". Its supplicant is wpa_supplicant
// with a certificate of wired_pki.sh.
class Pc {
 public:
  static constexpr char kAddress[] = "00:50:56:aa:bb:01";
  static constexpr char kIdentity[] = "pc1";

  // Before the phone is powered on.
  static absl::StatusOr<std::unique_ptr<Pc>> plug_in(const Phone& phone);

  absl::Status start_supplicant(const SwitchPort& certificates);
  void stop_supplicant() { supplicant_ = Process(); }
  bool has_link() const;
  // A command in the PC's network namespace.
  Outcome run(std::vector<std::string> words) const;
  std::vector<std::string> inside() const;

 private:
  Process namespace_, supplicant_;
};

}  // namespace phone::rig
