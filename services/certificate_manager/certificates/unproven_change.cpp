// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/certificate_manager/certificates/unproven_change.hpp"

#include "common/flash/file.hpp"

namespace phone::certificates {

absl::StatusOr<std::vector<KeyId>> replace_unproven(const std::filesystem::path& state, Kind kind, Chain chain,
                                                    Certificates& held) {
  if (auto status = write_chain(state, kind, chain); !status.ok()) return status;
  std::vector<KeyId> old;
  if (const auto now = held.find(kind); now != held.end()) old = {now->second.key};
  const KeyId key = crypto::spki_fingerprint(chain.front().public_key());
  held.insert_or_assign(kind, InstalledCertificate{std::move(chain), key});
  return old;
}

absl::StatusOr<std::vector<KeyId>> drop_unproven(const std::filesystem::path& state, Kind kind, Certificates& held) {
  if (auto status = flash::remove(chain_file(state, kind)); !status.ok()) return status;
  std::vector<KeyId> old = {held.at(kind).key};
  held.erase(kind);
  return old;
}

}  // namespace phone::certificates
