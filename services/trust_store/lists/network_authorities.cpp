// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/trust_store/lists/network_authorities.hpp"

#include <openssl/x509v3.h>

#include <algorithm>

namespace phone::trust {

NetworkAuthorities network_authorities(const TrustLists& lists) {
  NetworkAuthorities found;
  for (const Role role : {Role::kAppServer, Role::kCapf}) {
    for (const crypto::Certificate& certificate : lists.certificates(role)) {
      if (found.certificates.size() == kMostNetworkAuthorities) break;
      std::string der(certificate.der());
      const bool known = std::ranges::find(found.certificates, der) != found.certificates.end();
      if (!known && X509_check_ca(certificate.get()) != 0) found.certificates.push_back(std::move(der));
    }
  }
  for (const TrustList* list : {lists.ctl, lists.itl}) {
    if (list == nullptr || list->header.timestamp.value_or(0) == 0) continue;
    const absl::Time at = absl::FromUnixSeconds(*list->header.timestamp);
    found.signed_at = std::max(found.signed_at.value_or(at), at);
  }
  return found;
}

}  // namespace phone::trust
