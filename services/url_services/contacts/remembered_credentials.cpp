// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/url_services/contacts/remembered_credentials.hpp"

#include <utility>

namespace phone::url_services {

void RememberedCredentials::keep(std::string server, Kept kept, absl::Time now) {
  server_ = std::move(server);
  kept_ = std::move(kept);
  until_ = now + kCredentialsKept;
}

const RememberedCredentials::Kept* RememberedCredentials::use(const std::string& server, absl::Time now) {
  if (!held(now)) return nullptr;
  if (server != server_) {
    forget();
    return nullptr;
  }
  until_ = now + kCredentialsKept;
  return &*kept_;
}

bool RememberedCredentials::forget() {
  const bool there = kept_.has_value();
  kept_.reset();
  return there;
}

bool RememberedCredentials::held(absl::Time now) {
  if (kept_.has_value() && now >= until_) forget();
  return kept_.has_value();
}

}  // namespace phone::url_services
