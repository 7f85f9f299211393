// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <filesystem>
#include <utility>

#include "absl/status/status.h"
#include "services/network_access/rpc/convert.hpp"

namespace phone::network {

// The file in which the wire's profile and the policies outlive a restart, with what it holds. Owned by one actor: that
// of the wire, or of the WLAN on a phone without a cable.
class StoredAccessFile {
 public:
  StoredAccessFile(std::filesystem::path path, StoredAccess stored)
      : path_(std::move(path)), stored_(std::move(stored)) {}

  absl::Status save(const EapProfile& profile);
  // OK without writing when they are those it holds.
  absl::Status save(const AccessPolicy& access, const PortPolicy& port);

 private:
  absl::Status write(StoredAccess next);

  const std::filesystem::path path_;
  StoredAccess stored_;  // as on flash
};

}  // namespace phone::network
