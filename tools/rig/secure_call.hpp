// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <memory>
#include <optional>
#include <string>

#include "tools/rig/lab.hpp"
#include "tools/rig/units.hpp"
#include "tools/rig/wire.hpp"

namespace phone::rig {

// A staged phone, registered, in a secure call with the far end, and a tap on the cable between them.
class SecureCall {
 public:
  static constexpr const char* kDevice = "SEP0A1B2C3D4E5F";

  // UNAVAILABLE where namespaces are refused.
  static absl::StatusOr<std::unique_ptr<SecureCall>> make();
  // Of a phone whose system is in `root` (Phone::boot).
  static absl::StatusOr<std::unique_ptr<SecureCall>> make_in(const std::string& root);
  ~SecureCall();

  nlohmann::json status();
  // What is not as it should be: not registered, no established call, nothing encrypted one way. Empty: all is well.
  static std::string wrong_with(const nlohmann::json& status);
  // As long as it takes until nothing is wrong; the last complaint when it takes too long.
  absl::StatusOr<absl::Duration> is_well(absl::Duration patience);
  // The call manager (and DHCP) away for so long; gives the moment it served again.
  absl::StatusOr<absl::Time> without_server(absl::Duration time);
  // Leaves the logs where they are when this object goes.
  void keep() { stage_->keep(); }

  Stage& stage() { return *stage_; }
  Phone& phone() { return *phone_; }
  Lab& lab() { return *lab_; }
  Wire& wire() { return *wire_; }
  FarEnd& far_end() { return *far_end_; }

 private:
  absl::Status begin(const std::string& root);
  absl::Status dial();

  std::optional<Stage> stage_;
  std::unique_ptr<Phone> phone_;
  std::unique_ptr<Lab> lab_;
  std::optional<FarEnd> far_end_;
  std::unique_ptr<Wire> wire_;
};

}  // namespace phone::rig
