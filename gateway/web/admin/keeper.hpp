// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "common/clock/clock_watch.hpp"
#include "common/os/event_loop.hpp"
#include "gateway/web/admin/door.hpp"
#include "gateway/web/admin/mesh_rpc.hpp"

namespace phone::gateway::web {

// Holds the administrator's port to what the policy wants, and says what is so.
class DoorKeeper {
 public:
  // The port is shut once policy has been away for this long, which is longer than its restart takes.
  static constexpr std::chrono::seconds kWithoutPolicy{10};
  // For another certificate, or the first one.
  static constexpr std::chrono::seconds kLookAgain{10}, kTryAgain{2};

  struct Settings {
    std::string address = "0.0.0.0";
    std::uint16_t port = 443;
    std::filesystem::path authorities;  // PEM, of client certificates; without the file none is accepted
  };
  DoorKeeper(os::EventLoop& loop, AdminMesh& mesh, Door443& door, Settings settings);

  // On the loop.
  void wanted(WantedDoor wanted);
  void policy_lost();
  void stop();

 private:
  void look();  // for the certificate
  void take(std::uint64_t question, const absl::StatusOr<DoorIdentity>& identity);
  absl::Status open(const DoorIdentity& identity);
  void fail(const absl::Status& status);
  void shut();
  void tell(DoorReport report);

  os::EventLoop& loop_;
  AdminMesh& mesh_;
  Door443& door_;
  const Settings settings_;
  const tls::PresentTime present_;
  WantedDoor wanted_;
  DoorReport told_;
  std::string shown_;           // fingerprint of the key of the certificate in use
  std::uint64_t question_ = 0;  // the last one asked of the key holder; answers to others are dropped
  os::Timer look_again_, without_policy_;
  clock::ClockWatch clock_watch_;
};

}  // namespace phone::gateway::web
