// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/access/credential_files.hpp"

namespace phone::network {

absl::Status write_files(const SupplicantSetup& setup, const AccessProfile& profile, const std::string& owner,
                         CredentialDirectory& files) {
  if (setup.anchors.empty()) return absl::OkStatus();  // no EAP
  if (auto written = files.write_anchors(setup.anchors); !written.ok()) return written;
  if (shows_certificate(profile)) return files.write_certificate(setup.own.chain);
  if (!keeps_pac(profile)) return absl::OkStatus();
  return files.give_pac(owner).status();
}

}  // namespace phone::network
