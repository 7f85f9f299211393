// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "common/mesh/call/enum_table.hpp"
#include "phone/certificates/v1/certificate_manager.pb.h"
#include "phone/network/v1/network_access.pb.h"
#include "services/network_access/access/access_session.hpp"
#include "services/network_access/dot1x/access_cause.hpp"
#include "services/network_access/dot1x/eap_profile.hpp"
#include "services/network_access/ipv6/ipv6_facts.hpp"
#include "services/network_access/link/dhcp_facts.hpp"
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
     {AccessState::kHeld, v1::ACCESS_STATE_HELD},
     {AccessState::kUnproven, v1::ACCESS_STATE_UNPROVEN}});

inline constexpr auto kAccessParties =
    mesh::enum_table<Party, v1::AccessParty>({{Party::kPhone, v1::ACCESS_PARTY_PHONE},
                                              {Party::kSwitch, v1::ACCESS_PARTY_SWITCH},
                                              {Party::kServer, v1::ACCESS_PARTY_SERVER}});

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
     {AccessCause::kPasswordCleared, v1::ACCESS_CAUSE_PASSWORD_CLEARED},
     {AccessCause::kOwnUntrusted, v1::ACCESS_CAUSE_OWN_UNTRUSTED},
     {AccessCause::kOwnExpiredThere, v1::ACCESS_CAUSE_OWN_EXPIRED_THERE},
     {AccessCause::kOwnRevoked, v1::ACCESS_CAUSE_OWN_REVOKED},
     {AccessCause::kOwnUnusable, v1::ACCESS_CAUSE_OWN_UNUSABLE},
     {AccessCause::kAuthorizationDenied, v1::ACCESS_CAUSE_AUTHORIZATION_DENIED},
     {AccessCause::kUnproven, v1::ACCESS_CAUSE_UNPROVEN},
     {AccessCause::kNotAsked, v1::ACCESS_CAUSE_NOT_ASKED},
     {AccessCause::kAuthorityUnusable, v1::ACCESS_CAUSE_AUTHORITY_UNUSABLE}});

inline constexpr auto kLeaseStates =
    mesh::enum_table<LeaseState, v1::LeaseState>({{LeaseState::kOff, v1::LEASE_STATE_OFF},
                                                  {LeaseState::kNoLink, v1::LEASE_STATE_NO_LINK},
                                                  {LeaseState::kAsking, v1::LEASE_STATE_ASKING},
                                                  {LeaseState::kChecking, v1::LEASE_STATE_CHECKING},
                                                  {LeaseState::kConflict, v1::LEASE_STATE_CONFLICT},
                                                  {LeaseState::kHeld, v1::LEASE_STATE_HELD},
                                                  {LeaseState::kHeldNoServer, v1::LEASE_STATE_HELD_NO_SERVER},
                                                  {LeaseState::kUnconfirmed, v1::LEASE_STATE_UNCONFIRMED},
                                                  {LeaseState::kAddressMissing, v1::LEASE_STATE_ADDRESS_MISSING}});

inline constexpr auto kIpv6States =
    mesh::enum_table<Ipv6State, v1::Ipv6State>({{Ipv6State::kOff, v1::IPV6_STATE_OFF},
                                                {Ipv6State::kNoLink, v1::IPV6_STATE_NO_LINK},
                                                {Ipv6State::kAskingRouters, v1::IPV6_STATE_ASKING_ROUTERS},
                                                {Ipv6State::kNoRouter, v1::IPV6_STATE_NO_ROUTER},
                                                {Ipv6State::kByRouter, v1::IPV6_STATE_BY_ROUTER},
                                                {Ipv6State::kAsking, v1::IPV6_STATE_ASKING},
                                                {Ipv6State::kRefused, v1::IPV6_STATE_REFUSED},
                                                {Ipv6State::kInformed, v1::IPV6_STATE_INFORMED},
                                                {Ipv6State::kHeld, v1::IPV6_STATE_HELD},
                                                {Ipv6State::kUnconfirmed, v1::IPV6_STATE_UNCONFIRMED}});

inline constexpr auto kDhcpStepKinds =
    mesh::enum_table<DhcpStepKind, v1::DhcpStepKind>({{DhcpStepKind::kAsked, v1::DHCP_STEP_KIND_ASKED},
                                                      {DhcpStepKind::kOffered, v1::DHCP_STEP_KIND_OFFERED},
                                                      {DhcpStepKind::kChosen, v1::DHCP_STEP_KIND_CHOSEN},
                                                      {DhcpStepKind::kNotTaken, v1::DHCP_STEP_KIND_NOT_TAKEN},
                                                      {DhcpStepKind::kRefused, v1::DHCP_STEP_KIND_REFUSED},
                                                      {DhcpStepKind::kGranted, v1::DHCP_STEP_KIND_GRANTED},
                                                      {DhcpStepKind::kDenied, v1::DHCP_STEP_KIND_DENIED},
                                                      {DhcpStepKind::kConflict, v1::DHCP_STEP_KIND_CONFLICT},
                                                      {DhcpStepKind::kInForce, v1::DHCP_STEP_KIND_IN_FORCE},
                                                      {DhcpStepKind::kRenewed, v1::DHCP_STEP_KIND_RENEWED},
                                                      {DhcpStepKind::kNoAnswer, v1::DHCP_STEP_KIND_NO_ANSWER},
                                                      {DhcpStepKind::kLost, v1::DHCP_STEP_KIND_LOST},
                                                      {DhcpStepKind::kMissing, v1::DHCP_STEP_KIND_MISSING},
                                                      {DhcpStepKind::kRepaired, v1::DHCP_STEP_KIND_REPAIRED},
                                                      {DhcpStepKind::kFailed, v1::DHCP_STEP_KIND_FAILED},
                                                      {DhcpStepKind::kLink, v1::DHCP_STEP_KIND_LINK}});

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

inline constexpr auto kWlanBands = mesh::enum_table<WlanBand, v1::WlanBand>(
    {{WlanBand::kAny, v1::WLAN_BAND_UNSPECIFIED}, {WlanBand::k24, v1::WLAN_BAND_2_4}, {WlanBand::k5, v1::WLAN_BAND_5}});

inline constexpr auto kCertificates = mesh::enum_table<EapCertificate, certificates::v1::CertificateKind>(
    {{EapCertificate::kBest, certificates::v1::CERTIFICATE_KIND_UNSPECIFIED},
     {EapCertificate::kMic, certificates::v1::CERTIFICATE_KIND_MIC},
     {EapCertificate::kLsc, certificates::v1::CERTIFICATE_KIND_LSC},
     {EapCertificate::kUser, certificates::v1::CERTIFICATE_KIND_USER}});

}  // namespace phone::network
