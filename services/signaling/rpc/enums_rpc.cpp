// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/rpc/enums_rpc.hpp"

#include "common/mesh/call/enum_table.hpp"

namespace phone::signaling {
namespace {

constexpr auto kRegistrationStates = mesh::enum_table<RegistrationState, v1::RegistrationState>(
    {{RegistrationState::kDown, v1::REGISTRATION_STATE_DOWN},
     {RegistrationState::kConnecting, v1::REGISTRATION_STATE_CONNECTING},
     {RegistrationState::kRegistering, v1::REGISTRATION_STATE_REGISTERING},
     {RegistrationState::kRegistered, v1::REGISTRATION_STATE_REGISTERED},
     {RegistrationState::kStandby, v1::REGISTRATION_STATE_STANDBY},
     {RegistrationState::kRefused, v1::REGISTRATION_STATE_REFUSED}});
constexpr auto kCallStates =
    mesh::enum_table<CallState, v1::CallState>({{CallState::kDialing, v1::CALL_STATE_DIALING},
                                                {CallState::kRingingOut, v1::CALL_STATE_RINGING_OUT},
                                                {CallState::kRingingIn, v1::CALL_STATE_RINGING_IN},
                                                {CallState::kEstablished, v1::CALL_STATE_ESTABLISHED},
                                                {CallState::kEnded, v1::CALL_STATE_ENDED},
                                                {CallState::kPreserved, v1::CALL_STATE_PRESERVED}});
constexpr auto kHoldStates =
    mesh::enum_table<HoldState, v1::HoldState>({{HoldState::kNone, v1::HOLD_STATE_NONE},
                                                {HoldState::kHolding, v1::HOLD_STATE_HOLDING},
                                                {HoldState::kHeld, v1::HOLD_STATE_HELD},
                                                {HoldState::kHeldHere, v1::HOLD_STATE_HELD_HERE},
                                                {HoldState::kResuming, v1::HOLD_STATE_RESUMING}});
constexpr auto kTransferStates =
    mesh::enum_table<TransferState, v1::TransferState>({{TransferState::kNone, v1::TRANSFER_STATE_NONE},
                                                        {TransferState::kHolding, v1::TRANSFER_STATE_HOLDING},
                                                        {TransferState::kReferring, v1::TRANSFER_STATE_REFERRING},
                                                        {TransferState::kAccepted, v1::TRANSFER_STATE_ACCEPTED}});
constexpr auto kSecurityLevels = mesh::enum_table<SecurityLevel, v1::SecurityLevel>(
    {{SecurityLevel::kUnknown, v1::SECURITY_LEVEL_UNKNOWN},
     {SecurityLevel::kNotAuthenticated, v1::SECURITY_LEVEL_NOT_AUTHENTICATED},
     {SecurityLevel::kAuthenticated, v1::SECURITY_LEVEL_AUTHENTICATED},
     {SecurityLevel::kEncrypted, v1::SECURITY_LEVEL_ENCRYPTED}});
constexpr auto kSecurityReasons = mesh::enum_table<SecurityReason, v1::SecurityReason>(
    {{SecurityReason::kUnspecified, v1::SECURITY_REASON_UNSPECIFIED},
     {SecurityReason::kEndToEnd, v1::SECURITY_REASON_END_TO_END},
     {SecurityReason::kToCallManager, v1::SECURITY_REASON_TO_CALL_MANAGER},
     {SecurityReason::kNoConnection, v1::SECURITY_REASON_NO_CONNECTION},
     {SecurityReason::kSignalingOpen, v1::SECURITY_REASON_SIGNALING_OPEN},
     {SecurityReason::kSignalingNotEncrypted, v1::SECURITY_REASON_SIGNALING_NOT_ENCRYPTED},
     {SecurityReason::kReceiveNothing, v1::SECURITY_REASON_RECEIVE_NOTHING},
     {SecurityReason::kReceiveOpen, v1::SECURITY_REASON_RECEIVE_OPEN},
     {SecurityReason::kReceiveNoKey, v1::SECURITY_REASON_RECEIVE_NO_KEY},
     {SecurityReason::kTransmitNothing, v1::SECURITY_REASON_TRANSMIT_NOTHING},
     {SecurityReason::kTransmitOpen, v1::SECURITY_REASON_TRANSMIT_OPEN},
     {SecurityReason::kTransmitNoKey, v1::SECURITY_REASON_TRANSMIT_NO_KEY},
     {SecurityReason::kFarEndAuthenticated, v1::SECURITY_REASON_FAR_END_AUTHENTICATED},
     {SecurityReason::kFarEndOpen, v1::SECURITY_REASON_FAR_END_OPEN},
     {SecurityReason::kFarEndUnknown, v1::SECURITY_REASON_FAR_END_UNKNOWN}});
constexpr auto kIcons = mesh::enum_table<Icon, v1::Icon>(
    {{Icon::kNone, v1::ICON_NONE}, {Icon::kShield, v1::ICON_SHIELD}, {Icon::kLock, v1::ICON_LOCK}});
constexpr auto kTones =
    mesh::partial_enum_table<Tone, media::v1::Tone>({{Tone::kNone, media::v1::TONE_NONE},
                                                     {Tone::kDial, media::v1::TONE_DIAL},
                                                     {Tone::kRingback, media::v1::TONE_RINGBACK},
                                                     {Tone::kBusy, media::v1::TONE_BUSY},
                                                     {Tone::kReorder, media::v1::TONE_REORDER},
                                                     {Tone::kSecure, media::v1::TONE_SECURE},
                                                     {Tone::kNonsecure, media::v1::TONE_NONSECURE},
                                                     {Tone::kRinging, media::v1::TONE_RINGING},
                                                     {Tone::kCallWaiting, media::v1::TONE_CALL_WAITING},
                                                     {Tone::kZipZip, media::v1::TONE_ZIP_ZIP},
                                                     {Tone::kRecording, media::v1::TONE_RECORDING},
                                                     {Tone::kPreemption, media::v1::TONE_PREEMPTION},
                                                     {Tone::kPrecedenceRingback, media::v1::TONE_PRECEDENCE_RINGBACK},
                                                     {Tone::kPrecedenceRinging, media::v1::TONE_PRECEDENCE_RINGING}});
constexpr auto kPrecedences =
    mesh::enum_table<Precedence, v1::Precedence>({{Precedence::kNone, v1::PRECEDENCE_UNSPECIFIED},
                                                  {Precedence::kRoutine, v1::PRECEDENCE_ROUTINE},
                                                  {Precedence::kPriority, v1::PRECEDENCE_PRIORITY},
                                                  {Precedence::kImmediate, v1::PRECEDENCE_IMMEDIATE},
                                                  {Precedence::kFlash, v1::PRECEDENCE_FLASH},
                                                  {Precedence::kFlashOverride, v1::PRECEDENCE_FLASH_OVERRIDE},
                                                  {Precedence::kExecutiveOverride, v1::PRECEDENCE_EXECUTIVE_OVERRIDE}});
constexpr auto kDirections =
    mesh::enum_table<Direction, media::v1::Direction>({{Direction::kInactive, media::v1::DIRECTION_INACTIVE},
                                                       {Direction::kSendOnly, media::v1::DIRECTION_SENDONLY},
                                                       {Direction::kReceiveOnly, media::v1::DIRECTION_RECVONLY},
                                                       {Direction::kSendReceive, media::v1::DIRECTION_SENDRECV}});

constexpr auto kDoNotDisturb =
    mesh::enum_table<DoNotDisturb, v1::DoNotDisturb>({{DoNotDisturb::kOff, v1::DO_NOT_DISTURB_OFF},
                                                      {DoNotDisturb::kSilent, v1::DO_NOT_DISTURB_SILENT},
                                                      {DoNotDisturb::kReject, v1::DO_NOT_DISTURB_REJECT}});
constexpr auto kHistoryKinds =
    mesh::enum_table<HistoryKind, v1::HistoryKind>({{HistoryKind::kMissed, v1::HISTORY_KIND_MISSED},
                                                    {HistoryKind::kReceived, v1::HISTORY_KIND_RECEIVED},
                                                    {HistoryKind::kPlaced, v1::HISTORY_KIND_PLACED}});
constexpr auto kAutoAnswers =
    mesh::enum_table<AutoAnswer, policy::v1::AutoAnswer>({{AutoAnswer::kOff, policy::v1::AUTO_ANSWER_UNSPECIFIED},
                                                          {AutoAnswer::kSpeaker, policy::v1::AUTO_ANSWER_SPEAKER},
                                                          {AutoAnswer::kHeadset, policy::v1::AUTO_ANSWER_HEADSET}});

}  // namespace

v1::RegistrationState to_proto(RegistrationState state) { return kRegistrationStates.to_proto(state); }
v1::CallState to_proto(CallState state) { return kCallStates.to_proto(state); }
v1::HoldState to_proto(HoldState hold) { return kHoldStates.to_proto(hold); }
v1::TransferState to_proto(TransferState transfer) { return kTransferStates.to_proto(transfer); }
v1::SecurityReason to_proto(SecurityReason reason) { return kSecurityReasons.to_proto(reason); }
v1::SecurityLevel to_proto(SecurityLevel level) { return kSecurityLevels.to_proto(level); }
v1::Icon to_proto(Icon icon) { return kIcons.to_proto(icon); }
v1::Precedence to_proto(Precedence precedence) { return kPrecedences.to_proto(precedence); }
Precedence from_proto(v1::Precedence precedence) {
  return kPrecedences.from_proto(precedence).value_or(Precedence::kExecutiveOverride);
}
v1::DoNotDisturb to_proto(DoNotDisturb state) { return kDoNotDisturb.to_proto(state); }
v1::HistoryKind to_proto(HistoryKind kind) { return kHistoryKinds.to_proto(kind); }
AutoAnswer from_proto(policy::v1::AutoAnswer answer) {
  return kAutoAnswers.from_proto(answer).value_or(AutoAnswer::kOff);
}
media::v1::Transducer to_proto(AutoAnswer device) {
  return device == AutoAnswer::kHeadset ? media::v1::TRANSDUCER_HEADSET : media::v1::TRANSDUCER_SPEAKER;
}
media::v1::Tone to_proto(Tone tone) { return kTones.to_proto(tone); }
media::v1::Direction to_proto(Direction direction) { return kDirections.to_proto(direction); }

Direction from_proto(media::v1::Direction direction) {
  return kDirections.from_proto(direction).value_or(Direction::kInactive);
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
