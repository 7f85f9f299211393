// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <string_view>

namespace phone::signaling {

// How the phone stands with one server of the list. Each state in which a request is out names it: there is one at a
// time, except that an alarm does not wait for a refresh.
enum class ServerState : uint8_t {
  kIdle,                 // No connection; one is made when its time has come.
  kBarred,               // The same, after the server's certificate or the registration was refused.
  kConnecting,           // A connection is being made.
  kStandby,              // Connected and kept warm.
  kUnavailable,          // Connected, but the server was unavailable for REGISTER or refused a keepalive.
  kRefused,              // Connected, but the registration was refused.
  kProbingStandby,       // A keepalive is out.
  kProbingUnavailable,   // A keepalive is out to a server that was unavailable.
  kProbingRefused,       // A keepalive is out to a server that refused the registration.
  kAskingToReturn,       // The server was asked for a token: it is a better one that is back.
  kReporting,            // Chosen to hold the registration: an alarm is out, REGISTER follows.
  kRegistering,          // REGISTER is out.
  kRegistered,           // The server holds the registration.
  kReportingRegistered,  // It holds the registration, and an alarm is out.
  kRefreshing,           // It holds the registration, and the REGISTER that renews it is out.
  kRefreshingReporting,  // It holds the registration; both are out.
  kLeaving,              // Another server has been chosen; what ends this registration is out.
};

enum class ServerEvent : uint8_t {
  kConnect,      // the time for a connection has come
  kFlowUp,       // the connection stands
  kFlowLost,     // the connection has ended
  kFlowRefused,  // the phone refused the server's certificate
  kKeepaliveSent,
  kKeepaliveAccepted,
  kKeepaliveRefused,
  kTokenAsked,
  kTokenRefused,
  kChosen,  // this server is to hold the registration
  kAlarmSent,
  kAlarmAnswered,
  kRegisterSent,
  kRegisterAccepted,
  kRegisterUnavailable,  // 503, 408, 5xx
  kRegisterRefused,
  kLeave,  // another server has been chosen, and this one is sent the end of the registration
  kLeft,   // it has answered that
};

// An event that means nothing in a state leaves it as it is: an answer may come after what it was asked for.
ServerState next(ServerState state, ServerEvent event);
std::string_view name_of(ServerState state);

// What is known of the certificate that a connection showed.
enum class CertificateState : uint8_t {
  kOnTrial,  // No registration has held with it over this connection, or certificate_manager has not taken that down.
  kProven,   // A registration has held with it, and certificate_manager has taken that down.
};

enum class CertificateEvent : uint8_t {
  kShown,   // over a new connection
  kHeld,    // certificate_manager has taken down that a registration held
  kFailed,  // certificate_manager has taken down that a registration did not hold
};

CertificateState next(CertificateState state, CertificateEvent event);
std::string_view name_of(CertificateState state);

bool is_disconnected(ServerState state);
bool is_connected(ServerState state);
// A request is out: the next waits for its answer.
bool is_busy(ServerState state);
bool holds_registration(ServerState state);
bool is_probing(ServerState state);
// REGISTER is out, the first or one that renews.
bool awaits_register(ServerState state);
bool is_reporting(ServerState state);

}  // namespace phone::signaling
