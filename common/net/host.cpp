// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/net/host.hpp"

namespace phone::net {
namespace {

constexpr std::size_t kMaxName = 253;  // RFC 1035 section 2.3.4

}  // namespace

bool plain_host(std::string_view host) {
  if (host.empty() || host.size() > kMaxName || host.front() == '-' || host.front() == '.') return false;
  for (const char c : host) {
    const bool fine =
        (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '-' || c == ':';
    if (!fine) return false;
  }
  return true;
}

}  // namespace phone::net
