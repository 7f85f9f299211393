// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>

#include "phone/gateway/v1/gateway.pb.h"
#include "tools/phonectl/text.hpp"

namespace phone::phonectl {

// Link, addresses, 802.1X, WLAN, time, without how the lease came about.
std::string print_network_facts(const phone::gateway::v1::PhoneStatus& status, const View& view);
// The same with it.
std::string print_network(const phone::gateway::v1::PhoneStatus& status, const View& view);

}  // namespace phone::phonectl
