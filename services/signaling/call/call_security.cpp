// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/call/call_security.hpp"

#include <algorithm>

namespace phone::signaling {
namespace {

using Level = SecurityLevel;

struct Part {
  const char* name;
  Level level;  // the most the call can be because of this part
  const char* reason;
};

Level shown(MediaFact fact) {
  switch (fact) {
    case MediaFact::kEncrypted:
    case MediaFact::kHeld:
      return Level::kEncrypted;
    case MediaFact::kClear:
    case MediaFact::kHeldClear:
      return Level::kNotAuthenticated;
    case MediaFact::kNoPacketYet:
      return Level::kUnknown;
  }
  return Level::kUnknown;
}

// Clear media still allows the shield: of an authenticated call only the signalling is protected
// (cisco-formats.md G3).
Part media_part(const char* name, MediaFact fact) {
  switch (fact) {
    case MediaFact::kEncrypted:
    case MediaFact::kHeld:
      return {name, Level::kEncrypted, ""};
    case MediaFact::kClear:
      return {name, Level::kAuthenticated, "the last packet was not encrypted (no SRTP)"};
    case MediaFact::kHeldClear:
      return {name, Level::kAuthenticated, "no SRTP key was negotiated"};
    case MediaFact::kNoPacketYet:
      return {name, Level::kUnknown, "no packet received yet"};
  }
  return {name, Level::kUnknown, ""};
}

Part far_end_part(Level level) {
  switch (level) {
    case Level::kEncrypted:
      return {"far end", level, ""};
    case Level::kAuthenticated:
      return {"far end", level, "the call manager reports: authenticated"};
    case Level::kNotAuthenticated:
      return {"far end", level, "the call manager reports: not authenticated"};
    case Level::kUnknown:
      return {"far end", level, "the call manager has not reported the far end's security"};
  }
  return {"far end", Level::kUnknown, ""};
}

Part signaling_part(const SecurityFacts& facts) {
  if (!facts.registered) return {"signalling", Level::kUnknown, "no connection to the call manager"};
  switch (level_of_suite(facts.tls_suite)) {
    case Level::kEncrypted:
      return {"signalling", Level::kEncrypted, ""};
    case Level::kAuthenticated:
      return {"signalling", Level::kAuthenticated, "signalling is authenticated, not encrypted"};
    default:
      return {"signalling", Level::kNotAuthenticated, "signalling is not protected by TLS"};
  }
}

}  // namespace

Level level_of_suite(const std::string& suite) {
  if (suite.empty()) return Level::kNotAuthenticated;
  return suite.find("NULL") != std::string::npos ? Level::kAuthenticated : Level::kEncrypted;
}

CallSecurity judge_security(const SecurityFacts& facts) {
  // Of equals the first is named: what this phone sees itself comes before what the call manager reports.
  const Part parts[] = {signaling_part(facts), media_part("media receive", facts.receive),
                        media_part("media transmit", facts.transmit), far_end_part(facts.far_end)};
  const Part& weakest = *std::min_element(std::begin(parts), std::end(parts),
                                          [](const Part& left, const Part& right) { return left.level < right.level; });
  CallSecurity security;
  security.level = weakest.level;
  security.icon = security.level == Level::kEncrypted       ? Icon::kLock
                  : security.level == Level::kAuthenticated ? Icon::kShield
                                                            : Icon::kNone;
  if (security.level != Level::kEncrypted) {
    security.weakest_part = weakest.name;
    security.reason = weakest.reason;
  }
  security.signaling = parts[0].level;
  security.media_transmit = shown(facts.transmit);
  security.media_receive = shown(facts.receive);
  security.far_end = facts.far_end;
  // Without TLS on our side the call manager's report proves nothing (cisco-formats.md G3, Cisco's own code).
  if (security.signaling <= Level::kNotAuthenticated)
    security.far_end = std::min(security.far_end, Level::kNotAuthenticated);
  security.to_call_manager_only = !(facts.far_end == Level::kEncrypted && facts.far_end_is_voip);
  return security;
}

Indication indication(const IndicationFacts& facts, const CallSecurity& security) {
  if (!facts.protected_device || !facts.established) return Indication::kNone;
  const Indication now = security.level == Level::kEncrypted ? Indication::kSecure : Indication::kNonsecure;
  if (now == Indication::kNonsecure && !facts.settled) return Indication::kNone;
  return now == facts.announced ? Indication::kNone : now;
}

}  // namespace phone::signaling
