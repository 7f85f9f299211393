// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// call_info.hpp -- the facts of a call for its handler. Never built from metadata.
#pragma once

#include <absl/time/time.h>

#include <string>

#include "phone/mesh/v1/options.pb.h"

namespace phone::mesh {

using Role = v1::Role;

struct CallInfo {
  Role caller = v1::ROLE_UNSPECIFIED;
  std::string method;                            // "phone.trust.v1.TrustStore/VerifyPeer"
  absl::Time deadline = absl::InfiniteFuture();  // finite for every unary call
};

}  // namespace phone::mesh
