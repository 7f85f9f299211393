// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "gateway/web/calls/json_rpc.hpp"

#include <absl/strings/str_cat.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/util/json_util.h>

#include <memory>

namespace phone::gateway::web {
namespace {

using google::protobuf::Message;

std::unique_ptr<Message> make(const google::protobuf::Descriptor& type) {
  return std::unique_ptr<Message>(google::protobuf::MessageFactory::generated_factory()->GetPrototype(&type)->New());
}

}  // namespace

absl::StatusOr<std::string> bytes_of(const google::protobuf::Descriptor& type, std::string_view json) {
  const auto message = make(type);
  const auto parsed = google::protobuf::util::JsonStringToMessage({json.data(), json.size()}, message.get());
  if (!parsed.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("not JSON of ", type.full_name(), ": ", std::string(parsed.message())));
  }
  return message->SerializeAsString();
}

absl::StatusOr<std::string> json_of(const google::protobuf::Descriptor& type, std::string_view bytes) {
  const auto message = make(type);
  std::string json;
  if (!message->ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) ||
      !google::protobuf::util::MessageToJsonString(*message, &json).ok()) {
    return absl::InternalError(absl::StrCat("the gateway's answer is not ", type.full_name()));
  }
  return json;
}

}  // namespace phone::gateway::web
