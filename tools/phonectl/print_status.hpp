// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>

#include "phone/gateway/v1/gateway.pb.h"
#include "tools/phonectl/text.hpp"

namespace phone::phonectl {

// Everything there is to say about this phone, one paragraph a subject.
std::string print_status(const phone::gateway::v1::PhoneStatus& status, const View& view);

// The Security Setup menu.
std::string print_security(const phone::gateway::v1::PhoneStatus& status, const View& view);

// What is not known because its service does not answer; "" when all do.
std::string print_unreachable(const phone::gateway::v1::PhoneStatus& status, const View& view);

}  // namespace phone::phonectl
