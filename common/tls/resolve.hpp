// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// resolve.hpp -- names to addresses within a deadline. getaddrinfo(3) knows none: where the DNS server is silent it
// takes half a minute, and nothing stops it.
#pragma once

#include <absl/status/statusor.h>
#include <absl/time/time.h>
#include <netdb.h>

#include <functional>
#include <memory>
#include <string>

namespace phone::tls {

using AddressList = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;
// Called on a thread of its own, which may outlive the caller.
using Lookup = std::function<absl::StatusOr<AddressList>(const std::string& host, const std::string& port)>;

// An address as text, without a lookup; `port` may be empty. UNAVAILABLE when it is not an address.
absl::StatusOr<AddressList> parse_address(const std::string& host, const std::string& port);
// The system's resolver, which may take any time.
absl::StatusOr<AddressList> look_up(const std::string& host, const std::string& port);

// Lookups under way in this process; abandoned ones count until they end.
inline constexpr int kLookups = 8;
// CANCELLED once `cancel_fd` (or -1) is readable, DEADLINE_EXCEEDED, UNAVAILABLE with kLookups under way.
absl::StatusOr<AddressList> resolve(const std::string& host, const std::string& port, absl::Time deadline,
                                    int cancel_fd, const Lookup& lookup = &look_up);

}  // namespace phone::tls
