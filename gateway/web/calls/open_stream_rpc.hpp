// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <google/protobuf/descriptor.h>
#include <grpcpp/channel.h>
#include <grpcpp/support/byte_buffer.h>

#include <memory>
#include <string>

#include "gateway/web/server/gateway_port.hpp"

namespace phone::gateway::web {

// Opens a server stream of the gateway with one request. Messages are read from gRPC only when they are asked for.
std::unique_ptr<GatewayPort::Stream> open_stream(const std::shared_ptr<grpc::Channel>& channel, const std::string& path,
                                                 const google::protobuf::Descriptor& reply, grpc::ByteBuffer request,
                                                 GatewayPort::Timeout timeout);

}  // namespace phone::gateway::web
