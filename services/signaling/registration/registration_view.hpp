// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "services/signaling/sip/time.hpp"

namespace phone::signaling {

enum class RegistrationState : uint8_t {
  kDown = 1,
  kConnecting = 2,
  kRegistering = 3,
  kRegistered = 4,
  kStandby = 5,
  kRefused = 6
};

// A registration as it is shown to people (signaling.proto Registration).
struct RegistrationView {
  std::string server;
  RegistrationState state = RegistrationState::kDown;
  std::string tls_version, cipher_suite;
  std::string_view transport;                            // "TLS"; empty without a connection
  std::optional<std::chrono::seconds> clock_difference;  // the server's time less the phone's, as it said last
  std::string client_certificate, server_certificate, reason;
  WallTime since;
  uint32_t alarm_accepted = 0;
  uint32_t expires_seconds = 0;
  bool active = false;
  bool srst = false;
  std::string limited;  // what does not work there and why
};

}  // namespace phone::signaling
