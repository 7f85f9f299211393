// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "services/signaling/call/call_security.hpp"

// What people are shown (signaling.proto SignalingState), as plain values.
namespace phone::signaling {

using WallTime = std::chrono::system_clock::time_point;

enum class RegistrationState : uint8_t {
  kDown = 1,
  kConnecting = 2,
  kRegistering = 3,
  kRegistered = 4,
  kStandby = 5,
  kRefused = 6
};

struct RegistrationView {
  std::string server;
  RegistrationState state = RegistrationState::kDown;
  std::string tls_version, cipher_suite, client_certificate, server_certificate, reason;
  WallTime since;
  uint32_t alarm_accepted = 0;
  uint32_t expires_seconds = 0;
  bool active = false;
  bool srst = false;
};

enum class CallState : uint8_t {
  kDialing = 1,
  kRingingOut = 2,
  kRingingIn = 3,
  kEstablished = 4,
  kEnded = 5,
  kPreserved = 6
};

struct CallView {
  std::string call;
  uint32_t line = 1;
  std::string remote_number, remote_name;
  CallState state = CallState::kDialing;
  bool incoming = false;
  CallSecurity security;
  std::string transmit_suite, receive_suite, codec;
  std::optional<WallTime> started, established;
  std::string ended_by;
  uint32_t sip_status = 0;
  std::string stream;
  bool secure_tone_played = false;
};

struct StateView {
  std::vector<RegistrationView> registrations;
  std::vector<CallView> calls;
  bool registered = false;
  std::string display_text;
};

}  // namespace phone::signaling
