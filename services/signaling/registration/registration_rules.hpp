// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/signaling/sip/message.hpp"
#include "services/signaling/sip/time.hpp"

namespace phone::signaling {

// What a final answer to REGISTER means.
struct RegisterOutcome {
  enum What {
    kRegistered,
    kAuthenticate,  // 401, 407
    kRaiseExpires,  // 423: `granted` is what it asks for
    kNextServer,    // 503, 408, 5xx: this one is left alone for `wait`
    kRefused,       // 403 and the like: said to people, asked again after `wait`
  } what;
  std::chrono::seconds granted{0};  // how long the registration holds
  std::chrono::seconds wait{0};
  std::string reason;
};
RegisterOutcome judge_register(int status, const Message* response, std::chrono::seconds asked);

// When a registration that holds for `granted` is renewed.
std::chrono::seconds refresh_after(std::chrono::seconds granted);

// How long a server that has no time is left alone when it does not say, and the longest that what it said before holds
// once it has taken a new connection.
inline constexpr std::chrono::seconds kHoldOff{30};

// The least a server is left alone after its `refusals`th refusal in a row, whatever Retry-After it names: 5 s doubling
// to 30 s.
std::chrono::seconds refusal_delay(int refusals);

// Waiting before connection attempt number `failures` + 1: at once after the loss of a good connection, then 100 ms
// doubling to 1 s, after forty failures to 30 s; jittered by a quarter either way. `random` is 0..255.
Milliseconds reconnect_delay(int failures, uint8_t random);

// Which server shall hold the registration. Lower indices first, a server that is trying for the first time is waited
// for; SRST routers only when no call manager can be had.
struct ServerFacts {
  bool srst = false;
  bool up = false;        // connected, and not told to wait
  bool given_up = false;  // its last attempt failed
};
std::optional<size_t> choose_active(const std::vector<ServerFacts>& servers, std::optional<size_t> current);

// Reason codes of the last registration (cisco-formats.md G1).
enum class LastReason : uint8_t {
  kTcpTimeout = 10,
  kCallManagerClosedTcp = 14,
  kRegistrationTimeout = 17,
  kFallback = 18,
  kInitialized = 25,
  kApplyConfig = 104,
  kTlsError = 106,
};
std::string_view reason_word(LastReason reason);

}  // namespace phone::signaling
