// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The certificate this phone shows to TVS servers. The key is certificate_manager's, which signs only for
// this purpose.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "absl/time/time.h"
#include "common/tls/client.hpp"

namespace phone::trust {

class TvsIdentity {
 public:
  explicit TvsIdentity(const std::filesystem::path& certificate_manager_socket);
  ~TvsIdentity();

  // Blocks, at most `timeout`. Nothing when certificate_manager is away or has no certificate: the server decides
  // whether it needs one.
  std::optional<tls::Identity> fetch(absl::Duration timeout) const;

 private:
  struct HeldLists;
  std::shared_ptr<const HeldLists> held_;
};

}  // namespace phone::trust
