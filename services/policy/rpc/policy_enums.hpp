// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "common/mesh/call/enum_table.hpp"
#include "phone/certificates/v1/certificate_manager.pb.h"
#include "phone/network/v1/network_access.pb.h"
#include "phone/policy/v1/policy.pb.h"
#include "services/policy/configuration/elements.hpp"
#include "services/policy/run/policy_state.hpp"
#include "services/policy/run/provisioning_run.hpp"

// Enums of policy and their twins in the contract.
namespace phone::policy {

inline constexpr auto kStages = mesh::enum_table<Stage, v1::Stage>({{Stage::kDefault, v1::STAGE_DEFAULT},
                                                                    {Stage::kProvisioning, v1::STAGE_PROVISIONING},
                                                                    {Stage::kComplete, v1::STAGE_COMPLETE}});
inline constexpr auto kSecurityModes =
    mesh::enum_table<SecurityMode, v1::SecurityMode>({{SecurityMode::kNonsecure, v1::SECURITY_MODE_NONSECURE},
                                                      {SecurityMode::kAuthenticated, v1::SECURITY_MODE_AUTHENTICATED},
                                                      {SecurityMode::kEncrypted, v1::SECURITY_MODE_ENCRYPTED}});
inline constexpr auto kTransports = mesh::enum_table<Transport, v1::Transport>(
    {{Transport::kTcp, v1::TRANSPORT_TCP}, {Transport::kUdp, v1::TRANSPORT_UDP}, {Transport::kTls, v1::TRANSPORT_TLS}});
inline constexpr auto kAutoAnswers =
    mesh::enum_table<AutoAnswer, v1::AutoAnswer>({{AutoAnswer::kOff, v1::AUTO_ANSWER_UNSPECIFIED},
                                                  {AutoAnswer::kSpeaker, v1::AUTO_ANSWER_SPEAKER},
                                                  {AutoAnswer::kHeadset, v1::AUTO_ANSWER_HEADSET}});
inline constexpr auto kAuditTransports =
    mesh::enum_table<AuditTransport, v1::AuditTransport>({{AuditTransport::kTcp, v1::AUDIT_TRANSPORT_TCP},
                                                          {AuditTransport::kTls, v1::AUDIT_TRANSPORT_TLS},
                                                          {AuditTransport::kUdp, v1::AUDIT_TRANSPORT_UDP}});
inline constexpr auto kTrials =
    mesh::enum_table<TrialState, v1::TrialState>({{TrialState::kNone, v1::TRIAL_STATE_NONE},
                                                  {TrialState::kTrying, v1::TRIAL_STATE_TRYING},
                                                  {TrialState::kTakenBack, v1::TRIAL_STATE_TAKEN_BACK}});
inline constexpr auto kLevels =
    mesh::enum_table<Level, v1::SettingLevel>({{Level::kDevice, v1::SETTING_LEVEL_DEVICE},
                                               {Level::kCommon, v1::SETTING_LEVEL_COMMON},
                                               {Level::kEnterprise, v1::SETTING_LEVEL_ENTERPRISE}});
inline constexpr auto kSupports =
    mesh::partial_enum_table<Support, v1::SettingSupport>({{Support::kObeyed, v1::SETTING_SUPPORT_OBEYED},
                                                           {Support::kNotSupported, v1::SETTING_SUPPORT_NOT_SUPPORTED},
                                                           {Support::kNoEffect, v1::SETTING_SUPPORT_NO_EFFECT}});
inline constexpr auto kFileStates =
    mesh::enum_table<FileState, v1::FileState>({{FileState::kAbsent, v1::FILE_STATE_ABSENT},
                                                {FileState::kAccepted, v1::FILE_STATE_ACCEPTED},
                                                {FileState::kRefused, v1::FILE_STATE_REFUSED},
                                                {FileState::kUnreachable, v1::FILE_STATE_UNREACHABLE},
                                                {FileState::kUnchanged, v1::FILE_STATE_UNCHANGED}});
inline constexpr auto kCapfAuthentications = mesh::enum_table<CapfAuthMode, certificates::v1::CapfAuthentication>(
    {{CapfAuthMode::kNone, certificates::v1::CAPF_AUTHENTICATION_NONE},
     {CapfAuthMode::kString, certificates::v1::CAPF_AUTHENTICATION_STRING},
     {CapfAuthMode::kNullString, certificates::v1::CAPF_AUTHENTICATION_NULL_STRING},
     {CapfAuthMode::kLsc, certificates::v1::CAPF_AUTHENTICATION_LSC},
     {CapfAuthMode::kMic, certificates::v1::CAPF_AUTHENTICATION_MIC}});

inline constexpr auto kEapMethods = mesh::enum_table<EapMethod, network::v1::WiredMethod>(
    {{EapMethod::kTls, network::v1::WIRED_METHOD_TLS}, {EapMethod::kFast, network::v1::WIRED_METHOD_FAST}});
inline constexpr auto kShownCertificates = mesh::enum_table<ShownCertificate, certificates::v1::CertificateKind>(
    {{ShownCertificate::kBest, certificates::v1::CERTIFICATE_KIND_UNSPECIFIED},
     {ShownCertificate::kMic, certificates::v1::CERTIFICATE_KIND_MIC},
     {ShownCertificate::kLsc, certificates::v1::CERTIFICATE_KIND_LSC},
     {ShownCertificate::kUser, certificates::v1::CERTIFICATE_KIND_USER}});
inline constexpr auto kWlanSecurities = mesh::enum_table<WlanSecurity, network::v1::WlanSecurity>(
    {{WlanSecurity::kOpen, network::v1::WLAN_SECURITY_OPEN},
     {WlanSecurity::kPsk, network::v1::WLAN_SECURITY_PSK},
     {WlanSecurity::kSae, network::v1::WLAN_SECURITY_SAE},
     {WlanSecurity::kEnterprise, network::v1::WLAN_SECURITY_ENTERPRISE},
     {WlanSecurity::kEnterprise3, network::v1::WLAN_SECURITY_ENTERPRISE3}});
inline constexpr auto kWlanMethods = mesh::enum_table<WlanMethod, network::v1::WlanMethod>(
    {{WlanMethod::kTls, network::v1::WLAN_METHOD_TLS},
     {WlanMethod::kFast, network::v1::WLAN_METHOD_FAST},
     {WlanMethod::kPeapMschapv2, network::v1::WLAN_METHOD_PEAP_MSCHAPV2},
     {WlanMethod::kPeapGtc, network::v1::WLAN_METHOD_PEAP_GTC},
     {WlanMethod::kAuto, network::v1::WLAN_METHOD_AUTO}});
inline constexpr auto kWlanBands =
    mesh::enum_table<WlanBand, network::v1::WlanBand>({{WlanBand::kAny, network::v1::WLAN_BAND_UNSPECIFIED},
                                                       {WlanBand::k24, network::v1::WLAN_BAND_2_4},
                                                       {WlanBand::k5, network::v1::WLAN_BAND_5}});

}  // namespace phone::policy
