// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// registered_methods_rpc.hpp -- the unary methods of one role, made known to gRPC by name: such a call arrives together
// with its message, one queue event less than for a call of an unregistered method. Others (streams, methods
// with a price, whose message is read only after the call was admitted, methods this role is not served, names that do
// not exist) arrives generically and is refused or served there.
#pragma once

#include <grpcpp/grpcpp.h>
#include <grpcpp/support/async_unary_call.h>

#include <cstddef>
#include <deque>
#include <string>
#include <vector>

#include "common/mesh/server/router.hpp"

namespace phone::mesh {

class RegisteredMethods final : public grpc::Service {
 public:
  RegisteredMethods(const Router& router, Role role);

  size_t size() const { return methods_.size(); }
  const Router::Method& method(size_t index) const { return *methods_[index]; }
  // Takes the next call of a method; `tag` comes when it is there with its message.
  void request(size_t index, grpc::ServerContext* context, grpc::ByteBuffer* message,
               grpc::ServerAsyncResponseWriter<grpc::ByteBuffer>* writer, grpc::ServerCompletionQueue* queue,
               void* tag) {
    RequestAsyncUnary(static_cast<int>(index), context, message, writer, queue, queue, tag);
  }

 private:
  std::vector<const Router::Method*> methods_;
  std::deque<std::string> paths_;  // gRPC keeps pointers to them
};

}  // namespace phone::mesh
