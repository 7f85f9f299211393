// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/phonectl/gateway_client.hpp"

#include <absl/strings/str_cat.h>

namespace phone::phonectl {

GatewayClient::GatewayClient(const std::filesystem::path& socket) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 20);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 20);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 200);
  stub_ = Gateway::NewStub(
      grpc::CreateCustomChannel(absl::StrCat("unix:", socket.string()), grpc::InsecureChannelCredentials(), arguments));
}

}  // namespace phone::phonectl
