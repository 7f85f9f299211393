// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/phonectl/gateway_client.hpp"

#include <absl/strings/str_cat.h>

#include "grpc/health/v1/health.grpc.pb.h"

namespace phone::phonectl {

namespace {

constexpr char kSaidByPhone[] = "said by the phone";
constexpr absl::Duration kPatience = absl::Seconds(10);
constexpr int kKeepaliveMilliseconds = 20'000;

grpc::ChannelArguments quick_to_reconnect() {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 20);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 20);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 200);
  return arguments;
}

// A phone that vanished is noticed; the door allows one connection a few attempts a second.
grpc::ChannelArguments far_away(const std::string& server_name) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMilliseconds);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 2000);
  if (!server_name.empty()) arguments.SetSslTargetNameOverride(server_name);
  return arguments;
}

}  // namespace

GatewayClient::GatewayClient(const std::filesystem::path& socket)
    : channel_(grpc::CreateCustomChannel(absl::StrCat("unix:", socket.string()), grpc::InsecureChannelCredentials(),
                                         quick_to_reconnect())),
      stub_(Gateway::NewStub(channel_)) {}

GatewayClient::GatewayClient(const Remote& remote, const std::shared_ptr<grpc::ChannelCredentials>& credentials)
    : remote_(true),
      channel_(
          grpc::CreateCustomChannel(absl::StrCat("dns:", remote.target), credentials, far_away(remote.server_name))),
      stub_(Gateway::NewStub(channel_)) {}

// The phone's refusals, and only they, have details beside the sentence.
absl::Status GatewayClient::to_absl(const grpc::Status& status) {
  absl::Status told(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
  if (!status.ok() && !status.error_details().empty()) told.SetPayload(kSaidByPhone, absl::Cord());
  return told;
}

bool said_by_phone(const absl::Status& status) { return status.GetPayload(kSaidByPhone).has_value(); }

absl::Status GatewayClient::reachable() const {
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + kPatience));
  grpc::health::v1::HealthCheckResponse serving;
  return to_absl(grpc::health::v1::Health::NewStub(channel_)->Check(&context, {}, &serving));
}

}  // namespace phone::phonectl
