// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The configuration's elements, the lock of the settings, and the way out of a configuration.
#include <absl/strings/str_cat.h>

#include "tools/phonectl/ask.hpp"
#include "tools/phonectl/commands.hpp"
#include "tools/phonectl/json.hpp"
#include "tools/phonectl/print_settings.hpp"
#include "tools/phonectl/prompt.hpp"

namespace phone::phonectl {
using phone::gateway::v1::Gateway;

absl::Status show_settings(GatewayClient& client, const Request& request, const View& view) {
  const auto settings = client.call(&Gateway::Stub::ListSettings, phone::policy::v1::ListSettingsRequest());
  if (!settings.ok()) return settings.status();
  if (request.json) {
    out(to_json(*settings, true));
    return absl::OkStatus();
  }
  const auto status = client.call(&Gateway::Stub::GetStatus, phone::gateway::v1::GetStatusRequest());
  if (!status.ok()) return status.status();
  out(print_settings(*settings, status->security(), request.all, view));
  return absl::OkStatus();
}

absl::Status unlock(GatewayClient& client, const Request& request, const View&) {
  absl::StatusOr<std::string> password = read_secret("Phone password: ", "phone password");
  if (!password.ok()) return password.status();
  phone::policy::v1::UnlockRequest order;
  order.set_password(*password);
  wipe(*password);
  const auto reply = client.call(&Gateway::Stub::Unlock, order);
  wipe(*order.mutable_password());
  if (!reply.ok()) return reply.status();
  if (!reply->unlocked()) return absl::PermissionDeniedError(reply->reason());
  out(request.json ? to_json(*reply, true)
                   : "the settings are unlocked for some minutes; lock them with: phonectl lock\n");
  return absl::OkStatus();
}

absl::Status lock(GatewayClient& client, const Request& request, const View&) {
  const auto reply = client.call(&Gateway::Stub::Lock, phone::policy::v1::LockRequest());
  if (!reply.ok()) return reply.status();
  out(request.json ? to_json(*reply, true) : "the settings are locked\n");
  return absl::OkStatus();
}

absl::Status reset(GatewayClient& client, const Request& request, const View&) {
  phone::policy::v1::ResetRequest order;
  order.set_reason(request.reason);
  order.set_factory(request.all);
  const auto reply = client.call(&Gateway::Stub::Reset, order);
  if (!reply.ok()) return reply.status();
  out(request.json  ? to_json(*reply, true)
      : request.all ? "the phone erases everything but its MIC and its image, and starts anew\n"
                    : "the configuration is forgotten and fetched again; follow it with: phonectl watch\n");
  return absl::OkStatus();
}

}  // namespace phone::phonectl
