// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/registration/registration_state.hpp"

namespace phone::signaling {

ServerState next(ServerState state, ServerEvent event) {
  using enum ServerState;
  switch (event) {
    case ServerEvent::kConnect:
      return is_disconnected(state) ? kConnecting : state;
    case ServerEvent::kFlowUp:
      return state == kConnecting ? kStandby : state;
    case ServerEvent::kFlowLost:
      return state == kBarred || state == kRefused || state == kProbingRefused ? kBarred : kIdle;
    case ServerEvent::kFlowRefused:
      return kBarred;
    case ServerEvent::kKeepaliveSent:
      if (state == kStandby) return kProbingStandby;
      if (state == kUnavailable) return kProbingUnavailable;
      if (state == kRefused) return kProbingRefused;
      return state == kRegistered ? kLeaving : state;
    case ServerEvent::kKeepaliveAccepted:
      return is_probing(state) || state == kLeaving ? kStandby : state;
    case ServerEvent::kKeepaliveRefused:
      return is_probing(state) || state == kLeaving ? kUnavailable : state;
    case ServerEvent::kTokenAsked:
      return state == kStandby ? kAskingToReturn : state;
    case ServerEvent::kTokenRefused:
      return state == kAskingToReturn ? kStandby : state;
    case ServerEvent::kChosen:
      return is_connected(state) ? kRegistering : state;
    case ServerEvent::kAlarmSent:
      if (state == kRegistering) return kReporting;
      if (state == kRegistered) return kReportingRegistered;
      return state == kRefreshing ? kRefreshingReporting : state;
    case ServerEvent::kAlarmAnswered:
      if (state == kReporting) return kRegistering;
      if (state == kReportingRegistered) return kRegistered;
      return state == kRefreshingReporting ? kRefreshing : state;
    case ServerEvent::kRegisterSent:
      return state == kRegistered ? kRefreshing : state;
    case ServerEvent::kRegisterAccepted:
      if (state == kRefreshingReporting) return kReportingRegistered;
      return awaits_register(state) ? kRegistered : state;
    case ServerEvent::kRegisterUnavailable:
      return awaits_register(state) ? kUnavailable : state;
    case ServerEvent::kRegisterRefused:
      return awaits_register(state) ? kRefused : state;
    case ServerEvent::kLeave:
      return holds_registration(state) || state == kReporting || state == kRegistering ? kLeaving : state;
    case ServerEvent::kLeft:
      return state == kLeaving ? kStandby : state;
  }
  return state;
}

std::string_view name_of(ServerState state) {
  switch (state) {
    case ServerState::kIdle:
      return "idle";
    case ServerState::kBarred:
      return "barred";
    case ServerState::kConnecting:
      return "connecting";
    case ServerState::kStandby:
      return "standby";
    case ServerState::kUnavailable:
      return "unavailable";
    case ServerState::kRefused:
      return "refused";
    case ServerState::kProbingStandby:
      return "probing standby";
    case ServerState::kProbingUnavailable:
      return "probing unavailable";
    case ServerState::kProbingRefused:
      return "probing refused";
    case ServerState::kAskingToReturn:
      return "asking to return";
    case ServerState::kReporting:
      return "reporting";
    case ServerState::kRegistering:
      return "registering";
    case ServerState::kRegistered:
      return "registered";
    case ServerState::kReportingRegistered:
      return "registered, reporting";
    case ServerState::kRefreshing:
      return "refreshing";
    case ServerState::kRefreshingReporting:
      return "refreshing, reporting";
    case ServerState::kLeaving:
      return "leaving";
  }
  return "";
}

CertificateState next(CertificateState state, CertificateEvent event) {
  switch (event) {
    case CertificateEvent::kShown:
      return CertificateState::kOnTrial;
    case CertificateEvent::kHeld:
      return CertificateState::kProven;
    case CertificateEvent::kFailed:
      return state;
  }
  return state;
}

std::string_view name_of(CertificateState state) { return state == CertificateState::kProven ? "proven" : "on trial"; }

bool is_disconnected(ServerState state) { return state == ServerState::kIdle || state == ServerState::kBarred; }

bool is_connected(ServerState state) { return !is_disconnected(state) && state != ServerState::kConnecting; }

bool is_busy(ServerState state) {
  return is_probing(state) || awaits_register(state) || is_reporting(state) || state == ServerState::kAskingToReturn ||
         state == ServerState::kLeaving;
}

bool holds_registration(ServerState state) {
  return state == ServerState::kRegistered || state == ServerState::kReportingRegistered ||
         state == ServerState::kRefreshing || state == ServerState::kRefreshingReporting ||
         state == ServerState::kLeaving;
}

bool is_probing(ServerState state) {
  return state == ServerState::kProbingStandby || state == ServerState::kProbingUnavailable ||
         state == ServerState::kProbingRefused;
}

bool awaits_register(ServerState state) {
  return state == ServerState::kRegistering || state == ServerState::kRefreshing ||
         state == ServerState::kRefreshingReporting;
}

bool is_reporting(ServerState state) {
  return state == ServerState::kReporting || state == ServerState::kReportingRegistered ||
         state == ServerState::kRefreshingReporting;
}

}  // namespace phone::signaling
