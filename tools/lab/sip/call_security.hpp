// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What the call manager says of a call's security: the lowest of its legs (cisco-formats.md G3).
#pragma once

#include <string>

namespace phone::lab {

enum class SecurityLevel { kUnknown, kNotAuthenticated, kAuthenticated, kEncrypted };  // ascending

// Of one leg: Encrypted is TLS with an SDES crypto line under RTP/SAVP; Authenticated is TLS without one.
SecurityLevel leg_level(bool tls, const std::string& sdp);
SecurityLevel lowest(SecurityLevel left, SecurityLevel right);
const char* level_name(SecurityLevel level);

// The suite of the first crypto line that counts (an answer has one); nothing in plain RTP.
std::string srtp_suite(const std::string& sdp);

}  // namespace phone::lab
