// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "services/network_access/discovery/neighbour.hpp"
#include "services/network_access/link/network_policy.hpp"

namespace phone::network {

// lldpd by its own library (liblldpctl), the only file that knows it. lldpd parses the wire in an unprivileged
// process; these are its answers, bounded and printable. One thread.
class LldpClient {
 public:
  struct Settings {
    std::filesystem::path socket;
    std::string switch_port, pc_port;
    std::string name, description;  // of this phone
  };

  explicit LldpClient(Settings settings);
  ~LldpClient();
  LldpClient(const LldpClient&) = delete;
  LldpClient& operator=(const LldpClient&) = delete;

  // Readable when a neighbour has changed; -1 while lldpd is not there.
  int fd() const;
  // Connects where there is no connection, configures lldpd by policy, and returns the switch as lldpd sees it. Blocks
  // a second at most. UNAVAILABLE: lldpd is not there, or has gone.
  absl::StatusOr<std::optional<NeighbourFacts>> look(const DiscoveryPolicy& policy);
  // It runs with the policy last given.
  bool settled() const { return configured_.has_value(); }
  // Of the last look: lldpd has discarded frames of the switch since the one before.
  bool discarded() const { return discarded_; }

 private:
  struct Connection;
  absl::Status connect();
  const Settings settings_;
  std::unique_ptr<Connection> watch_, ask_;
  std::optional<DiscoveryPolicy> configured_;
  long discards_ = -1;  // lldpd's count; -1: not known
  bool discarded_ = false;
};

}  // namespace phone::network
