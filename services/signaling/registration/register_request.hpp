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

// The trust-list alarm, sent before REGISTER until it is accepted.
Message make_alarm(const RegisterFacts& facts, const Alarm& alarm);
// Asks a server that is back whether this phone may return.
Message make_token_request(const RegisterFacts& facts);

// The same user part of the Contact for one device at every start, so that a restarted phone replaces its old binding.
std::string contact_user(const std::string& device_name);
// "192.0.2.10:49152" or "[2001:db8::1]:5061": without the port.
std::string without_port(const std::string& address);
std::string contact_uri(const Settings& settings, const std::string& local_address, bool tls);
std::string address_of_record(const Settings& settings, const Target& target);
std::string supported_list();

}  // namespace phone::signaling
