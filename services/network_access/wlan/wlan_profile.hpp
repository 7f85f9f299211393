// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/crypto/secret.hpp"
#include "services/network_access/dot1x/access_cause.hpp"
#include "services/network_access/dot1x/eap_profile.hpp"

// From a WLAN profile to wpa_supplicant's settings: the article's table of fast roaming, authentication, key
// management, encryption and protected management frames, as one function.
namespace phone::network {

enum class WlanSecurity : std::uint8_t {
  kOpen = 1,        // no authentication and no encryption
  kPsk = 2,         // WPA2
  kSae = 3,         // WPA3
  kEnterprise = 4,  // WPA2
  kEnterprise3 = 5  // WPA3
};
enum class WlanEap : std::uint8_t {
  kTls = 1,
  kFast = 2,
  kPeapMschapv2 = 3,
  kPeapGtc = 4,
  kAuto = 5  // EAP-FAST or PEAP, whichever the server offers; never EAP-TLS, which must be named
};

enum class WlanBand : std::uint8_t { kAny = 0, k24 = 1, k5 = 2 };

// What the phone has learned with a profile of the configuration, over restarts.
struct RememberedWlan {
  std::string profile;             // its digest
  std::string cleared;             // as in WlanProfile
  std::vector<std::string> known;  // the same
  friend bool operator==(const RememberedWlan&, const RememberedWlan&) = default;
};

struct WlanProfile {
  bool enabled = false;
  std::string ssid;
  WlanSecurity security = WlanSecurity::kEnterprise;
  WlanEap eap = WlanEap::kTls;       // enterprise only
  crypto::Secret key;                // PSK and SAE only: 8 to 63 ASCII characters
  std::string user;                  // "domain\username" as it is; empty with EAP-TLS: the phone's own
  crypto::Secret password;           // EAP-FAST, PEAP
  std::vector<std::string> anchors;  // DER
  std::vector<std::string> servers;
  bool compatible = false;  // with access points that know the oldest WPA: TKIP besides AES
  bool ckip = false;        // asked for by old configurations; refused, since the phone has none
  EapCertificate certificate = EapCertificate::kBest;  // EAP-TLS only
  bool over_the_ds = false;                            // fast roaming through the old access point; else over the air
  bool fast_roaming = true;                            // 802.11r
  WlanBand band = WlanBand::kAny;
  bool gcmp = false;               // GCMP-256 besides CCMP
  std::string cleared;             // why the password has been cleared; empty: it has not
  std::vector<std::string> known;  // access points that have let the phone in (refusals.hpp)
  // Of the profile of the phone's menu only.
  bool switched_off = false;               // by the user: the configuration's profiles are not used either
  std::vector<RememberedWlan> remembered;  // of the configuration's profiles
  friend bool operator==(const WlanProfile&, const WlanProfile&) = default;
};

const char* name_of(WlanSecurity security);  // "WPA3-SAE"
bool in_band(unsigned megahertz, WlanBand band);
const char* fast_roaming_of(const WlanProfile& profile);  // "802.11r over the air"
std::string method_of(const WlanProfile& profile);        // "WPA2 enterprise, EAP-TLS"
// The EAP identity; empty without EAP. `domain\username` as it is; the phone's own with EAP-TLS.
std::string eap_identity(const WlanProfile& profile, const EapEnvironment& around);
bool has_eap(const WlanProfile& profile);
bool keeps_pac(const WlanProfile& profile);  // the server may choose EAP-FAST

// With the sentence a user reads: INVALID_ARGUMENT, or FAILED_PRECONDITION for what the policy rules out.
absl::Status check_profile(const WlanProfile& profile, const tls::Policy& policy);

// The settings in the order they are sent; files and key are those of `around`.
absl::StatusOr<std::vector<Setting>> supplicant_settings(const WlanProfile& profile, const EapEnvironment& around);

// What may speak against a stored password.
enum class WlanTrouble : std::uint8_t {
  kCredentialsRefused = 1,
  kRootInvalid = 2,  // an installed root certificate is not a CA
  kRootExpired = 3,
  kMethodDisabled = 4,  // the server no longer offers the profile's EAP type
  kServerRefused = 5,   // its certificate: untrusted, expired or of another name; an impostor's proves nothing
  kSilent = 6,          // access point or server
  kWrongKey = 7         // PSK, SAE
};
// What a failure means for the password, if it is believed (refusals.hpp); nothing for one without bearing on it.
std::optional<WlanTrouble> trouble_of(AccessCause cause);
// The fault that all authorities of the profile share, judged before anything is sent: none is a CA, or each has
// expired.
std::optional<WlanTrouble> trouble_of_roots(const std::vector<std::string>& anchors, absl::Time now);
// The sentence when the stored password is cleared, as in exactly the article's cases; empty when it stays.
const char* why_cleared(const WlanProfile& profile, WlanTrouble trouble);

}  // namespace phone::network
