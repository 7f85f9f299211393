// grpc_status.hpp -- absl::Status <-> grpc::Status; the numbers are the same by design. For rpc files alone.
#pragma once

#include <absl/status/status.h>
#include <grpcpp/support/status.h>

#include <string>

namespace phone::mesh {

inline grpc::Status to_grpc(const absl::Status& status) {
  constexpr size_t kMaxText = 1024;  // travels in trailing metadata, of which HTTP/2 peers take 8 KiB
  if (status.ok()) return grpc::Status::OK;
  return {static_cast<grpc::StatusCode>(status.code()), std::string(status.message().substr(0, kMaxText))};
}

inline absl::Status from_grpc(const grpc::Status& status) {
  return status.ok() ? absl::OkStatus()
                     : absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
}

}  // namespace phone::mesh
