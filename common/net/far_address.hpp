// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <netinet/in.h>

#include <string_view>

#include "absl/status/status.h"

// Where a far end may have media sent to. Its description is a wish: the phone itself, groups, and addresses that no
// far end can have are not granted.
namespace phone::net {

enum class AddressKind : uint8_t {
  kOrdinary,
  kUnspecified,
  kLoopback,
  kLinkLocal,
  kMulticast,
  kBroadcast,
  kReserved,
};
// IPv4 is a mapped address. One wrapped in IPv6 (6to4, NAT64) has the kind of the address inside.
AddressKind kind_of(const in6_addr& address);

// Whether packets may go to `far` from a socket on `own`. A phone whose own address is a loopback or link-local one is
// on that network and reaches others on it. The error names the kind of `far`.
absl::Status check_far_address(const in6_addr& far, const in6_addr& own);
// The same for text. `own` may be empty: nothing but ordinary addresses passes. INVALID_ARGUMENT, also for text that is
// not a numeric address.
absl::Status check_far_address(std::string_view far, std::string_view own);

// "0.0.0.0" and "::", with which a far end holds a call (RFC 3264 section 8.4).
bool is_unspecified(std::string_view address);

}  // namespace phone::net
