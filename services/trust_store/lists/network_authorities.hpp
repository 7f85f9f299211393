// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What the lists say about servers of the local network, such as RADIUS, that no list names themselves.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "services/trust_store/lists/judgement.hpp"

namespace phone::trust {

inline constexpr std::size_t kMostNetworkAuthorities = 16;

struct NetworkAuthorities {
  // DER of the CAs with the role of an application server or of CAPF, which issues certificates for this site. Who uses
  // them needs the server's name besides: CAPF has issued a certificate to every phone.
  std::vector<std::string> certificates;
  std::optional<absl::Time> signed_at;  // the newest that a list proves
};
NetworkAuthorities network_authorities(const TrustLists& lists);

}  // namespace phone::trust
