// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/network_access/link/lease.hpp"

namespace phone::network {

using LeaveOut = std::function<void(DhcpOption, const std::string& why)>;

// Of option 121 (RFC 3442), or of option 3 where there is no valid 121. A gateway beyond the link is reached as if it
// were on it: whether a server means that nobody can tell, and else such a network has no way out at all.
std::vector<Route> routes_of(const DhcpMessage& message, const InterfaceAddress& own, const LeaveOut& leave_out);

}  // namespace phone::network
