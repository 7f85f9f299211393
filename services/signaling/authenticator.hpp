#pragma once

#include <absl/status/status.h>

#include <optional>
#include <string>

#include "services/signaling/digest.hpp"
#include "services/signaling/outside.hpp"
#include "services/signaling/sip_message.hpp"

namespace phone::signaling {

// The digest user towards one server: remembers its nonce, counts the uses, answers its challenges.
class Authenticator {
 public:
  // Takes over a 401 or 407. FAILED_PRECONDITION without credentials or when the answer to this very nonce was refused
  // (a loop).
  absl::Status take_challenge(const Message& response, const Settings& settings, bool request_was_authorized);
  // Adds the header field when a challenge is known.
  void authorize(Message& request, const Settings& settings, Outside& outside);
  bool knows_challenge() const { return challenge_.has_value(); }

 private:
  std::optional<Challenge> challenge_;
  bool proxy_ = false;
  uint32_t uses_ = 0;
};

}  // namespace phone::signaling
