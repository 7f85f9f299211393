// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <google/protobuf/descriptor.h>
#include <grpcpp/channel.h>

#include <filesystem>
#include <memory>

#include "gateway/web/server/gateway_port.hpp"

namespace phone::gateway::web {

// Passes calls of any method in the gateway's contract to the gateway's socket; the gateway checks who may call it.
// Nothing is retried: a lost answer is UNAVAILABLE.
class GatewayClient final : public GatewayPort {
 public:
  explicit GatewayClient(const std::filesystem::path& socket);

  std::optional<Method> find(std::string_view service, std::string_view method) const override;
  void call(const std::string& service, const std::string& method, std::string_view json, Timeout timeout,
            Done done) override;
  absl::StatusOr<std::unique_ptr<Stream>> open(const std::string& service, const std::string& method,
                                               std::string_view json, Timeout timeout) override;

 private:
  const std::shared_ptr<grpc::Channel> channel_;
};

}  // namespace phone::gateway::web
