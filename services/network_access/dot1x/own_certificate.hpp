// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "services/network_access/dot1x/access_cause.hpp"
#include "services/network_access/dot1x/eap_profile.hpp"

namespace phone::network {

struct OwnCertificate {
  EapCertificate kind = EapCertificate::kMic;
  std::vector<std::string> chain;  // DER, leaf first
  absl::Time not_before, not_after;
  friend bool operator==(const OwnCertificate&, const OwnCertificate&) = default;
};

struct NoCertificate {
  AccessCause cause;
  std::string detail;
};

// Which kinds may be shown, best first.
std::vector<EapCertificate> wired_kinds();
std::vector<EapCertificate> wlan_kinds(bool lsc_allowed);  // FEATURES.md, F34: by an explicit policy setting only

// The one to show: the kind the profile asks for, else the first of `allowed`, passing over one that is not valid now.
// No server says that ours has expired, so it is found out before anything is sent.
std::variant<OwnCertificate, NoCertificate> choose_own(EapCertificate wanted,
                                                       const std::vector<EapCertificate>& allowed,
                                                       const std::vector<OwnCertificate>& installed, absl::Time now);

// Kind and issuer, by which an administrator finds it on the RADIUS server: "LSC, issued by CN=CAPF".
std::string text_of(const OwnCertificate& own);

// Where the supplicant finds its key: a name in our PKCS#11 module. `place` is "wired" or "wlan".
std::string key_uri(const char* place, EapCertificate kind);

}  // namespace phone::network
