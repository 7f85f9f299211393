// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/rpc/enums_rpc.hpp"

namespace phone::signaling {

v1::RegistrationState to_proto(RegistrationState state) {
  switch (state) {
    case RegistrationState::kDown:
      return v1::REGISTRATION_STATE_DOWN;
    case RegistrationState::kConnecting:
      return v1::REGISTRATION_STATE_CONNECTING;
    case RegistrationState::kRegistering:
      return v1::REGISTRATION_STATE_REGISTERING;
    case RegistrationState::kRegistered:
      return v1::REGISTRATION_STATE_REGISTERED;
    case RegistrationState::kStandby:
      return v1::REGISTRATION_STATE_STANDBY;
    case RegistrationState::kRefused:
      return v1::REGISTRATION_STATE_REFUSED;
  }
  return v1::REGISTRATION_STATE_UNSPECIFIED;
}

v1::CallState to_proto(CallState state) {
  switch (state) {
    case CallState::kDialing:
      return v1::CALL_STATE_DIALING;
    case CallState::kRingingOut:
      return v1::CALL_STATE_RINGING_OUT;
    case CallState::kRingingIn:
      return v1::CALL_STATE_RINGING_IN;
    case CallState::kEstablished:
      return v1::CALL_STATE_ESTABLISHED;
    case CallState::kEnded:
      return v1::CALL_STATE_ENDED;
    case CallState::kPreserved:
      return v1::CALL_STATE_PRESERVED;
  }
  return v1::CALL_STATE_UNSPECIFIED;
}

v1::HoldState to_proto(HoldState hold) {
  switch (hold) {
    case HoldState::kNone:
      return v1::HOLD_STATE_NONE;
    case HoldState::kHolding:
      return v1::HOLD_STATE_HOLDING;
    case HoldState::kHeld:
      return v1::HOLD_STATE_HELD;
    case HoldState::kHeldHere:
      return v1::HOLD_STATE_HELD_HERE;
    case HoldState::kResuming:
      return v1::HOLD_STATE_RESUMING;
  }
  return v1::HOLD_STATE_UNSPECIFIED;
}

v1::TransferState to_proto(TransferState transfer) {
  switch (transfer) {
    case TransferState::kNone:
      return v1::TRANSFER_STATE_NONE;
    case TransferState::kHolding:
      return v1::TRANSFER_STATE_HOLDING;
    case TransferState::kReferring:
      return v1::TRANSFER_STATE_REFERRING;
    case TransferState::kAccepted:
      return v1::TRANSFER_STATE_ACCEPTED;
  }
  return v1::TRANSFER_STATE_UNSPECIFIED;
}

v1::SecurityLevel to_proto(SecurityLevel level) {
  switch (level) {
    case SecurityLevel::kUnknown:
      return v1::SECURITY_LEVEL_UNKNOWN;
    case SecurityLevel::kNotAuthenticated:
      return v1::SECURITY_LEVEL_NOT_AUTHENTICATED;
    case SecurityLevel::kAuthenticated:
      return v1::SECURITY_LEVEL_AUTHENTICATED;
    case SecurityLevel::kEncrypted:
      return v1::SECURITY_LEVEL_ENCRYPTED;
  }
  return v1::SECURITY_LEVEL_UNKNOWN;
}

v1::Icon to_proto(Icon icon) {
  switch (icon) {
    case Icon::kNone:
      return v1::ICON_NONE;
    case Icon::kShield:
      return v1::ICON_SHIELD;
    case Icon::kLock:
      return v1::ICON_LOCK;
  }
  return v1::ICON_NONE;
}

media::v1::Tone to_proto(Tone tone) {
  switch (tone) {
    case Tone::kNone:
      return media::v1::TONE_NONE;
    case Tone::kRingback:
      return media::v1::TONE_RINGBACK;
    case Tone::kBusy:
      return media::v1::TONE_BUSY;
    case Tone::kReorder:
      return media::v1::TONE_REORDER;
    case Tone::kSecure:
      return media::v1::TONE_SECURE;
    case Tone::kNonsecure:
      return media::v1::TONE_NONSECURE;
    case Tone::kRinging:
      return media::v1::TONE_RINGING;
    case Tone::kCallWaiting:
      return media::v1::TONE_CALL_WAITING;
  }
  return media::v1::TONE_NONE;
}

media::v1::Direction to_proto(Direction direction) {
  switch (direction) {
    case Direction::kInactive:
      return media::v1::DIRECTION_INACTIVE;
    case Direction::kSendOnly:
      return media::v1::DIRECTION_SENDONLY;
    case Direction::kReceiveOnly:
      return media::v1::DIRECTION_RECVONLY;
    case Direction::kSendReceive:
      return media::v1::DIRECTION_SENDRECV;
  }
  return media::v1::DIRECTION_INACTIVE;
}

Direction from_proto(media::v1::Direction direction) {
  for (const Direction one :
       {Direction::kInactive, Direction::kSendOnly, Direction::kReceiveOnly, Direction::kSendReceive}) {
    if (to_proto(one) == direction) return one;
  }
  return Direction::kInactive;
}

certificates::v1::Scheme scheme_of(crypto::SigningInput::Scheme scheme) {
  switch (scheme) {
    case crypto::SigningInput::kRsaPkcs1:
      return certificates::v1::SCHEME_RSA_PKCS1;
    case crypto::SigningInput::kRsaPss:
      return certificates::v1::SCHEME_RSA_PSS;
    case crypto::SigningInput::kEcdsa:
      return certificates::v1::SCHEME_ECDSA;
  }
  return certificates::v1::SCHEME_UNSPECIFIED;
}

std::string certificate_kind_text(certificates::v1::CertificateKind kind) {
  if (kind == certificates::v1::CERTIFICATE_KIND_LSC) return "LSC";
  return kind == certificates::v1::CERTIFICATE_KIND_MIC ? "MIC" : "user";
}

mesh::Severity to_mesh(Severity severity) {
  switch (severity) {
    case Severity::kInfo:
      return mesh::Severity::kInfo;
    case Severity::kWarning:
      return mesh::Severity::kWarning;
    case Severity::kError:
      return mesh::Severity::kError;
  }
  return mesh::Severity::kError;
}

}  // namespace phone::signaling
