// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// grpc_status.hpp -- absl::Status <-> grpc::Status, with the reason beside the sentence (reason.hpp); the numbers are
// the same by design. Messages are cleaned in both directions, since they may quote foreign text. For rpc files only.
#pragma once

#include <absl/status/status.h>
#include <grpcpp/support/status.h>

namespace phone::mesh {

grpc::Status to_grpc(const absl::Status& status);
absl::Status from_grpc(const grpc::Status& status);

}  // namespace phone::mesh
