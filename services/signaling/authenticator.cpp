#include "services/signaling/authenticator.hpp"

#include "services/signaling/text.hpp"

namespace phone::signaling {

absl::Status Authenticator::take_challenge(const Message& response, const Settings& settings,
                                           bool request_was_authorized) {
  if (settings.auth_password.empty()) {
    return absl::FailedPreconditionError("the call manager asks for digest credentials and none are configured");
  }
  bool proxy = response.status == 407;
  absl::Status last = absl::FailedPreconditionError("the challenge has no header field");
  std::optional<Challenge> best;
  // The strongest that is understood: a server lists several in its own order (RFC 8760 section 2.4).
  for (const std::string& value : response.fields_named(proxy ? "Proxy-Authenticate" : "WWW-Authenticate")) {
    auto challenge = parse_challenge(value, settings.fips);
    if (!challenge.ok())
      last = challenge.status();
    else if (!best.has_value() || iequals(best->algorithm.substr(0, 3), "MD5"))
      best = *challenge;
  }
  if (!best.has_value()) return last;
  if (request_was_authorized && !best->stale)
    return absl::FailedPreconditionError("the call manager refused the digest credentials");
  challenge_ = std::move(best);
  proxy_ = proxy;
  uses_ = 0;
  return absl::OkStatus();
}

void Authenticator::authorize(Message& request, const Settings& settings, Outside& outside) {
  if (!challenge_.has_value() || settings.auth_password.empty()) return;
  Credentials credentials{settings.auth_name, settings.auth_password};
  request.add(proxy_ ? "Proxy-Authorization" : "Authorization",
              authorization(*challenge_, credentials, request.method, request.uri, ++uses_, random_token(outside, 8)));
}

}  // namespace phone::signaling
