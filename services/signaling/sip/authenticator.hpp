// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/statusor.h>

#include <compare>
#include <cstdint>
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

// What a challenge was.
enum class ChallengeTaken : uint8_t {
  kFirst,  // of a realm without a nonce so far, or with another one now
  kStale,  // the server says that only its nonce was too old
};

// The nonces that one request has been sent with, each with its realm.
using TriedNonces = std::vector<std::string>;

// The digest user towards one server over one connection: remembers a nonce for each realm, of the server itself and of
// proxies before it, counts their uses, answers challenges.
class Authenticator {
 public:
  // Takes over a 401 or 407. A challenge with a nonce that is not in `tried` is no refusal, with stale=true or without:
  // many servers renew their nonces without it. FAILED_PRECONDITION without credentials, and when an answer to this
  // very nonce was refused, which is forgotten then.
  absl::StatusOr<ChallengeTaken> take_challenge(const Message& response, const DigestUser& user,
                                                const TriedNonces& tried);
  // Adds the header fields for the challenges that are known, and their nonces to `tried`.
  void authorize(Message& request, const DigestUser& user, SipPort& port, TriedNonces& tried);

 private:
  struct Realm {
    bool proxy = false;  // asked for with 407
    std::string name;
    auto operator<=>(const Realm&) const = default;
  };
  struct Known {
    Challenge challenge;
    uint32_t uses = 0;
  };
  std::map<Realm, Known> known_;
};

}  // namespace phone::signaling
