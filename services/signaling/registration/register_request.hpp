// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <optional>
#include <string>

#include "services/signaling/policy/settings.hpp"
#include "services/signaling/registration/registration_rules.hpp"
#include "services/signaling/sip/message.hpp"

// The messages of a registration in the form CUCM knows from its own phones (cisco-formats.md G1, G2, G5).
namespace phone::signaling {

struct RegisterFacts {
  const Settings& settings;
  const Target& target;
  std::string local_address;  // "192.0.2.10:49152"
  std::string call_id;
  std::string local_tag;
  uint32_t cseq = 101;
  std::chrono::seconds expires{3600};
  bool keepalive = false;            // to a standby server: must not register
  std::optional<LastReason> reason;  // on the first REGISTER after a (re)start, a fallback or a lost connection
};
Message make_register(const RegisterFacts& facts);
// For a single line, on a server that does not register all lines with the first.
Message make_line_register(const RegisterFacts& facts, uint32_t line);

// The trust-list alarm, sent before REGISTER until it is accepted.
Message make_alarm(const RegisterFacts& facts, const Alarm& alarm);
// REFER with an alarm of that name; `parameters` are its elements.
Message make_alarm_refer(const RegisterFacts& facts, std::string_view name, std::string_view parameters);
// Asks a server that is back whether this phone may return.
Message make_token_request(const RegisterFacts& facts);

// PUBLISH of the user's own state (RFC 3903): all of it, or a refresh of what was published under that tag.
Message make_publication(const RegisterFacts& facts, std::optional<bool> do_not_disturb, const std::string& entity_tag);

// The same user part of the Contact for one device at every start, so that a restarted phone replaces its old binding.
std::string contact_user(const std::string& device_name);
// Of a line: as configured, otherwise made from the device's name.
std::string contact_user(const Settings& settings, uint32_t line);
// "192.0.2.10:49152" or "[2001:db8::1]:5061": without the port.
std::string without_port(const std::string& address);
std::string contact_uri(const Settings& settings, const std::string& local_address, SipTransport transport,
                        uint32_t line = 1);
std::string address_of_record(const Settings& settings, const Target& target);

}  // namespace phone::signaling
