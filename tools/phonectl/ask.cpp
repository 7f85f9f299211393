// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/phonectl/ask.hpp"

#include <cstdio>

#include "tools/phonectl/json.hpp"
#include "tools/phonectl/print_calls.hpp"

namespace phone::phonectl {

void out(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

absl::StatusOr<PhoneStatus> status_of(GatewayClient& client) {
  return client.call(&Gateway::Stub::GetStatus, phone::gateway::v1::GetStatusRequest());
}

absl::StatusOr<std::string> named_call(GatewayClient& client, const Request& request, Wanted wanted) {
  if (!request.call.empty()) return request.call;
  const absl::StatusOr<PhoneStatus> status = status_of(client);
  if (!status.ok()) return status.status();
  if (!status->has_signaling()) return absl::UnavailableError("signaling does not respond");
  return choose_call(status->signaling(), wanted);
}

absl::Status act_on_call(GatewayClient& client, const Request& request, Wanted wanted,
                         decltype(&Gateway::Stub::Answer) method) {
  const absl::StatusOr<std::string> name = named_call(client, request, wanted);
  if (!name.ok()) return name.status();
  phone::signaling::v1::CallRequest call;
  call.set_call(*name);
  const absl::StatusOr<phone::signaling::v1::CallReply> reply = client.call(method, call);
  if (!reply.ok()) return reply.status();
  out(request.json ? to_json(*reply, true) : call_line(reply->call()) + "\n");
  return absl::OkStatus();
}

absl::Status place_call(GatewayClient& client, const Request& request,
                        const phone::signaling::v1::DialRequest& number) {
  const auto reply = client.call(&Gateway::Stub::Dial, number);
  if (!reply.ok()) return reply.status();
  out(request.json ? to_json(*reply, true) : call_line(reply->call()) + "\n");
  return absl::OkStatus();
}

}  // namespace phone::phonectl
