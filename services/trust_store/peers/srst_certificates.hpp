// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// SRST routers: the configuration brings the certificate of each, and no list and no TVS server has a say about them.
#pragma once

#include <string>
#include <vector>

#include "services/trust_store/lists/judgement.hpp"

namespace phone::trust {

struct SrstCertificates {
  std::vector<crypto::Certificate> usable;
  std::vector<std::string> set_aside;  // of no use here, each with the reason
};

// DER, as the configuration has them.
SrstCertificates read_srst(const std::vector<std::string>& configured, KeyPolicy policy);

// An SRST router is trusted when its certificate is byte for byte one of these. Its dates and issuer are ignored, as
// those of a listed certificate are.
Verdict judge_srst(const absl::StatusOr<crypto::Certificate>& leaf, const SrstCertificates& certificates,
                   KeyPolicy policy);

}  // namespace phone::trust
