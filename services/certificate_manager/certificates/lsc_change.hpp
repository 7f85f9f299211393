// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "services/certificate_manager/certificates/trial.hpp"

// Installs, deletes and takes back LSCs on flash and in the set of certificates in force, by the rules of trial.hpp. A
// change is begun, written, made; what fails before the last leaves the old one in force. Keys that nothing needs any
// more are named for their destruction. For one owner.
namespace phone::certificates {

// What a call manager made of the certificate that signaling showed it.
struct UseReport {
  std::string shown;  // fingerprint of its key
  bool held = false;  // a registration has; else it was refused
  std::string server;
  std::string reason;
};

class LscChange {
 public:
  LscChange(std::filesystem::path state, std::optional<Trial> trial)
      : state_(std::move(state)), trial_(std::move(trial)) {}

  const std::optional<Trial>& trial() const { return trial_; }
  const std::string& fallen_back() const { return fallen_back_; }  // why, of the last that was given up

  using Keys = std::vector<KeyId>;
  absl::StatusOr<Keys> install(std::uint64_t order, Chain chain, Certificates& held);
  absl::StatusOr<Keys> remove(std::uint64_t order, Certificates& held);

  struct Judged {
    TrialEnd end = TrialEnd::kGoesOn;
    absl::Status status;  // of flash: with an error a fall-back has not been made and is due at the next refusal
    Keys drop;
    std::string text;  // for people, unless it goes on
  };
  Judged used(const UseReport& report, Certificates& held);

 private:
  absl::Status begin(std::uint64_t order, const KeyId& key, const Certificates& held);
  void made(const Certificates& held, Keys& drop);
  Judged prove(const UseReport& report);
  Judged fall_back(const UseReport& report, Certificates& held);

  const std::filesystem::path state_;
  std::optional<Trial> trial_;
  Trial next_;  // of the change that is being made
  std::string fallen_back_;
};

}  // namespace phone::certificates
