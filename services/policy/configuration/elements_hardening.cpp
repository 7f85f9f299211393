// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// vendorConfig, and with it commonConfig and enterpriseConfig: hardening, and elements of ours.
#include "services/policy/configuration/elements.hpp"

namespace phone::policy::internal {
namespace {

using enum ElementType;

// Security, in force by a field of the policy.
constexpr Element guard(std::string_view path, ElementType type, std::string_view otherwise, std::string_view by,
                        std::string_view field, std::string_view shown, std::string_view test) {
  return {.path = path,
          .type = type,
          .support = Support::kObeyed,
          .otherwise = otherwise,
          .by = by,
          .field = field,
          .shown = shown,
          .test = test,
          .strict = true,
          .levels = true};
}
constexpr Element ours(Element element) {
  element.ours = true;
  return element;
}
constexpr Element lenient(Element element) {
  element.strict = false;
  return element;
}
constexpr Element repeated(Element element) {
  element.repeated = true;
  return element;
}
// Of a WLAN profile.
constexpr Element wlan(std::string_view path, ElementType type, std::string_view otherwise) {
  Element element =
      ours(guard(path, type, otherwise, "network_access", "wlan_profile", "phonectl network", "F60_AccessSettings"));
  element.levels = false;
  return element;
}
constexpr Element unsupported(std::string_view path, ElementType type = kText, bool strict = false) {
  return {.path = path, .type = type, .strict = strict, .levels = true};
}

constexpr std::string_view kByNetwork = "network_access", kByMedia = "media", kBySignaling = "signaling";
constexpr std::string_view kShownBySecurity = "phonectl security", kShownBySettings = "phonectl settings";

constexpr Element kHardeningElements[] = {
    {.path = "vendorConfig", .type = kGroup},
    {.path = "commonConfig", .type = kGroup},
    {.path = "enterpriseConfig", .type = kGroup},
#define V "vendorConfig/"
    guard(V "disableSpeaker", kSwitch, "off", kByMedia, "speaker_disabled", kShownBySettings,
          "F25_PhoneHardening_Table"),
    guard(V "disableSpeakerAndHeadset", kSwitch, "off", kByMedia, "speaker_disabled headset_disabled", kShownBySettings,
          "F25_PhoneHardening_Table"),
    guard(V "pcPort", kInverted, "on", kByNetwork, "pc_port_disabled", "phonectl network", "F25_PhoneHardening_Table"),
    guard(V "voiceVlanAccess", kInverted, "off", kByNetwork, "voice_vlan_access", kShownBySecurity,
          "F25_PhoneHardening_Table"),
    guard(V "garp", kInverted, "off", kByNetwork, "gratuitous_arp", kShownBySecurity, "F25_PhoneHardening_Table"),
    guard(V "settingsAccess", kNumber, "1 (enabled)", "network_access trust_store certificate_manager signaling",
          "settings_access settings_lock", kShownBySecurity, "F25_PhoneHardening"),
    guard(V "eapAuthentication", kNumber, "0 (user controlled)", kByNetwork,
          "eap_authentication_enabled eap_authentication_disabled", "phonectl network", "F45_Elements"),
    ours(guard(V "eapMethod", kText, "tls", kByNetwork, "eap_profile", "phonectl network", "F45_AccessSettings")),
    ours(guard(V "eapIdentity", kText, "the product and the device's name", kByNetwork, "eap_profile",
               "phonectl network", "F45_AccessSettings")),
    ours(guard(V "eapPassword", kSecret, "none", kByNetwork, "eap_profile", "phonectl network", "F45_AccessSettings")),
    ours(guard(V "eapCertificate", kText, "the LSC, else the MIC", kByNetwork, "eap_profile", "phonectl network",
               "F45_AccessSettings")),
    ours(guard(V "eapServer", kText, "none", kByNetwork, "eap_profile", "phonectl network", "F45_AccessSettings")),
    ours(repeated(guard(V "eapAuthority", kText, "the CAs on the trust lists", kByNetwork, "eap_profile",
                        "phonectl network", "F45_AccessSettings"))),
    guard(V "enableCdpSwPort", kSwitch, "on", kByNetwork, "cdp_switch_port_disabled", kShownBySecurity,
          "F25_WhatThePhoneTellsNeighbours_Table"),
    guard(V "enableCdpPcPort", kSwitch, "off", kByNetwork, "cdp_pc_port", kShownBySecurity,
          "F25_WhatThePhoneTellsNeighbours_Table"),
    guard(V "enableLldpSwPort", kSwitch, "on", kByNetwork, "lldp_switch_port_disabled", kShownBySecurity,
          "F25_WhatThePhoneTellsNeighbours_Table"),
    guard(V "enableLldpPcPort", kSwitch, "off", kByNetwork, "lldp_pc_port", kShownBySecurity,
          "F25_WhatThePhoneTellsNeighbours_Table"),
    guard(V "disableTLSCiphers", kText, "none", "trust_store certificate_manager signaling network_access gateway",
          "tls_cipher_disabled", kShownBySettings, "F25_PhoneHardening"),
    guard(V "wifi", kSwitch, "on", kByNetwork, "wlan_disabled", kShownBySecurity, "F25_PhoneHardening"),
    guard(V "webAccess", kInverted, "off", "policy", "web_access", kShownBySecurity, "F24_AdministratorsDoor_Peer"),
    // HTTPS is the only one there is, whatever stands here.
    {.path = V "webProtocol",
     .type = kNumber,
     .support = Support::kNoEffect,
     .otherwise = "HTTPS only",
     .test = "F24_Elements",
     .levels = true},
    {.path = V "tls12Only",
     .type = kSwitch,
     .support = Support::kNoEffect,
     .otherwise = "no effect since 3.2",
     .test = "F73_Elements",
     .levels = true},
    unsupported(V "webAdmin", kSwitch, true),
    unsupported(V "adminPassword", kSecret),
    unsupported(V "sshAccess", kInverted, true),
    unsupported(V "spanToPCPort", kInverted, true),
    unsupported(V "bluetooth", kSwitch, true),
    unsupported(V "bluetoothProfile"),
    unsupported(V "usb1", kSwitch),
    unsupported(V "usb2", kSwitch),
    unsupported(V "usbClasses"),
    unsupported(V "sideUSB", kSwitch),
    unsupported(V "backUSB", kSwitch),
    unsupported(V "detectCMConnectionFailure", kNumber),
    {.path = V "problemReportUploadURL",
     .support = Support::kObeyed,
     .otherwise = "problem reports stay unsent",
     .by = "url_services signaling",
     .field = "problem_report",
     .shown = "phonectl settings",
     .test = "F97_ProblemReport_Lab",
     .levels = true},
    unsupported(V "customerSupportUploadURL"),
    unsupported(V "logServer"),
    unsupported(V "loggingDisplay", kNumber),
    unsupported(V "ciscoCamera", kSwitch),
    unsupported(V "videoCapability", kSwitch),
    unsupported(V "rtcp", kSwitch),
    unsupported(V "videoRtcp", kSwitch),
    unsupported(V "dfBit", kSwitch),
    unsupported(V "g722CodecSupport", kNumber),
    unsupported(V "fileSystemVerificationEnable", kSwitch, true),
    unsupported(V "WlanProfile1", kNumber),
    unsupported(V "WlanProfile2", kNumber),
    unsupported(V "WlanProfile3", kNumber),
    unsupported(V "WlanProfile4", kNumber),
    unsupported(V "enableMuteFeature", kSwitch),
    unsupported(V "enableGroupListen", kSwitch),
    unsupported(V "holdResumeKey", kNumber),
    unsupported(V "recentsSoftKey", kNumber),
    unsupported(V "softKeyControl", kNumber),
    unsupported(V "lineMode", kNumber),
    unsupported(V "callParkMonitor", kNumber),
    unsupported(V "incomingCallToastTimer", kNumber),
    unsupported(V "recordingTone", kSwitch),
    unsupported(V "recordingToneLocalVolume", kNumber),
    unsupported(V "recordingToneRemoteVolume", kNumber),
    unsupported(V "recordingToneDuration", kNumber),
    unsupported(V "displayOnTime"),
    unsupported(V "displayOnDuration"),
    unsupported(V "displayIdleTimeout"),
    unsupported(V "daysDisplayNotActive"),
    unsupported(V "displayOnWhenIncomingCall", kSwitch),
    unsupported(V "daysBacklightNotActive"),
    unsupported(V "backlightOnTime"),
    unsupported(V "backlightOnDuration"),
    unsupported(V "backlightIdleTimeout"),
    unsupported(V "defaultWallpaperFile"),
    unsupported(V "peerFirmwareSharing", kSwitch),
    unsupported(V "joinAndDirectTransferPolicy", kNumber),
    unsupported(V "moreKeyReversionTimer", kNumber),
    unsupported(V "lldpAssetId"),
    unsupported(V "powerPriority", kNumber),
    unsupported(V "LineKeyBarge", kNumber),
    unsupported(V "minimumRingVolume", kNumber),
    unsupported(V "ehookEnable", kSwitch),
    unsupported(V "autoSelectLineEnable", kSwitch),
    unsupported(V "autoCallSelect", kSwitch),
    unsupported(V "headsetWidebandUIControl", kSwitch),
    unsupported(V "headsetWidebandEnable", kSwitch),
    unsupported(V "handsetWidebandUIControl", kSwitch),
    unsupported(V "handsetWidebandEnable", kSwitch),
    unsupported(V "spanToPc", kSwitch),
    unsupported(V "URIDialingDisplayPreference", kNumber),
    unsupported(V "simplifiedNewCall", kSwitch),
    unsupported(V "actionableAlert", kSwitch),
    unsupported(V "showCallHistoryForSelectedLine", kSwitch),
    unsupported(V "revertToAllCalls", kSwitch),
    unsupported(V "requireScreenLock", kNumber),
    unsupported(V "RingLocale", kNumber),
    unsupported(V "ice"),
    unsupported(V "presenceServerPri"),
    unsupported(V "presenceServerBackup1"),
    unsupported(V "presenceServerBackup2"),
    unsupported(V "presenceServerType", kNumber),
    unsupported(V "vxcVpnOption", kNumber),
    unsupported(V "vxcChallenge", kNumber),
    unsupported(V "vxcM1Servers"),
    unsupported(V "alertCall", kNumber),
    // The project's own (own_names.hpp); fipsMode is what an older phone of the family calls it.
    guard(V "fipsMode", kSwitch, "off", "trust_store certificate_manager signaling network_access gateway", "fips",
          kShownBySecurity, "F37_EnableFips"),
    ours(guard(V "tlsMinimumVersion", kText, "1.2", "trust_store network_access gateway",
               "tls_minimum tls_server_minimum", kShownBySecurity, "F72_TlsMinimum_Table")),
    ours(guard(V "tlsClientMinimumVersion", kText, "1.2", "trust_store network_access gateway", "tls_minimum",
               kShownBySecurity, "F72_TlsMinimum_Table")),
    ours(guard(V "tlsServerMinimumVersion", kText, "1.2", "gateway", "tls_server_minimum", kShownBySecurity,
               "F72_TlsMinimum_Table")),
    ours(
        guard(V "protectedDevice", kSwitch, "off", kBySignaling, "protected_device", kShownBySettings, "F46_Elements")),
    ours(guard(V "disableHandset", kSwitch, "off", kByMedia, "handset_disabled", kShownBySettings, "F46_Elements")),
    ours(guard(V "voiceVlan", kSwitch, "on", kByNetwork, "voice_vlan_disabled", kShownBySecurity,
               "F25_WhatThePhoneTellsNeighbours_Table")),
    ours(guard(V "srtpFallback", kSwitch, "off", kBySignaling, "srtp_fallback_allowed", kShownBySettings,
               "F46_Elements")),
    ours(guard(V "callForks", kSwitch, "off", "signaling media", "call_forks_allowed", kShownBySettings,
               "F46_Elements")),
    ours(guard(V "srtpSuites", kText, "all, the strongest first", kBySignaling, "srtp_suite", kShownBySettings,
               "F46_Elements")),
    ours(lenient(guard(V "codecs", kText, "opus, PCMU, PCMA", "signaling", "codec", kShownBySettings, "F46_Elements"))),
    ours(guard(V "remoteDiagnostics", kSwitch, "off", "gateway", "diagnostics_door", kShownBySecurity, "F46_Elements")),
    ours(guard(V "remoteDiagnosticsPort", kNumber, "none", "gateway", "diagnostics_port", kShownBySecurity,
               "F46_Elements")),
    ours(lenient(
        guard(V "emergencyNumbers", kText, "none", kBySignaling, "emergency_number", kShownBySettings, "F91_Kpml"))),
    ours(lenient(guard(V "holdReversionDuration", kNumber, "0 (never)", kBySignaling, "hold_reversion_seconds",
                       kShownBySettings, "F91_Kpml"))),
    ours(lenient(guard(V "holdReversionInterval", kNumber, "30 s", kBySignaling, "hold_reversion_interval_seconds",
                       kShownBySettings, "F91_Kpml"))),
    ours(guard(V "scepServer", kText, "none", "certificate_manager", "scep", kShownBySettings, "F46_Elements")),
    ours(
        guard(V "scepRootFingerprint", kText, "none", "certificate_manager", "scep", kShownBySettings, "F46_Elements")),
    ours(guard(V "scepChallenge", kSecret, "none", "certificate_manager", "scep", kShownBySettings, "F46_Elements")),
    ours(guard(V "scepTripleDes", kSwitch, "off", "certificate_manager", "scep", kShownBySettings, "F46_Elements")),
    ours(guard(V "auditLogServer", kText, "none", "policy", "audit_collector", "phonectl status", "F2_AuditSettings")),
    ours(guard(V "sipOAuthServer", kText, "none", "signaling", "oauth", "phonectl status", "F7_OAuthConfiguration")),
    ours(
        guard(V "auditLogTransport", kText, "tcp", "policy", "audit_collector", "phonectl status", "F2_AuditSettings")),
    ours(guard(V "auditLogCertificate", kText, "none: the trust lists and TVS", "policy", "audit_collector",
               "phonectl status", "F2_AuditSettings")),
    ours(guard(V "playSecureIndicationTone", kSwitch, "off", kBySignaling, "secure_indication_tone", kShownBySecurity,
               "F50_IndicationTone_Settings")),
    ours(guard(V "secureModeWithoutCtl", kSwitch, "off", "policy", "secure_without_ctl", kShownBySecurity,
               "F12_WithoutCtl")),
    ours(guard(V "lscForWlan", kSwitch, "off", "network_access certificate_manager", "lsc_for_wlan", kShownBySecurity,
               "F46_Elements")),
#undef V
    {.path = "wlanProfiles", .type = kGroup, .ours = true},
    {.path = "wlanProfiles/wlanProfile", .type = kGroup, .repeated = true, .ours = true},
#define W "wlanProfiles/wlanProfile/"
    wlan(W "ssid", kText, "none"),
    wlan(W "security", kText, "wpa2"),
    wlan(W "eapMethod", kText, "auto"),
    wlan(W "user", kText, "none"),
    wlan(W "domain", kText, "none"),
    wlan(W "password", kSecret, "none"),
    wlan(W "key", kSecret, "none"),
    repeated(wlan(W "authority", kText, "the CAs on the trust lists")),
    wlan(W "server", kText, "none"),
    wlan(W "certificate", kText, "the first that is installed and allowed"),
    wlan(W "band", kText, "any"),
    wlan(W "fastRoaming", kText, "over the air"),
    wlan(W "compatible", kSwitch, "off"),
    wlan(W "gcmp256", kSwitch, "off"),
    wlan(W "locked", kSwitch, "off"),
#undef W
};

}  // namespace

std::span<const Element> hardening_elements() { return kHardeningElements; }

}  // namespace phone::policy::internal
