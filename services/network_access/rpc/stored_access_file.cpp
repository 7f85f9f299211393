// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/rpc/stored_access_file.hpp"

#include "common/flash/state_file.hpp"

namespace phone::network {

absl::Status StoredAccessFile::write() const { return flash::write_state(path_, encode(stored_).view()); }

absl::Status StoredAccessFile::save(const EapProfile& profile) {
  stored_.profile = profile;
  return write();
}

absl::Status StoredAccessFile::save(const AccessPolicy& access, const PortPolicy& port) {
  if (stored_.access == access && stored_.port == port) return absl::OkStatus();
  stored_.access = access;
  stored_.port = port;
  return write();
}

}  // namespace phone::network
