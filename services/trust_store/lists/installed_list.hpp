// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// A list in force and what is kept beside its signed bytes.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/crypto/x509.hpp"
#include "services/trust_store/lists/trust_list.hpp"

namespace phone::trust {

struct InstalledList {
  TrustList list;
  std::string server;
  absl::Time installed_at;
  crypto::Certificate signer;  // of its signature; not always one of its own records (A4.3)
};

// As it lies on flash.
struct StoredList {
  std::string bytes;
  std::string server;
  std::string signer_der;  // empty: not noted
  absl::Time installed_at;
};

// A list from flash is verified again at every start, by its own signers or the noted one. DATA_LOSS when none made its
// signature, or the cause why it cannot be read.
absl::StatusOr<InstalledList> verify_stored(ListKind kind, StoredList stored);

}  // namespace phone::trust
