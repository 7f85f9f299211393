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
  SecurityReason code = SecurityReason::kUnspecified;
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
Part media_part(const char* name, MediaFact fact, SecurityReason nothing, SecurityReason open, SecurityReason no_key) {
  switch (fact) {
    case MediaFact::kEncrypted:
    case MediaFact::kHeld:
      return {name, Level::kEncrypted, ""};
    case MediaFact::kClear:
      return {name, Level::kAuthenticated, "the last packet was not encrypted (no SRTP)", open};
    case MediaFact::kHeldClear:
      return {name, Level::kAuthenticated, "no SRTP key was negotiated", no_key};
    case MediaFact::kNoPacketYet:
      return {name, Level::kUnknown, "no packet received yet", nothing};
  }
  return {name, Level::kUnknown, ""};
}

Part far_end_part(Level level) {
  switch (level) {
    case Level::kEncrypted:
      return {"far end", level, ""};
    case Level::kAuthenticated:
      return {"far end", level, "the call manager reports: authenticated", SecurityReason::kFarEndAuthenticated};
    case Level::kNotAuthenticated:
      return {"far end", level, "the call manager reports: not authenticated", SecurityReason::kFarEndOpen};
    case Level::kUnknown:
      return {"far end", level, "the call manager has not reported the far end's security",
              SecurityReason::kFarEndUnknown};
  }
  return {"far end", Level::kUnknown, ""};
}

Part signaling_part(const SecurityFacts& facts) {
  if (!facts.registered)
    return {"signalling", Level::kUnknown, "no connection to the call manager", SecurityReason::kNoConnection};
  switch (level_of_suite(facts.tls_suite)) {
    case Level::kEncrypted:
      return {"signalling", Level::kEncrypted, ""};
    case Level::kAuthenticated:
      return {"signalling", Level::kAuthenticated, "signalling is authenticated, not encrypted",
              SecurityReason::kSignalingNotEncrypted};
    default:
      return {"signalling", Level::kNotAuthenticated, "signalling is not protected by TLS",
              SecurityReason::kSignalingOpen};
  }
}

}  // namespace

Level level_of_suite(const std::string& suite) {
  if (suite.empty()) return Level::kNotAuthenticated;
  return suite.find("NULL") != std::string::npos ? Level::kAuthenticated : Level::kEncrypted;
}

const char* sentence_of(SecurityReason reason) {
  switch (reason) {
    case SecurityReason::kEndToEnd:
      return "Nobody on the way can listen: signalling and sound are encrypted as far as the other phone.";
    case SecurityReason::kToCallManager:
      return "Nobody between this phone and the call manager can listen; beyond it nothing is known.";
    case SecurityReason::kNoConnection:
      return "Not known to be protected: there is no connection to the call manager.";
    case SecurityReason::kSignalingOpen:
      return "Not protected: this phone speaks to the call manager without TLS.";
    case SecurityReason::kSignalingNotEncrypted:
      return "Not encrypted: the connection to the call manager is authenticated only.";
    case SecurityReason::kReceiveNothing:
      return "Not known to be protected yet: no sound has arrived.";
    case SecurityReason::kReceiveOpen:
      return "Not encrypted: the sound that arrives is sent in clear.";
    case SecurityReason::kReceiveNoKey:
      return "Not encrypted: there is no key for the sound that arrives.";
    case SecurityReason::kTransmitNothing:
      return "Not known to be protected yet: no sound has been sent.";
    case SecurityReason::kTransmitOpen:
      return "Not encrypted: your voice is sent in clear.";
    case SecurityReason::kTransmitNoKey:
      return "Not encrypted: there is no key for your voice.";
    case SecurityReason::kFarEndAuthenticated:
      return "Not encrypted at the other end: the call manager reports authentication only.";
    case SecurityReason::kFarEndOpen:
      return "Not protected at the other end, as the call manager reports.";
    case SecurityReason::kFarEndUnknown:
      return "Not known to be protected: the call manager does not say how the other end is.";
    case SecurityReason::kUnspecified:
      break;
  }
  return "";
}

CallSecurity judge_security(const SecurityFacts& facts) {
  // Of equals the first is named: what this phone sees itself comes before what the call manager reports.
  const Part parts[] = {signaling_part(facts),
                        media_part("media receive", facts.receive, SecurityReason::kReceiveNothing,
                                   SecurityReason::kReceiveOpen, SecurityReason::kReceiveNoKey),
                        media_part("media transmit", facts.transmit, SecurityReason::kTransmitNothing,
                                   SecurityReason::kTransmitOpen, SecurityReason::kTransmitNoKey),
                        far_end_part(facts.far_end)};
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
  security.reason_code = security.level != Level::kEncrypted ? weakest.code
                         : security.to_call_manager_only     ? SecurityReason::kToCallManager
                                                             : SecurityReason::kEndToEnd;
  return security;
}

Indication indication(const IndicationFacts& facts, const CallSecurity& security) {
  if (!facts.protected_device || !facts.tone_configured || !facts.established) return Indication::kNone;
  const Indication now = security.level == Level::kEncrypted ? Indication::kSecure : Indication::kNonsecure;
  if (now == Indication::kNonsecure && !facts.settled) return Indication::kNone;
  return now == facts.announced ? Indication::kNone : now;
}

}  // namespace phone::signaling
