// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/mesh/call/grpc_status.hpp"

#include "common/mesh/call/reason.hpp"
#include "common/text/foreign_text.hpp"

namespace phone::mesh {
namespace {

constexpr size_t kMostStatusText = 1024;  // travels twice in trailing metadata, of which HTTP/2 peers take 8 KiB

}  // namespace

grpc::Status to_grpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const std::string text = text::clean({status.message().data(), status.message().size()}, kMostStatusText);
  return {static_cast<grpc::StatusCode>(status.code()), text, error_details(status, text)};
}

absl::Status from_grpc(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  return with_details(absl::Status(static_cast<absl::StatusCode>(status.error_code()),
                                   text::clean(status.error_message(), kMostStatusText)),
                      status.error_details());
}

}  // namespace phone::mesh
