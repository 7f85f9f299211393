// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/trust_store/lists/installed_list.hpp"

#include <utility>
#include <vector>

#include "services/trust_store/files/signature.hpp"

namespace phone::trust {

absl::StatusOr<InstalledList> verify_stored(ListKind kind, StoredList stored) {
  auto list = parse_list(kind, stored.bytes);
  if (!list.ok()) return list.status();
  std::vector<crypto::Certificate> candidates = list->signers();
  if (auto noted = crypto::Certificate::parse(stored.signer_der); noted.ok()) candidates.push_back(*noted);
  auto signer = find_signer(list->bytes, list->header, candidates, {});
  if (!signer.ok()) return absl::DataLossError(std::string(signer.status().message()));
  return InstalledList{.list = *std::move(list),
                       .server = std::move(stored.server),
                       .installed_at = stored.installed_at,
                       .signer = *std::move(signer)};
}

}  // namespace phone::trust
