// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// Elements that no public source names (cisco-formats.md F and J5). All are OURS: a call manager other than tools/lab
// will not write them, and each has a strict default. They are read where vendorConfig is read, with the same
// precedence.
namespace phone::policy::own {

inline constexpr const char* kFips = "fipsMode";  // boolean, F3 F37
// "1.0", "1.1", "1.2" (default) or "1.3"; the first is for both where the second and third are silent (F72). Below 1.2
// is not allowed in FIPS mode.
inline constexpr const char* kTlsMinimum = "tlsMinimumVersion";
inline constexpr const char* kTlsClientMinimum = "tlsClientMinimumVersion";
inline constexpr const char* kTlsServerMinimum = "tlsServerMinimumVersion";
inline constexpr const char* kProtectedDevice = "protectedDevice";          // boolean, F50 F51
inline constexpr const char* kIndicationTone = "playSecureIndicationTone";  // boolean: a protected device plays it, F50
inline constexpr const char* kSecureWithoutCtl = "secureModeWithoutCtl";    // boolean: by the ITL alone, F12
inline constexpr const char* kDisableHandset = "disableHandset";            // boolean, F38
inline constexpr const char* kVoiceVlan = "voiceVlan";                      // boolean, on by default, F43
inline constexpr const char* kSrtpFallback = "srtpFallback";  // boolean: an SRTP offer may be answered with RTP
inline constexpr const char* kCallForks = "callForks";        // boolean: calls may be recorded or monitored, F101
inline constexpr const char* kSrtpSuites = "srtpSuites";      // comma list of SDES names, in order
inline constexpr const char* kCodecs = "codecs";              // comma list, in order
inline constexpr const char* kDiagnosticsDoor = "remoteDiagnostics";            // boolean
inline constexpr const char* kDiagnosticsPort = "remoteDiagnosticsPort";        // TCP port
inline constexpr const char* kEmergencyNumbers = "emergencyNumbers";            // comma list
inline constexpr const char* kHoldReversion = "holdReversionDuration";          // seconds on hold, 0 (default): never
inline constexpr const char* kHoldReversionInterval = "holdReversionInterval";  // seconds until the next reminder
inline constexpr const char* kScepServer = "scepServer";                        // host, host:port or http URL, F71
inline constexpr const char* kScepRootFingerprint = "scepRootFingerprint";      // SHA-1 or SHA-256 of the root, hex
inline constexpr const char* kScepChallenge = "scepChallenge";                  // secret
inline constexpr const char* kScepTripleDes = "scepTripleDes";  // boolean: for a SCEP server without AES; not in FIPS
// Host, or host:port (514, with TLS 6514), that gets the audit events by syslog (RFC 5424), F2.
inline constexpr const char* kAuditServer = "auditLogServer";
inline constexpr const char* kAuditTransport = "auditLogTransport";  // "tcp" (default), "tls" or "udp"
inline constexpr const char* kAuditCertificate =
    "auditLogCertificate";  // base64 DER: the collector's, or its authority's
// 802.1X on the switch port, F45: "tls" (default) or "fast"; the identity, default the phone's own; EAP-FAST's
// password, secret and taken from an encrypted file only; "best" (default), "lsc" or "mic"; names in the RADIUS
// server's certificate, comma list; base64 DER of a CA that may have issued it, repeatable, default those of the trust
// lists.
inline constexpr const char* kEapMethod = "eapMethod";
inline constexpr const char* kEapIdentity = "eapIdentity";
inline constexpr const char* kEapPassword = "eapPassword";
inline constexpr const char* kEapCertificate = "eapCertificate";
inline constexpr const char* kEapServer = "eapServer";
inline constexpr const char* kEapAuthority = "eapAuthority";
inline constexpr const char* kLscForWlan = "lscForWlan";  // boolean, F34
// "https://host:port/path": where the token of SIP OAuth is fetched, F7
inline constexpr const char* kOAuthServer = "sipOAuthServer";
inline constexpr const char* kSrstCertificate = "srstCertificate";  // in srstInfo: base64 DER, repeatable, F27

}  // namespace phone::policy::own
