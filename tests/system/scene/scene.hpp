// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tools/rig/far_end.hpp"
#include "tools/rig/lab.hpp"
#include "tools/rig/phone.hpp"

namespace phone::system {

using rig::operator+;

inline constexpr char kDevice[] = "SEP0A1B2C3D4E5F";

// A staged phone with its MIC, powered off, and a lab that may or may not be serving. Shared by the system tests.
class Scene : public ::testing::Test {
 protected:
  explicit Scene(rig::Phone::MemoryController memory = rig::Phone::MemoryController::kNo) : memory_(memory) {}
  void SetUp() override;
  void TearDown() override;

  // What the supervisor says of processes that ended by a fault of their own; empty when there was none.
  std::string crashes() const;
  // Starts the lab's call manager; `arguments` as `phone-lab serve` takes them.
  void serve(std::vector<std::string> arguments = {});
  void stop_serving() { lab_.reset(); }
  nlohmann::json status();
  // Waits until a question about `phonectl status` is answered with yes.
  bool status_becomes(const std::function<bool(const nlohmann::json&)>& question, absl::Duration patience);
  bool becomes_registered(absl::Duration patience);
  // Every file below a service's state directory with its content: what must not change when something is refused.
  std::map<std::string, std::string> flash(const std::string& service) const;
  // The decisions trust_store has recorded about something, newest first.
  std::vector<nlohmann::json> decisions(const std::string& about = "");
  // Whether such a decision is on record; waits for it.
  bool decided(const std::string& about, const std::function<bool(const nlohmann::json&)>& wanted,
               absl::Duration patience);
  // The provisioning status of the last round's file whose name ends so; an empty object when there is none.
  nlohmann::json file_ending(const std::string& ending);
  // Enrolment runs while a client holds a connection to its socket: this object does, until it is destroyed.
  absl::StatusOr<rig::Process> hold_enrolment();
  // "trust_store=0 policy=0 ...": how often each process has been started again.
  std::string restarts();
  // Downloads everything again, as "Apply Config" does.
  void reprovision();

  // From power-on to an established call with baresip, SRTP both ways; serve() comes before. The far end hangs up when
  // its tone ends after `length`.
  absl::StatusOr<rig::FarEnd> ring_up(absl::Duration length = absl::Minutes(1),
                                      std::optional<rig::FarEndOptions> at = std::nullopt);

  const rig::Phone::MemoryController memory_;
  std::optional<rig::Stage> stage_;
  std::unique_ptr<rig::Phone> phone_;
  std::unique_ptr<rig::Lab> lab_;
};

bool has_call(const nlohmann::json& status);
bool is_registered(const nlohmann::json& status);

}  // namespace phone::system
