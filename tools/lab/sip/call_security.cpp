// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/lab/sip/call_security.hpp"

#include <algorithm>
#include <sstream>

namespace phone::lab {

std::string srtp_suite(const std::string& sdp) {
  const size_t media = sdp.find("m=audio");
  if (media == std::string::npos || sdp.find("RTP/SAVP", media) == std::string::npos) return {};
  const size_t crypto = sdp.find("a=crypto:", media);
  if (crypto == std::string::npos) return {};
  std::istringstream line(sdp.substr(crypto, sdp.find('\n', crypto) - crypto));
  std::string tag, suite;
  line >> tag >> suite;
  return suite;
}

SecurityLevel leg_level(bool tls, const std::string& sdp) {
  if (!tls) return SecurityLevel::kNotAuthenticated;
  return srtp_suite(sdp).empty() ? SecurityLevel::kAuthenticated : SecurityLevel::kEncrypted;
}

SecurityLevel lowest(SecurityLevel left, SecurityLevel right) { return std::min(left, right); }

const char* level_name(SecurityLevel level) {
  switch (level) {
    case SecurityLevel::kEncrypted:
      return "Encrypted";
    case SecurityLevel::kAuthenticated:
      return "Authenticated";
    case SecurityLevel::kNotAuthenticated:
      return "NotAuthenticated";
    case SecurityLevel::kUnknown:
      break;
  }
  return "Unknown";
}

}  // namespace phone::lab
