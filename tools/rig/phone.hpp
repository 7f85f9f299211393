// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "tools/rig/process.hpp"
#include "tools/rig/stage.hpp"

namespace phone::rig {

// A staged phone in its own namespaces under its own systemd, with the shipped units, users and sandbox (namespace.sh),
// powered off at first. An empty network namespace beside it is joined to its port by a cable; its address is
// 10.77.0.1.
class Phone {
 public:
  // Whether the kernel's memory controller is there, so that MemoryMax= of the units holds. Not by default: under
  // cgroup v1 it slows every start of a process.
  enum class MemoryController { kNo, kYes, kOfVersionOne };
  // UNAVAILABLE where namespaces, or the memory controller that is asked for, are refused.
  static absl::StatusOr<std::unique_ptr<Phone>> install(const Stage& stage,
                                                        MemoryController memory = MemoryController::kNo);
  // The same with the system that is in `root`, into which the phone's packages were installed: of the stage come only
  // options, state and logs. It boots as it would on a desk, so it needs no power_on().
  static absl::StatusOr<std::unique_ptr<Phone>> boot(const Stage& stage, const std::string& root);

  absl::Status power_on();
  absl::Status power_off();  // stops all services and forgets /run, as a reboot would; flash stays

  Outcome systemctl(std::vector<std::string> arguments);
  // Sends a signal to the main process of a service ("signaling").
  absl::Status kill(const std::string& service, const std::string& signal);
  // A property of a service's unit, e.g. "NRestarts".
  std::string property(const std::string& service, const std::string& property);
  // Runs the command line as the UI user would; its JSON, or the reason it gave.
  absl::StatusOr<nlohmann::json> phonectl(std::vector<std::string> arguments);
  Outcome phonectl_text(std::vector<std::string> arguments);
  // Of its first process, as we see it.
  const std::string& pid() const { return phone_pid_; }
  // The words that run a command in the phone's namespaces.
  std::vector<std::string> inside() const;
  // The words that run a command in the network namespace beside the phone.
  std::vector<std::string> beside() const;
  // Processes in these namespaces, in our own numbers.
  const std::string& phone_pid() const { return phone_pid_; }
  const std::string& beside_pid() const { return lab_pid_; }

 private:
  absl::Status start(const Stage& stage, std::map<std::string, std::string> environment);

  Process namespaces_;
  std::string phonectl_ = "/usr/lib/phone/phonectl";
  std::string phone_pid_;
  std::string lab_pid_;
};

// "trust_store" -> "phone-trust-store", and its unit.
std::string program_of(const std::string& service);
std::string unit_of(const std::string& service);

std::vector<std::string> operator+(std::vector<std::string> words, const std::vector<std::string>& more);

}  // namespace phone::rig
