// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <optional>
#include <string>

#include "services/signaling/sip/message.hpp"
#include "services/signaling/sip/sip_port.hpp"

// Session-ID (RFC 7989): one identifier of each end, so that the legs of one call are found in the logs of every
// element that it crosses.
namespace phone::signaling {

// 32 lower-case hexadecimal digits each; empty: the null UUID, "not known".
struct SessionId {
  std::string local;   // of the end that has sent the message
  std::string remote;  // as that end knows the other one
  bool operator==(const SessionId&) const = default;
};

// Of a message received. Nothing when it has none, several, or one that is not well-formed: hostile values are as none.
std::optional<SessionId> read_session_id(const Message& message);
bool is_session_uuid(std::string_view text);
std::string write_session_id(const SessionId& session);
// A UUID of version 4.
std::string new_session_uuid(SipPort& port);

}  // namespace phone::signaling
