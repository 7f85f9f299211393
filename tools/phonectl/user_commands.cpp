// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Commands about what the user has: ringing calls, the handset, lines, speed dials, the history.
#include <absl/strings/str_cat.h>

#include "tools/phonectl/ask.hpp"
#include "tools/phonectl/json.hpp"
#include "tools/phonectl/print_calls.hpp"
#include "tools/phonectl/print_memory.hpp"
#include "tools/phonectl/prompt.hpp"

namespace phone::phonectl {
namespace {

using phone::signaling::v1::GetMemoryReply;
using phone::signaling::v1::GetMemoryRequest;

absl::StatusOr<GetMemoryReply> memory_of(GatewayClient& client) {
  return client.call(&Gateway::Stub::GetMemory, GetMemoryRequest());
}

}  // namespace

absl::Status decline(GatewayClient& client, const Request& request, const View&) {
  return act_on_call(client, request, Wanted::kRinging, &Gateway::Stub::Decline);
}

absl::Status ignore(GatewayClient& client, const Request& request, const View&) {
  return act_on_call(client, request, Wanted::kRinging, &Gateway::Stub::Ignore);
}

absl::Status set_hook(GatewayClient& client, const Request& request, const View&) {
  phone::signaling::v1::SetHookRequest order;
  order.set_off_hook(request.hook == "off");
  const auto reply = client.call(&Gateway::Stub::SetHook, order);
  if (!reply.ok()) return reply.status();
  if (request.json) {
    out(to_json(*reply, true));
    return absl::OkStatus();
  }
  out(absl::StrCat("the handset is ", reply->off_hook() ? "off" : "on", " the hook\n",
                   reply->has_call() ? call_line(reply->call()) + "\n" : ""));
  return absl::OkStatus();
}

absl::Status set_do_not_disturb(GatewayClient& client, const Request& request, const View&) {
  phone::signaling::v1::SetDoNotDisturbRequest order;
  order.set_on(request.hook == "on");
  const auto reply = client.call(&Gateway::Stub::SetDoNotDisturb, order);
  if (!reply.ok()) return reply.status();
  out(request.json ? to_json(*reply, true)
                   : absl::StrCat("the call manager has taken it: do not disturb ", request.hook, "\n"));
  return absl::OkStatus();
}

absl::Status authorize(GatewayClient& client, const Request& request, const View&) {
  absl::StatusOr<std::string> code = read_secret("Activation code: ", "activation code");
  if (!code.ok()) return code.status();
  phone::signaling::v1::AuthorizeRequest order;
  order.set_activation_code(*code);
  wipe(*code);
  const auto reply = client.call(&Gateway::Stub::Authorize, order);
  wipe(*order.mutable_activation_code());
  if (!reply.ok()) return reply.status();
  out(request.json ? to_json(*reply, true) : "the phone is authorized; it registers with its token\n");
  return absl::OkStatus();
}

absl::Status redial(GatewayClient& client, const Request& request, const View&) {
  phone::signaling::v1::DialRequest last;
  last.set_redial(true);
  last.set_line(request.line);
  return place_call(client, request, last);
}

absl::Status speed_dial(GatewayClient& client, const Request& request, const View& view) {
  if (request.speed_dial != 0) {
    phone::signaling::v1::DialRequest button;
    button.set_speed_dial(request.speed_dial);
    button.set_line(request.line);
    return place_call(client, request, button);
  }
  const auto memory = memory_of(client);
  if (!memory.ok()) return memory.status();
  out(request.json ? to_json(*memory, true) : print_speed_dials(*memory, view));
  return absl::OkStatus();
}

absl::Status show_history(GatewayClient& client, const Request& request, const View& view) {
  const auto memory = memory_of(client);
  if (!memory.ok()) return memory.status();
  out(request.json ? to_json(*memory, true) : print_history(*memory, view));
  return absl::OkStatus();
}

absl::Status forget_calls(GatewayClient& client, const Request& request, const View&) {
  phone::signaling::v1::ForgetCallsRequest order;
  order.mutable_entry()->Assign(request.entries.begin(), request.entries.end());
  order.set_all(request.entries.empty());
  const auto reply = client.call(&Gateway::Stub::ForgetCalls, order);
  if (!reply.ok()) return reply.status();
  out(request.json ? to_json(*reply, true)
                   : absl::StrCat("calls removed from the history: ", reply->forgotten(), "\n"));
  return absl::OkStatus();
}

absl::Status show_lines(GatewayClient& client, const Request& request, const View& view) {
  const absl::StatusOr<PhoneStatus> status = status_of(client);
  if (!status.ok()) return status.status();
  if (!status->has_signaling()) return absl::UnavailableError("signaling does not respond");
  out(request.json ? to_json(status->signaling(), true) : print_lines(status->signaling(), view));
  return absl::OkStatus();
}

}  // namespace phone::phonectl
