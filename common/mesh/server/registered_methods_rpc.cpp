// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/mesh/server/registered_methods_rpc.hpp"

namespace phone::mesh {

RegisteredMethods::RegisteredMethods(const Router& router, Role role) : methods_(router.cheap_methods(role)) {
  for (size_t i = 0; i < methods_.size(); ++i) {
    const std::string& path = paths_.emplace_back("/" + methods_[i]->name);
    AddMethod(new grpc::internal::RpcServiceMethod(path.c_str(), grpc::internal::RpcMethod::NORMAL_RPC, nullptr));
    MarkMethodRaw(static_cast<int>(i));
  }
}

}  // namespace phone::mesh
