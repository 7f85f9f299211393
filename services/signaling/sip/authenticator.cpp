// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/sip/authenticator.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

constexpr size_t kMostRealms = 4;  // of one connection

std::string tried_of(const std::string& realm, const std::string& nonce) { return cat(realm, "\n", nonce); }

bool is_md5(const Challenge& challenge) { return iequals(challenge.algorithm.substr(0, 3), "MD5"); }

}  // namespace

absl::StatusOr<ChallengeTaken> Authenticator::take_challenge(const Message& response, const DigestUser& user,
                                                             const TriedNonces& tried) {
  const bool proxy = response.status == 407;
  const char* const header = proxy ? "Proxy-Authenticate" : "WWW-Authenticate";
  const auto offered = response.fields_named(header);
  if (user.credentials.password.empty()) {
    return absl::FailedPreconditionError(
        "the call manager asks for digest credentials, and the configuration has no user name and password");
  }
  absl::Status last = absl::FailedPreconditionError(cat("the challenge has no ", header, " header field"));
  // Of each realm the strongest that is understood: a server lists several in its own order (RFC 8760 section 2.4), and
  // each of several proxies its own (RFC 3261 section 22.3).
  std::map<Realm, Challenge> best;
  for (const std::string& value : offered) {
    auto challenge = parse_challenge(value, user.fips);
    if (!challenge.ok()) {
      last = challenge.status();
      continue;
    }
    const auto [found, added] = best.try_emplace(Realm{.proxy = proxy, .name = challenge->realm}, *challenge);
    if (!added && is_md5(found->second)) found->second = *std::move(challenge);
  }
  if (best.empty()) return last;
  ChallengeTaken taken = ChallengeTaken::kFirst;
  for (auto& [realm, challenge] : best) {
    if (std::find(tried.begin(), tried.end(), tried_of(realm.name, challenge.nonce)) != tried.end()) {
      known_.erase(realm);
      return absl::FailedPreconditionError("the call manager refused the digest credentials");
    }
    if (!known_.contains(realm) && known_.size() >= kMostRealms)
      return absl::FailedPreconditionError(cat("over ", kMostRealms, " realms ask for digest credentials"));
    if (challenge.stale) taken = ChallengeTaken::kStale;
    known_[realm] = {std::move(challenge), 0};
  }
  return taken;
}

void Authenticator::authorize(Message& request, const DigestUser& user, SipPort& port, TriedNonces& tried) {
  if (user.credentials.password.empty()) return;
  for (auto& [realm, known] : known_) {
    request.add(realm.proxy ? "Proxy-Authorization" : "Authorization",
                authorization(known.challenge, user.credentials, request.method, request.uri, ++known.uses,
                              random_token(port, 8), request.body));
    tried.push_back(tried_of(realm.name, known.challenge.nonce));
  }
}

}  // namespace phone::signaling
