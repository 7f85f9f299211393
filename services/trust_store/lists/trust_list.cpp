// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/trust_store/lists/trust_list.hpp"

#include <algorithm>

#include "absl/container/flat_hash_set.h"

namespace phone::trust {
namespace {

// Records with the same bytes share one certificate (list_reading), so that telling them apart is one look at each.
std::vector<crypto::Certificate> distinct(const std::vector<Record>& records, Role role, std::size_t limit) {
  std::vector<crypto::Certificate> result;
  absl::flat_hash_set<const X509*> seen;
  for (const Record& record : records) {
    if (result.size() >= limit) break;
    if (!record.certificate.has_value() || !fits(record.role, role)) continue;
    if (seen.insert(record.certificate->get()).second) result.push_back(*record.certificate);
  }
  return result;
}

}  // namespace

std::vector<crypto::Certificate> TrustList::signers() const { return distinct(records, Role::kSast, 2); }

bool TrustList::more_than_two_signers() const { return distinct(records, Role::kSast, 3).size() > 2; }

std::vector<crypto::Certificate> TrustList::certificates(Role role) const {
  return distinct(records, role, records.size());
}

bool TrustList::names(Role role) const {
  return std::any_of(records.begin(), records.end(), [role](const Record& record) {
    return record.certificate.has_value() && fits(record.role, role);
  });
}

bool TrustList::is_rollback() const {
  return std::none_of(records.begin(), records.end(),
                      [](const Record& record) { return fits(record.role, Role::kTftp) || record.role == Role::kTvs; });
}

bool TrustList::ec_allowed() const {
  return header.signer_version.has_value() &&
         (header.signer_version->major > 1 || (header.signer_version->major == 1 && header.signer_version->minor >= 1));
}

}  // namespace phone::trust
