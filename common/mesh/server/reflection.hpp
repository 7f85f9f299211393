// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// reflection.hpp -- grpc.reflection.v1 and v1alpha, which are the same on the wire, answered from the generated
// descriptors. Our own, because linking libgrpc++_reflection would switch reflection on for every server of the process
// (protocols/mesh.md, gRPC trap 3).
#pragma once

#include <set>
#include <string>

#include "grpc/reflection/v1/reflection.pb.h"
#include "grpc/reflection/v1alpha/reflection.pb.h"

namespace phone::mesh {

grpc::reflection::v1::ServerReflectionResponse reflect(const grpc::reflection::v1::ServerReflectionRequest& request,
                                                       const std::set<std::string>& services);
grpc::reflection::v1alpha::ServerReflectionResponse reflect(
    const grpc::reflection::v1alpha::ServerReflectionRequest& request, const std::set<std::string>& services);

}  // namespace phone::mesh
