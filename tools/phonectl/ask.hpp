// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/statusor.h>
#include <string>

#include "phone/gateway/v1/gateway.grpc.pb.h"
#include "tools/phonectl/choose_call.hpp"
#include "tools/phonectl/commands.hpp"

// What commands have in common: questions to the gateway, and the answer on standard output.
namespace phone::phonectl {

using Gateway = phone::gateway::v1::Gateway;
using phone::gateway::v1::PhoneStatus;

void out(const std::string& text);
absl::StatusOr<PhoneStatus> status_of(GatewayClient& client);
// The call of the request, or the only one it can be.
absl::StatusOr<std::string> named_call(GatewayClient& client, const Request& request, Wanted wanted);
absl::Status act_on_call(GatewayClient& client, const Request& request, Wanted wanted,
                         decltype(&Gateway::Stub::Answer) method);
absl::Status place_call(GatewayClient& client, const Request& request, const phone::signaling::v1::DialRequest& number);

}  // namespace phone::phonectl
