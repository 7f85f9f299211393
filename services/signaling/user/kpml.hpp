// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/crypto/secret.hpp"
#include "services/signaling/sip/message.hpp"
#include "services/signaling/sip/sip_port.hpp"

// Keys for the call manager: it subscribes to them inside the dialog of a call (RFC 4730; cucm-calls.md 3). They may be
// a code, so none of them is in a log, an event, the history or the status.
namespace phone::signaling {

enum class KpmlCode : uint16_t {
  kOk = 200,
  kNoMatch = 402,
  kTimerExpired = 423,
  kSubscriptionExpired = 487,
  kAttributeNotSupported = 501,
  kMultiplePatterns = 532,
};

enum class KpmlPersist : uint8_t {
  kOneShot,       // the first match ends the subscription
  kPersist,       // every match is told
  kSingleNotify,  // one match is told, the keys after it wait for the next document
};

// What is asked for: single keys.
struct KpmlPattern {
  std::string tag;
  uint32_t keys = 0;  // a bit for each of kKeypad
  bool backspace = false;
  KpmlPersist persist = KpmlPersist::kOneShot;
  bool operator==(const KpmlPattern&) const = default;
};

inline constexpr std::string_view kKeypad = "0123456789*#ABCD";
inline constexpr char kBackspace = '<';  // takes the key before back; "bs" on the wire
bool takes(const KpmlPattern& pattern, char key);

inline constexpr size_t kLargestKpmlRequest = 4096;
inline constexpr size_t kMostKpmlWaiting = 64;  // keys, and NOTIFYs
// Total. A document that this phone cannot serve is answered with the code.
std::variant<KpmlPattern, KpmlCode> read_kpml_request(std::string_view xml);
std::string write_kpml_response(KpmlCode code, std::string_view digits, std::string_view tag);

bool is_kpml(const Message& request);  // by its Event

// A NOTIFY that is due.
struct KpmlNote {
  std::optional<KpmlCode> code;  // nothing: the one that every SUBSCRIBE is due, without a body
  char key = 0;
  std::string ended;  // reason of a subscription that ends by it; empty: it goes on
};

enum class KpmlState : uint8_t {
  kNone,        // no subscription
  kSubscribed,  // the call manager asks for them
  kEnding,      // the last NOTIFY is due or out
};

// A code that the call manager asks for before a call goes on (FAC, CMC); values as in signaling.proto.
enum class CodeKind : uint8_t { kNone = 0, kAuthorization = 1, kClientMatter = 2 };

// The subscription of one call.
struct Kpml {
  KpmlState state = KpmlState::kNone;
  KpmlPattern pattern;
  bool told = false;  // a match
  std::string event, remote_tag, remote_target;
  TimePoint until{};
  std::optional<TimePoint> complete_at;  // while dialling: the number is complete then
  crypto::Secret waiting;                // keys that were pressed and are not told yet
  std::vector<KpmlNote> notes;
  bool note_is_out = false;
};

}  // namespace phone::signaling
