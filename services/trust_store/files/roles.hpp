// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What a listed certificate may do (cisco-formats.md A1).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace phone::trust {

enum class Role : std::uint16_t {
  kSast = 0,
  kCcm = 1,
  kCcmTftp = 2,
  kTftp = 3,
  kCapf = 4,
  kAppServer = 7,
  kTvs = 21,
  kSrst = 60,  // on no list: the configuration brings the certificate
};

enum class ListKind { kCtl, kItl };

// Nothing for the numbers whose meaning is unknown (5, 6, 8..20), and for those that no list has.
std::optional<Role> role_of(std::uint16_t code);
std::string_view name_of(Role role);
std::string_view name_of(ListKind kind);
std::string file_name(ListKind kind);  // "CTLFile.tlv", "ITLFile.tlv" (A3)

// A certificate listed as `listed` may act as `wanted`: CCM+TFTP is both CCM and TFTP.
bool fits(Role listed, Role wanted);

// Foreign text for people: control and non-ASCII bytes as '?', at most 200 characters.
std::string printable(std::string_view text);

}  // namespace phone::trust
