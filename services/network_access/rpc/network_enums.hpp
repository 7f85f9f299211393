// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "common/mesh/call/enum_table.hpp"
#include "phone/certificates/v1/certificate_manager.pb.h"
#include "phone/network/v1/network_access.pb.h"
#include "services/network_access/access/access_session.hpp"
#include "services/network_access/dot1x/access_cause.hpp"
#include "services/network_access/dot1x/eap_profile.hpp"
#include "services/network_access/wlan/wlan_profile.hpp"

// Enums of network_access and their twins in the contract.
namespace phone::network {

inline constexpr auto kAccessStates = mesh::partial_enum_table<AccessState, v1::AccessState>(
    {{AccessState::kDisabled, v1::ACCESS_STATE_DISABLED},
     {AccessState::kDisconnected, v1::ACCESS_STATE_DISCONNECTED},
     {AccessState::kConnecting, v1::ACCESS_STATE_CONNECTING},
     {AccessState::kAcquired, v1::ACCESS_STATE_ACQUIRED},
     {AccessState::kAuthenticating, v1::ACCESS_STATE_AUTHENTICATING},
     {AccessState::kAuthenticated, v1::ACCESS_STATE_AUTHENTICATED},
     {AccessState::kHeld, v1::ACCESS_STATE_HELD}});

inline constexpr auto kAccessCauses = mesh::enum_table<AccessCause, v1::AccessCause>(
    {{AccessCause::kNone, v1::ACCESS_CAUSE_NONE},
     {AccessCause::kNoAnswer, v1::ACCESS_CAUSE_NO_ANSWER},
     {AccessCause::kProfileInvalid, v1::ACCESS_CAUSE_PROFILE_INVALID},
     {AccessCause::kNoCertificate, v1::ACCESS_CAUSE_NO_CERTIFICATE},
     {AccessCause::kOwnExpired, v1::ACCESS_CAUSE_OWN_EXPIRED},
     {AccessCause::kOwnNotYetValid, v1::ACCESS_CAUSE_OWN_NOT_YET_VALID},
     {AccessCause::kServerUntrusted, v1::ACCESS_CAUSE_SERVER_UNTRUSTED},
     {AccessCause::kServerName, v1::ACCESS_CAUSE_SERVER_NAME},
     {AccessCause::kServerExpired, v1::ACCESS_CAUSE_SERVER_EXPIRED},
     {AccessCause::kServerNotYetValid, v1::ACCESS_CAUSE_SERVER_NOT_YET_VALID},
     {AccessCause::kServerOther, v1::ACCESS_CAUSE_SERVER_OTHER},
     {AccessCause::kTlsMismatch, v1::ACCESS_CAUSE_TLS_MISMATCH},
     {AccessCause::kPassword, v1::ACCESS_CAUSE_PASSWORD},
     {AccessCause::kMethodForbidden, v1::ACCESS_CAUSE_METHOD_FORBIDDEN},
     {AccessCause::kRefused, v1::ACCESS_CAUSE_REFUSED},
     {AccessCause::kServerSilent, v1::ACCESS_CAUSE_SERVER_SILENT},
     {AccessCause::kSupplicantGone, v1::ACCESS_CAUSE_SUPPLICANT_GONE},
     {AccessCause::kPacRenewed, v1::ACCESS_CAUSE_TICKET_RENEWED},
     {AccessCause::kKeyUnavailable, v1::ACCESS_CAUSE_KEY_UNAVAILABLE},
     {AccessCause::kNoAccessPoint, v1::ACCESS_CAUSE_NO_ACCESS_POINT},
     {AccessCause::kSecurityMismatch, v1::ACCESS_CAUSE_SECURITY_MISMATCH},
     {AccessCause::kWrongKey, v1::ACCESS_CAUSE_WRONG_KEY},
     {AccessCause::kNotAdmitted, v1::ACCESS_CAUSE_NOT_ADMITTED},
     {AccessCause::kConnectionLost, v1::ACCESS_CAUSE_CONNECTION_LOST},
     {AccessCause::kPasswordCleared, v1::ACCESS_CAUSE_PASSWORD_CLEARED}});

inline constexpr auto kWiredMethods = mesh::enum_table<EapMethod, v1::WiredMethod>(
    {{EapMethod::kTls, v1::WIRED_METHOD_TLS}, {EapMethod::kFast, v1::WIRED_METHOD_FAST}});

inline constexpr auto kWlanSecurities =
    mesh::enum_table<WlanSecurity, v1::WlanSecurity>({{WlanSecurity::kOpen, v1::WLAN_SECURITY_OPEN},
                                                      {WlanSecurity::kPsk, v1::WLAN_SECURITY_PSK},
                                                      {WlanSecurity::kSae, v1::WLAN_SECURITY_SAE},
                                                      {WlanSecurity::kEnterprise, v1::WLAN_SECURITY_ENTERPRISE},
                                                      {WlanSecurity::kEnterprise3, v1::WLAN_SECURITY_ENTERPRISE3}});

inline constexpr auto kWlanMethods =
    mesh::enum_table<WlanEap, v1::WlanMethod>({{WlanEap::kTls, v1::WLAN_METHOD_TLS},
                                               {WlanEap::kFast, v1::WLAN_METHOD_FAST},
                                               {WlanEap::kPeapMschapv2, v1::WLAN_METHOD_PEAP_MSCHAPV2},
                                               {WlanEap::kPeapGtc, v1::WLAN_METHOD_PEAP_GTC},
                                               {WlanEap::kAuto, v1::WLAN_METHOD_AUTO}});

inline constexpr auto kCertificates = mesh::enum_table<EapCertificate, certificates::v1::CertificateKind>(
    {{EapCertificate::kBest, certificates::v1::CERTIFICATE_KIND_UNSPECIFIED},
     {EapCertificate::kMic, certificates::v1::CERTIFICATE_KIND_MIC},
     {EapCertificate::kLsc, certificates::v1::CERTIFICATE_KIND_LSC},
     {EapCertificate::kUser, certificates::v1::CERTIFICATE_KIND_USER}});

}  // namespace phone::network
