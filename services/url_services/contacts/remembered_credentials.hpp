// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "common/crypto/secret.hpp"

namespace phone::url_services {

// Long enough for several searches of one call, short enough for a desk that somebody has left.
inline constexpr absl::Duration kCredentialsKept = absl::Minutes(10);

// Credentials of a user of the call manager that a server has accepted: in memory only, for ten minutes after their
// last use, and for no other server. Machine.
class RememberedCredentials {
 public:
  struct Kept {
    std::string user;
    crypto::Secret authorization;
  };

  // `server`: "host:port/path", the only one they are shown to.
  void keep(std::string server, Kept kept, absl::Time now);
  // Those for this server, whose time then begins anew; null: there are none (any more).
  const Kept* use(const std::string& server, absl::Time now);
  // Whether there were any.
  bool forget();
  bool held(absl::Time now);

 private:
  std::optional<Kept> kept_;
  std::string server_;
  absl::Time until_ = absl::InfinitePast();
};

}  // namespace phone::url_services
