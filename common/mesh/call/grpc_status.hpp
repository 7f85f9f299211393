// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// grpc_status.hpp -- absl::Status <-> grpc::Status; the numbers are the same by design. Messages are cleaned in
// both directions, since they may quote foreign text. For rpc files only.
#pragma once

#include <absl/status/status.h>
#include <grpcpp/support/status.h>

#include "common/text/foreign_text.hpp"

namespace phone::mesh {

inline constexpr size_t kMostStatusText = 1024;  // travels in trailing metadata, of which HTTP/2 peers take 8 KiB

inline grpc::Status to_grpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  return {static_cast<grpc::StatusCode>(status.code()),
          text::clean({status.message().data(), status.message().size()}, kMostStatusText)};
}

inline absl::Status from_grpc(const grpc::Status& status) {
  return status.ok() ? absl::OkStatus()
                     : absl::Status(static_cast<absl::StatusCode>(status.error_code()),
                                    text::clean(status.error_message(), kMostStatusText));
}

}  // namespace phone::mesh
