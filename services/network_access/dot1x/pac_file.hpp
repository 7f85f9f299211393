// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

// The PAC file as wpa_supplicant writes it (eap_fast_pac.c, text version 1). It holds keys: nothing of it is printed.
namespace phone::network {

inline constexpr std::size_t kMaxPacFile = 64 * 1024;

struct PacFacts {
  unsigned count = 0;
  absl::Time earliest_end =
      absl::InfiniteFuture();  // CRED_LIFETIME (RFC 4851 section 4.2.9); InfiniteFuture: none says
};

// INVALID_ARGUMENT for anything else, or longer.
absl::StatusOr<PacFacts> read_pac(std::string_view file);

// When to authenticate again so that the server renews the PAC before it ends: a tenth of its lifetime, at most a day,
// before. Servers renew in a window before the end only, and a phone that tries too early loses nothing.
absl::Time renew_at(const PacFacts& pac, absl::Time now);

}  // namespace phone::network
