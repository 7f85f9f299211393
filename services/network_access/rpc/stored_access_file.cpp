// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/rpc/stored_access_file.hpp"

#include "common/flash/state_file.hpp"

namespace phone::network {

absl::Status StoredAccessFile::write(StoredAccess next) {
  if (auto written = flash::write_state(path_, encode(next).view()); !written.ok()) return written;
  stored_ = std::move(next);
  return absl::OkStatus();
}

absl::Status StoredAccessFile::save(const EapProfile& profile) {
  StoredAccess next = stored_;
  next.profile = profile;
  return write(std::move(next));
}

absl::Status StoredAccessFile::save(const AccessPolicy& access, const PortPolicy& port) {
  if (stored_.access == access && stored_.port == port) return absl::OkStatus();
  StoredAccess next = stored_;
  next.access = access;
  next.port = port;
  return write(std::move(next));
}

}  // namespace phone::network
