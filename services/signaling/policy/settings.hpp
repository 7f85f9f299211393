// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "common/crypto/secret.hpp"
#include "common/tls/policy.hpp"
#include "services/signaling/sip/time.hpp"
#include "services/signaling/transport/target.hpp"

namespace phone::signaling {

struct Alarm {
  uint64_t number = 0;  // grows with each alarm
  uint32_t code = 0;
  std::string ctl_signature, ctl_server, itl_signature, itl_server;
  bool operator==(const Alarm&) const = default;
};

// The part of the effective policy that signaling follows, with the secrets that only signaling gets.
struct Settings {
  bool complete = false;  // nothing is registered before
  std::string device_name;
  std::vector<Target> targets;
  std::string directory_number;
  std::string auth_name;
  size_t max_calls = 0, busy_trigger = 0;  // of the line; 0: none (policy.proto)
  crypto::Secret auth_password;
  std::chrono::seconds expires{3600};
  std::chrono::seconds connection_monitor{120};
  Milliseconds t1{500};
  std::vector<std::string> codecs;
  std::vector<std::string> suites;
  uint32_t dscp_media = 46;
  uint32_t dscp_signaling = 24;
  tls::Policy tls;
  bool fips = false;  // as in `tls`: digests follow it too
  bool protected_device = false;
  bool encrypted_media = true;  // deviceSecurityMode 3
  bool fallback_allowed = false;
  std::vector<Alarm> alarms;  // the latest, oldest first
};

}  // namespace phone::signaling
