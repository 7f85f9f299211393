// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <p11-kit/pkcs11.h>

#include "absl/status/statusor.h"

// A PKCS#11 library, loaded once and initialised for threads. It stays for the life of the process: tokens do not
// survive being unloaded below OpenSSL's exit handlers.
namespace phone::certificates {

class Module {
 public:
  // UNAVAILABLE when it does not load or initialise. The same object for the same path.
  static absl::StatusOr<std::shared_ptr<Module>> load(const std::filesystem::path& path);

  const CK_FUNCTION_LIST& call() const { return *functions_; }
  // The slot whose token has this label. NOT_FOUND.
  absl::StatusOr<CK_SLOT_ID> slot_of(const std::string& label) const;
  absl::StatusOr<CK_TOKEN_INFO> token_in(CK_SLOT_ID slot) const;
  // A slot whose token is not initialised. NOT_FOUND.
  absl::StatusOr<CK_SLOT_ID> free_slot() const;

 private:
  explicit Module(CK_FUNCTION_LIST* functions) : functions_(functions) {}
  absl::StatusOr<std::vector<CK_SLOT_ID>> slots() const;
  template <class Accept>
  absl::StatusOr<CK_SLOT_ID> find_slot(Accept accept) const;
  CK_FUNCTION_LIST* functions_;
};

// A token's return value in words, with the call that gave it: "C_Login: the token's PIN is wrong". PERMISSION_DENIED
// for a PIN, RESOURCE_EXHAUSTED when it is full, UNAVAILABLE when another try may find it. OK for CKR_OK.
absl::Status token_status(const char* call, CK_RV value);

}  // namespace phone::certificates
