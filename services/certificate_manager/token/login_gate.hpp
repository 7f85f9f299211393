// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// login_gate.hpp -- a token locks its PIN after a few wrong ones, and only its security officer unlocks it: a PIN that
// was refused is not tried again, by no process of this phone, until it, the token, or what the token says of its
// tries has changed.
#pragma once

#include <filesystem>
#include <string>

#include <p11-kit/pkcs11.h>

#include "absl/status/status.h"
#include "common/crypto/secret.hpp"

namespace phone::certificates {

class LoginGate {
 public:
  // What was refused is noted in `file`; empty: nowhere, and each try counts as the first.
  LoginGate(std::filesystem::path file, const crypto::Secret& pin);

  // PERMISSION_DENIED with the reason, before a wrong login could do harm.
  absl::Status may_try(const CK_TOKEN_INFO& token) const;
  // What a login with this PIN came to; `after` is the token as it is now.
  void note(const absl::Status& login, const CK_TOKEN_INFO& after) const;

 private:
  std::string note_of(const CK_TOKEN_INFO& token) const;

  const std::filesystem::path file_;
  const std::string pin_digest_;
};

}  // namespace phone::certificates
