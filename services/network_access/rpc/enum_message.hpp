// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>

#include "phone/certificates/v1/certificate_manager.pb.h"
#include "phone/network/v1/network_access.pb.h"
#include "services/network_access/access/access_session.hpp"
#include "services/network_access/dot1x/access_cause.hpp"
#include "services/network_access/dot1x/eap_profile.hpp"
#include "services/network_access/wlan/wlan_profile.hpp"

// Enumerations of this service and of its messages. For each there is one switch from value to message, which the
// compiler holds to all values; the way back is made from it.
namespace phone::network {

// Ends such a switch: the number of no message.
template <class Message>
constexpr Message no_message() {
  return static_cast<Message>(std::numeric_limits<std::int32_t>::min());
}

template <class Value, class Message>
constexpr std::optional<Value> value_of(Message (*message_of)(Value), Message message) {
  if (message == no_message<Message>()) return std::nullopt;
  for (unsigned number = 0; number <= std::numeric_limits<std::uint8_t>::max(); ++number) {
    const auto value = static_cast<Value>(number);
    if (message_of(value) == message) return value;
  }
  return std::nullopt;
}

// Each message but the one without a meaning has a value. `size` is the enumeration's ARRAYSIZE.
template <class Value, class Message>
constexpr bool all_have_values(Message (*message_of)(Value), std::size_t size) {
  for (std::size_t number = 1; number < size; ++number) {
    if (!value_of(message_of, static_cast<Message>(number))) return false;
  }
  return true;
}

constexpr v1::AccessState message_of(AccessState value) {
  switch (value) {
    case AccessState::kDisabled:
      return v1::ACCESS_STATE_DISABLED;
    case AccessState::kDisconnected:
      return v1::ACCESS_STATE_DISCONNECTED;
    case AccessState::kConnecting:
      return v1::ACCESS_STATE_CONNECTING;
    case AccessState::kAcquired:
      return v1::ACCESS_STATE_ACQUIRED;
    case AccessState::kAuthenticating:
      return v1::ACCESS_STATE_AUTHENTICATING;
    case AccessState::kAuthenticated:
      return v1::ACCESS_STATE_AUTHENTICATED;
    case AccessState::kHeld:
      return v1::ACCESS_STATE_HELD;
  }
  return no_message<v1::AccessState>();
}

constexpr v1::AccessCause message_of(AccessCause value) {
  switch (value) {
    case AccessCause::kNone:
      return v1::ACCESS_CAUSE_NONE;
    case AccessCause::kNoAnswer:
      return v1::ACCESS_CAUSE_NO_ANSWER;
    case AccessCause::kProfileInvalid:
      return v1::ACCESS_CAUSE_PROFILE_INVALID;
    case AccessCause::kNoCertificate:
      return v1::ACCESS_CAUSE_NO_CERTIFICATE;
    case AccessCause::kOwnExpired:
      return v1::ACCESS_CAUSE_OWN_EXPIRED;
    case AccessCause::kOwnNotYetValid:
      return v1::ACCESS_CAUSE_OWN_NOT_YET_VALID;
    case AccessCause::kServerUntrusted:
      return v1::ACCESS_CAUSE_SERVER_UNTRUSTED;
    case AccessCause::kServerName:
      return v1::ACCESS_CAUSE_SERVER_NAME;
    case AccessCause::kServerExpired:
      return v1::ACCESS_CAUSE_SERVER_EXPIRED;
    case AccessCause::kServerNotYetValid:
      return v1::ACCESS_CAUSE_SERVER_NOT_YET_VALID;
    case AccessCause::kServerOther:
      return v1::ACCESS_CAUSE_SERVER_OTHER;
    case AccessCause::kTlsMismatch:
      return v1::ACCESS_CAUSE_TLS_MISMATCH;
    case AccessCause::kPassword:
      return v1::ACCESS_CAUSE_PASSWORD;
    case AccessCause::kMethodForbidden:
      return v1::ACCESS_CAUSE_METHOD_FORBIDDEN;
    case AccessCause::kRefused:
      return v1::ACCESS_CAUSE_REFUSED;
    case AccessCause::kServerSilent:
      return v1::ACCESS_CAUSE_SERVER_SILENT;
    case AccessCause::kSupplicantGone:
      return v1::ACCESS_CAUSE_SUPPLICANT_GONE;
    case AccessCause::kPacRenewed:
      return v1::ACCESS_CAUSE_TICKET_RENEWED;
    case AccessCause::kKeyUnavailable:
      return v1::ACCESS_CAUSE_KEY_UNAVAILABLE;
    case AccessCause::kNoAccessPoint:
      return v1::ACCESS_CAUSE_NO_ACCESS_POINT;
    case AccessCause::kSecurityMismatch:
      return v1::ACCESS_CAUSE_SECURITY_MISMATCH;
    case AccessCause::kWrongKey:
      return v1::ACCESS_CAUSE_WRONG_KEY;
    case AccessCause::kNotAdmitted:
      return v1::ACCESS_CAUSE_NOT_ADMITTED;
    case AccessCause::kConnectionLost:
      return v1::ACCESS_CAUSE_CONNECTION_LOST;
    case AccessCause::kPasswordCleared:
      return v1::ACCESS_CAUSE_PASSWORD_CLEARED;
  }
  return no_message<v1::AccessCause>();
}
static_assert(all_have_values<AccessCause, v1::AccessCause>(message_of, v1::AccessCause_ARRAYSIZE));

constexpr v1::WiredMethod message_of(EapMethod value) {
  switch (value) {
    case EapMethod::kTls:
      return v1::WIRED_METHOD_TLS;
    case EapMethod::kFast:
      return v1::WIRED_METHOD_FAST;
  }
  return no_message<v1::WiredMethod>();
}
static_assert(all_have_values<EapMethod, v1::WiredMethod>(message_of, v1::WiredMethod_ARRAYSIZE));

constexpr v1::WlanSecurity message_of(WlanSecurity value) {
  switch (value) {
    case WlanSecurity::kOpen:
      return v1::WLAN_SECURITY_OPEN;
    case WlanSecurity::kPsk:
      return v1::WLAN_SECURITY_PSK;
    case WlanSecurity::kSae:
      return v1::WLAN_SECURITY_SAE;
    case WlanSecurity::kEnterprise:
      return v1::WLAN_SECURITY_ENTERPRISE;
    case WlanSecurity::kEnterprise3:
      return v1::WLAN_SECURITY_ENTERPRISE3;
  }
  return no_message<v1::WlanSecurity>();
}
static_assert(all_have_values<WlanSecurity, v1::WlanSecurity>(message_of, v1::WlanSecurity_ARRAYSIZE));

constexpr v1::WlanMethod message_of(WlanEap value) {
  switch (value) {
    case WlanEap::kTls:
      return v1::WLAN_METHOD_TLS;
    case WlanEap::kFast:
      return v1::WLAN_METHOD_FAST;
    case WlanEap::kPeapMschapv2:
      return v1::WLAN_METHOD_PEAP_MSCHAPV2;
    case WlanEap::kPeapGtc:
      return v1::WLAN_METHOD_PEAP_GTC;
    case WlanEap::kAuto:
      return v1::WLAN_METHOD_AUTO;
  }
  return no_message<v1::WlanMethod>();
}
static_assert(all_have_values<WlanEap, v1::WlanMethod>(message_of, v1::WlanMethod_ARRAYSIZE));

constexpr certificates::v1::CertificateKind message_of(EapCertificate value) {
  switch (value) {
    case EapCertificate::kBest:
      return certificates::v1::CERTIFICATE_KIND_UNSPECIFIED;
    case EapCertificate::kMic:
      return certificates::v1::CERTIFICATE_KIND_MIC;
    case EapCertificate::kLsc:
      return certificates::v1::CERTIFICATE_KIND_LSC;
    case EapCertificate::kUser:
      return certificates::v1::CERTIFICATE_KIND_USER;
  }
  return no_message<certificates::v1::CertificateKind>();
}
static_assert(all_have_values<EapCertificate, certificates::v1::CertificateKind>(
    message_of, certificates::v1::CertificateKind_ARRAYSIZE));

template <class Value, class Message>
std::optional<Value> value_of(Message message) {
  return value_of<Value, Message>(message_of, message);
}

}  // namespace phone::network
