// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "services/signaling/sip/message.hpp"
#include "services/signaling/sip/time.hpp"

namespace phone::signaling {

// What a final answer to REGISTER means.
struct RegistrationGranted {
  std::chrono::seconds expires{0};     // how long the registration holds
  bool for_all_lines = false;          // the server speaks CUCM's dialect
  bool asks_for_presence = false;      // it tells the state of watched numbers only to those who subscribe
  bool asks_for_shared_lines = false;  // likewise the calls of shared lines
  bool takes_hook_status = false;      // it wants to know whether the handset is off the hook
  bool takes_out_of_service = false;   // the alarm about the time without a registration
  std::optional<WallTime> time;        // its Date
};
struct LongerExpiresAsked {  // 423
  std::chrono::seconds least{0};
  std::string reason;
};
struct RegistrationRefused {
  enum class Kind : uint8_t {
    kChallenged,   // 401, 407: the challenge was not answered
    kUnavailable,  // 503, 408, 5xx
    kRefused,      // 403 and the like
  } kind = Kind::kRefused;
  std::chrono::seconds wait{0};  // how long this server is not asked again
  std::string reason;            // shown to people
};
using RegisterOutcome = std::variant<RegistrationGranted, LongerExpiresAsked, RegistrationRefused>;
// `own` is the Contact's URI that was registered: the answer lists the bindings of all phones of the line, and only
// this one's counts (RFC 3261 section 10.2.4). One that is not among them is not registered.
RegisterOutcome judge_register(int status, const Message* response, std::chrono::seconds asked, std::string_view own);

// How long a better server is not asked again whether the phone may return to it (cisco-formats.md G2): its own
// Retry-After with 486 and 503, else the time of a keepalive; at least 5 s doubling to that after the `refusals`th in a
// row.
std::chrono::seconds return_delay(int status, const Message* response, int refusals);

// No response came in time; a server that sends 408 itself has answered.
inline bool unanswered(int status, const Message* response) { return response == nullptr && status == 408; }

// When a registration that holds for `granted` is renewed.
std::chrono::seconds refresh_after(std::chrono::seconds granted);

// How long an unavailable server is not asked when it sends no Retry-After, and the longest that an earlier Retry-After
// holds once the server has accepted a new connection.
inline constexpr std::chrono::seconds kHoldOff{30};

// The shortest wait after the `refusals`th refusal in a row, even if Retry-After names less: 5 s doubling to 30 s.
std::chrono::seconds refusal_delay(int refusals);

// Waiting before connection attempt number `failures` + 1: at once after the loss of a good connection, then 100 ms
// doubling to 1 s, after forty failures to 30 s; jittered by a quarter either way. `random` is 0..255.
Milliseconds reconnect_delay(int failures, uint8_t random);

// How long a server whose connection was lost is waited for before another takes its place.
inline constexpr std::chrono::seconds kComesBackWithin{1};
// A call manager that has been away for so long, or for two attempts, no longer keeps the phone from its SRST router
// (cisco-formats.md G2: TLS connect wait).
inline constexpr std::chrono::seconds kGoneAfter{8};

// Which server is to hold the registration. Lower indices come first, and one that is being tried for the first time is
// waited for; an SRST router is chosen only when no call manager is available, and keeps the phone until a call manager
// has given it a token. One that left a request unanswered comes after all others.
struct ServerFacts {
  bool srst = false;
  bool up = false;        // connected, and no wait is under way
  bool given_up = false;  // its last attempt failed
  bool silent = false;    // the last request to it was not answered
};
std::optional<size_t> choose_active(const std::vector<ServerFacts>& servers, std::optional<size_t> current);

// Reason codes of the last registration (cisco-formats.md G1): those that this phone gives.
enum class LastReason : uint8_t {
  kCallManagerClosedTcp = 14,
  kRegistrationTimeout = 17,
  kFallback = 18,
  kResetReset = 22,
  kResetRestart = 23,
  kInitialized = 25,
  kConfigurationStamp = 101,  // check-version: ours is not the call manager's
  kSoftKeyStamp = 102,
  kDialPlanStamp = 103,
  kApplyConfig = 104,
  kTlsError = 106,
};
std::string_view reason_word(LastReason reason);

}  // namespace phone::signaling
