// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/status.h>

#include <map>
#include <string>
#include <vector>

#include "services/signaling/sip/digest.hpp"
#include "services/signaling/sip/message.hpp"
#include "services/signaling/sip/sip_port.hpp"

namespace phone::signaling {

struct DigestUser {
  Credentials credentials;  // none when the password is empty
  bool fips = false;
};

// The digest user towards one server over one connection: remembers its nonces, one of the server itself and one of a
// proxy before it, counts their uses, answers challenges.
class Authenticator {
 public:
  // Takes over a 401 or 407. A challenge with a nonce that is not in `tried` is no refusal, with stale=true or without:
  // many servers renew their nonces without it. FAILED_PRECONDITION without credentials, and when an answer to this
  // very nonce was refused.
  absl::Status take_challenge(const Message& response, const DigestUser& user, const std::vector<std::string>& tried);
  // Adds the header fields for the challenges that are known, and their nonces to `tried`.
  void authorize(Message& request, const DigestUser& user, SipPort& port, std::vector<std::string>& tried);
  bool last_was_stale() const { return last_was_stale_; }

 private:
  struct Known {
    Challenge challenge;
    uint32_t uses = 0;
  };
  std::map<bool, Known> known_;  // true: of a proxy (407)
  bool last_was_stale_ = false;
};

}  // namespace phone::signaling
