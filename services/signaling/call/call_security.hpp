// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <string>

// What the lock means. One function of facts; icon and tone derive from its value and from nothing else (F47-F50, F54,
// F80).
namespace phone::signaling {

enum class SecurityLevel : uint8_t { kUnknown = 0, kNotAuthenticated = 1, kAuthenticated = 2, kEncrypted = 3 };
enum class Icon : uint8_t { kNone = 0, kShield = 1, kLock = 2 };

// What the sentence for the user is about. Numbers as in the contract.
enum class SecurityReason : uint8_t {
  kUnspecified = 0,
  kEndToEnd = 1,
  kToCallManager = 2,
  kNoConnection = 3,
  kSignalingOpen = 4,
  kSignalingNotEncrypted = 5,
  kReceiveNothing = 6,
  kReceiveOpen = 7,
  kReceiveNoKey = 8,
  kTransmitNothing = 9,
  kTransmitOpen = 10,
  kTransmitNoKey = 11,
  kFarEndAuthenticated = 12,
  kFarEndOpen = 13,
  kFarEndUnknown = 14,
};
// One sentence for the user, in plain words.
const char* sentence_of(SecurityReason reason);

// What media reports about one direction of a stream.
enum class MediaFact : uint8_t {
  kNoPacketYet,  // wanted, but nothing has been seen
  kClear,        // the last packet was RTP
  kEncrypted,    // the last packet was SRTP
  kHeld,         // this direction is switched off and has a key
  kHeldClear,    // this direction is switched off and has none
};

struct SecurityFacts {
  bool registered = true;  // false while the dialog is being recovered
  std::string tls_suite;   // empty: no TLS
  MediaFact transmit = MediaFact::kNoPacketYet;
  MediaFact receive = MediaFact::kNoPacketYet;
  SecurityLevel far_end = SecurityLevel::kUnknown;  // Call-Info; absent is unknown (cisco-formats.md G3)
  bool far_end_is_voip = false;                     // Call-Info says isVoip
};

struct CallSecurity {
  SecurityLevel level = SecurityLevel::kUnknown;
  Icon icon = Icon::kNone;
  std::string weakest_part;  // empty when encrypted
  std::string reason;
  SecurityLevel signaling = SecurityLevel::kUnknown;
  SecurityLevel media_transmit = SecurityLevel::kUnknown;
  SecurityLevel media_receive = SecurityLevel::kUnknown;
  SecurityLevel far_end = SecurityLevel::kUnknown;
  bool to_call_manager_only = true;
  SecurityReason reason_code = SecurityReason::kUnspecified;
  bool operator==(const CallSecurity&) const = default;
};

CallSecurity judge_security(const SecurityFacts& facts);

// Integrity only (NULL cipher) is authenticated, everything else that TLS negotiates here is encrypted, no TLS is
// neither.
SecurityLevel level_of_suite(const std::string& suite);

// The security tone (F50): only on protected phones, at the start of the conversation and at every change between
// secure and not.
enum class Indication : uint8_t { kNone, kSecure, kNonsecure };
struct IndicationFacts {
  bool protected_device = false;
  bool tone_configured = false;  // Play Secure Indication Tone, a setting of its own
  bool established = false;
  bool settled = false;                      // media has had its time to show that it is encrypted
  Indication announced = Indication::kNone;  // by the last tone
};
Indication indication(const IndicationFacts& facts, const CallSecurity& security);

}  // namespace phone::signaling
