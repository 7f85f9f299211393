// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/sip/authenticator.hpp"

#include <algorithm>
#include <optional>

#include "services/signaling/sip/text.hpp"

namespace phone::signaling {

absl::Status Authenticator::take_challenge(const Message& response, const DigestUser& user,
                                           const std::vector<std::string>& tried) {
  const bool proxy = response.status == 407;
  const char* const header = proxy ? "Proxy-Authenticate" : "WWW-Authenticate";
  const auto offered = response.fields_named(header);
  // RFC 8898: no credentials of ours answer it.
  const bool bearer = !offered.empty() && std::all_of(offered.begin(), offered.end(), [](const std::string& value) {
    return starts_with(trim(value), "Bearer");
  });
  if (bearer) {
    return absl::FailedPreconditionError(
        "the call manager asks for an OAuth token (Bearer), and this phone has none: it authenticates with its "
        "certificate or digest credentials");
  }
  if (user.credentials.password.empty()) {
    return absl::FailedPreconditionError(
        "the call manager asks for digest credentials, and the configuration has no user name and password");
  }
  absl::Status last = absl::FailedPreconditionError(cat("the challenge has no ", header, " header field"));
  std::optional<Challenge> best;
  // The strongest that is understood: a server lists several in its own order (RFC 8760 section 2.4).
  for (const std::string& value : offered) {
    auto challenge = parse_challenge(value, user.fips);
    if (!challenge.ok())
      last = challenge.status();
    else if (!best.has_value() || iequals(best->algorithm.substr(0, 3), "MD5"))
      best = *challenge;
  }
  if (!best.has_value()) return last;
  if (std::find(tried.begin(), tried.end(), best->nonce) != tried.end())
    return absl::FailedPreconditionError("the call manager refused the digest credentials");
  last_was_stale_ = best->stale;
  known_[proxy] = {*std::move(best), 0};
  return absl::OkStatus();
}

void Authenticator::authorize(Message& request, const DigestUser& user, SipPort& port,
                              std::vector<std::string>& tried) {
  if (user.credentials.password.empty()) return;
  for (auto& [proxy, known] : known_) {
    request.add(proxy ? "Proxy-Authorization" : "Authorization",
                authorization(known.challenge, user.credentials, request.method, request.uri, ++known.uses,
                              random_token(port, 8)));
    tried.push_back(known.challenge.nonce);
  }
}

}  // namespace phone::signaling
