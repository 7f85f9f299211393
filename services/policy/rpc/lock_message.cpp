// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/rpc/lock_message.hpp"

#include "phone/policy/v1/policy.pb.h"

namespace phone::policy {

std::string encode(const StoredLock& lock) {
  v1::StoredLock to;
  for (const PasswordRecord& one : lock.passwords) {
    v1::PasswordRecord& record = *to.add_password();
    record.set_method(one.method);
    record.set_salt(one.salt);
    record.set_hash(one.hash);
    record.set_cost(one.cost);
  }
  to.set_in_force(lock.in_force);
  to.set_sealed(lock.sealed);
  to.set_refused(lock.refused);
  to.set_failures(lock.failures);
  to.set_remote_failures(lock.remote_failures);
  return to.SerializeAsString();
}

absl::StatusOr<StoredLock> decode_lock(std::string_view bytes) {
  v1::StoredLock from;
  if (!from.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::DataLossError("the stored lock cannot be read");
  }
  StoredLock lock{.in_force = from.in_force(),
                  .sealed = from.sealed(),
                  .refused = from.refused(),
                  .failures = from.failures(),
                  .remote_failures = from.remote_failures()};
  for (const v1::PasswordRecord& one : from.password()) {
    if (lock.passwords.size() == SettingsLock::kHistory) break;
    lock.passwords.push_back({.method = one.method(), .salt = one.salt(), .hash = one.hash(), .cost = one.cost()});
  }
  return lock;
}

}  // namespace phone::policy
