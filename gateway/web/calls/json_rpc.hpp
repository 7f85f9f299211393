// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// json_rpc.hpp -- messages of the contract between JSON (protobuf's own mapping) and bytes, by descriptor: no line for
// any single method.
#pragma once

#include <absl/status/statusor.h>
#include <google/protobuf/descriptor.h>

#include <string>
#include <string_view>

namespace phone::gateway::web {

// INVALID_ARGUMENT for text that is not JSON of this message: unknown fields and enumerators, nesting deeper than 100.
absl::StatusOr<std::string> bytes_of(const google::protobuf::Descriptor& type, std::string_view json);
// Fields that have their default value are left out. INTERNAL for bytes that are not this message.
absl::StatusOr<std::string> json_of(const google::protobuf::Descriptor& type, std::string_view bytes);

}  // namespace phone::gateway::web
