#pragma once

#include <absl/status/statusor.h>

#include "services/signaling/sip_message.hpp"

namespace phone::signaling {

// Reads the fields that decide something (Via, From, To, Contact, Call-ID, CSeq, routes) by RFC 3261's grammar into the
// message. The body is not looked at. INVALID_ARGUMENT names the header field that does not parse. Not for start lines
// that are wrong.
absl::Status read_grammar(Message& message);

// One name-addr or addr-spec, as in Contact or Refer-To.
absl::StatusOr<NameAddress> parse_name_address(const std::string& text);

struct Uri {
  std::string scheme;
  std::string user;
  std::string host;
  uint16_t port = 0;
};
// INVALID_ARGUMENT for what is no URI. Schemes other than sip and sips have no user or host.
absl::StatusOr<Uri> parse_uri(const std::string& text);

}  // namespace phone::signaling
