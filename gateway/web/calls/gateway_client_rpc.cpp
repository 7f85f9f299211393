// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "gateway/web/calls/gateway_client_rpc.hpp"

#include <absl/strings/str_cat.h>
#include <grpcpp/generic/generic_stub.h>

#include <utility>

#include "common/mesh/call/grpc_status.hpp"
#include "common/mesh/call/method_table.hpp"
#include "common/mesh/client/client.hpp"
#include "gateway/web/calls/buffer_rpc.hpp"
#include "gateway/web/calls/json_rpc.hpp"
#include "gateway/web/calls/open_stream_rpc.hpp"
#include "phone/gateway/v1/gateway.pb.h"

namespace phone::gateway::web {
namespace {

constexpr std::string_view kService = "phone.gateway.v1.Gateway";

const google::protobuf::MethodDescriptor& descriptor_of(const std::string& method) {
  const auto* file = phone::gateway::v1::PhoneStatus::descriptor()->file();
  return *file->FindServiceByName("Gateway")->FindMethodByName(method);
}

std::string path_of(const std::string& service, const std::string& method) {
  return absl::StrCat("/", service, "/", method);
}

class UnaryCall final : mesh::ClientQueue::Call {
 public:
  static void start(const std::shared_ptr<grpc::Channel>& channel, const std::string& path,
                    const google::protobuf::Descriptor& reply, const grpc::ByteBuffer& request,
                    GatewayPort::Timeout timeout, GatewayPort::Done done) {
    auto* call = new UnaryCall(reply, std::move(done));
    if (!mesh::ClientQueue::instance().enter(call)) {
      call->done_(absl::CancelledError("the process is shutting down"));
      delete call;
      return;
    }
    call->context_.set_wait_for_ready(true);
    if (timeout) call->context_.set_deadline(std::chrono::system_clock::now() + *timeout);
    auto& queue = mesh::ClientQueue::instance().queue();
    call->reader_ = grpc::GenericStub(channel).PrepareUnaryCall(&call->context_, path, request, &queue);
    call->reader_->StartCall();
    call->reader_->Finish(&call->reply_, &call->status_, static_cast<mesh::ClientQueue::Call*>(call));
  }

 private:
  UnaryCall(const google::protobuf::Descriptor& reply, GatewayPort::Done done) : type_(reply), done_(std::move(done)) {}

  void completed(bool) override {
    mesh::ClientQueue::instance().leave(this);
    done_(status_.ok() ? json_of(type_, text_of(reply_)) : absl::StatusOr<std::string>(mesh::from_grpc(status_)));
    delete this;
  }
  void cancel() override { context_.TryCancel(); }

  const google::protobuf::Descriptor& type_;
  const GatewayPort::Done done_;
  grpc::ClientContext context_;
  grpc::ByteBuffer reply_;
  grpc::Status status_;
  std::unique_ptr<grpc::ClientAsyncResponseReader<grpc::ByteBuffer>> reader_;
};

}  // namespace

GatewayClient::GatewayClient(const std::filesystem::path& socket) : channel_(mesh::open_channel(socket)) {}

std::optional<GatewayPort::Method> GatewayClient::find(std::string_view service, std::string_view method) const {
  if (service != kService) return std::nullopt;
  for (const mesh::MethodRow& row : mesh::methods_of(kService)) {
    // Bytes are a third longer in JSON, and names come on top of small fields.
    if (row.method == method && !row.client_streams)
      return Method{.streams = row.server_streams, .largest_body = std::size_t{row.largest_request} * 2};
  }
  return std::nullopt;
}

void GatewayClient::call(const std::string& service, const std::string& method, std::string_view json, Timeout timeout,
                         Done done) {
  const auto& descriptor = descriptor_of(method);
  const auto request = bytes_of(*descriptor.input_type(), json);
  if (!request.ok()) return done(request.status());
  UnaryCall::start(channel_, path_of(service, method), *descriptor.output_type(), buffer_of(*request), timeout,
                   std::move(done));
}

absl::StatusOr<std::unique_ptr<GatewayPort::Stream>> GatewayClient::open(const std::string& service,
                                                                         const std::string& method,
                                                                         std::string_view json, Timeout timeout) {
  const auto& descriptor = descriptor_of(method);
  const auto request = bytes_of(*descriptor.input_type(), json);
  if (!request.ok()) return request.status();
  return open_stream(channel_, path_of(service, method), *descriptor.output_type(), buffer_of(*request), timeout);
}

}  // namespace phone::gateway::web
