// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/trust_store/files/roles.hpp"

namespace phone::trust {

std::optional<Role> role_of(std::uint16_t code) {
  switch (code) {
    case 0:
      return Role::kSast;
    case 1:
      return Role::kCcm;
    case 2:
      return Role::kCcmTftp;
    case 3:
      return Role::kTftp;
    case 4:
      return Role::kCapf;
    case 7:
      return Role::kAppServer;
    case 21:
      return Role::kTvs;
    default:
      return std::nullopt;
  }
}

std::string_view name_of(Role role) {
  switch (role) {
    case Role::kSast:
      return "SAST";
    case Role::kCcm:
      return "CCM";
    case Role::kCcmTftp:
      return "CCM+TFTP";
    case Role::kTftp:
      return "TFTP";
    case Role::kCapf:
      return "CAPF";
    case Role::kAppServer:
      return "APP-SERVER";
    case Role::kTvs:
      return "TVS";
    case Role::kSrst:
      return "SRST";
  }
  return "?";
}

std::string_view name_of(ListKind kind) { return kind == ListKind::kCtl ? "CTL" : "ITL"; }

std::string file_name(ListKind kind) { return std::string(name_of(kind)) + "File.tlv"; }

bool fits(Role listed, Role wanted) {
  if (listed == wanted) return true;
  return listed == Role::kCcmTftp && (wanted == Role::kCcm || wanted == Role::kTftp);
}

std::string printable(std::string_view text) {
  constexpr std::size_t kLongest = 200;
  std::string result(text.substr(0, kLongest));
  for (char& c : result) {
    if (c < 0x20 || c > 0x7E) c = '?';
  }
  if (text.size() > kLongest) result += "...";
  return result;
}

}  // namespace phone::trust
