// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <string_view>

#include "services/policy/configuration/xml_reader.hpp"
#include "services/policy/files/ports.hpp"

// What a run makes of a file before it is judged.
namespace phone::policy {

// What is read of a configuration, signed and encrypted.
inline constexpr std::size_t kMaxFileBytes = kMaxXmlBytes + (std::size_t{64} << 10);

// Whether the bytes begin as a signed file does: VERSION, then HEADERLENGTH (cisco-formats.md A1).
inline bool looks_signed(std::string_view body) {
  constexpr std::string_view kVersion("\x01\x00\x02", 3);
  constexpr std::string_view kHeaderLength("\x02\x00\x02", 3);
  return body.size() >= 10 && body.substr(0, 3) == kVersion && body.substr(5, 3) == kHeaderLength;
}

// Signer version 1.1 says that the servers speak HTTPS with an EC certificate (cisco-formats.md E3).
inline bool https_expected(const TrustFacts& facts) { return facts.itl.installed && facts.itl.signer_version == "1.1"; }

// The server was reached and has no such file for this phone, whatever it calls that.
inline bool no_file(http::Outcome outcome) {
  return outcome == http::Outcome::kAbsent || outcome == http::Outcome::kUnserved;
}

}  // namespace phone::policy
