// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "gateway/status/trust_list_menu.hpp"

#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>
#include <algorithm>
#include <string>
#include <vector>

namespace phone::gateway {
namespace {

using phone::gateway::v1::TrustListMenu;
using phone::trust::v1::TrustRecord;
using phone::trust::v1::TrustRole;

// Records of the CTL, then of the ITL, in any of these roles.
std::vector<const TrustRecord*> records_in(const phone::trust::v1::TrustLists* trust, std::vector<TrustRole> roles) {
  std::vector<const TrustRecord*> found;
  if (trust == nullptr) return found;
  for (const auto* list : {&trust->ctl(), &trust->itl()}) {
    for (const TrustRecord& record : list->record()) {
      const bool fits = std::any_of(record.role().begin(), record.role().end(), [&](int role) {
        return std::find(roles.begin(), roles.end(), static_cast<TrustRole>(role)) != roles.end();
      });
      if (fits) found.push_back(&record);
    }
  }
  return found;
}

const TrustRecord* best_for(const std::string& address, const std::vector<const TrustRecord*>& records) {
  for (const TrustRecord* record : records) {
    if (record->dns_name() == address || record->address() == address ||
        absl::StrContains(absl::StrCat(record->subject(), ","), absl::StrCat("CN=", address, ","))) {
      return record;
    }
  }
  return records.empty() ? nullptr : records.front();
}

void add(TrustListMenu& menu, const char* role, const std::string& address,
         const std::vector<const TrustRecord*>& records) {
  const bool known = std::any_of(menu.server().begin(), menu.server().end(), [&](const auto& server) {
    return server.role() == role && server.address() == address;
  });
  if (address.empty() || known) return;
  auto& server = *menu.add_server();
  server.set_role(role);
  server.set_address(address);
  if (const TrustRecord* record = best_for(address, records)) {
    server.set_certificate(true);
    server.set_subject(record->subject());
  }
}

}  // namespace

TrustListMenu trust_list_menu(const PolicyFacts* policy, const phone::trust::v1::TrustLists* trust) {
  using namespace phone::trust::v1;
  TrustListMenu menu;
  if (trust != nullptr) {
    menu.set_signed_configuration(trust->has_signed_configuration() ? trust->signed_configuration().sha1()
                                                                    : "Not installed");
  }
  const auto managers = records_in(trust, {TRUST_ROLE_CCM_TFTP, TRUST_ROLE_CCM, TRUST_ROLE_TFTP});
  constexpr const char* kManager = "Unified CM / TFTP";
  if (policy != nullptr) {
    for (const std::string& address : policy->call_managers) add(menu, kManager, address, managers);
  }
  if (trust != nullptr) {
    for (const std::string& address : trust->tftp_server()) add(menu, kManager, address, managers);
  }
  const auto authorities = records_in(trust, {TRUST_ROLE_CAPF});
  if (policy != nullptr) {
    for (const auto& server : policy->capf) add(menu, "CAPF", server.host(), authorities);
    // Its certificate comes with the configuration and is on no list; trust_store says which of them it goes by.
    std::vector<const TrustRecord*> routers;
    for (int i = 0; trust != nullptr && policy->srst_secure && i < trust->srst_size(); ++i)
      routers.push_back(&trust->srst(i));
    for (const std::string& address : policy->srst) add(menu, "SRST", address, routers);
  }
  return menu;
}

}  // namespace phone::gateway
