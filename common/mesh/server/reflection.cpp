// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/mesh/server/reflection.hpp"

#include <absl/status/status.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include <vector>

namespace phone::mesh {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::FileDescriptor;
using grpc::reflection::v1::ServerReflectionRequest;
using grpc::reflection::v1::ServerReflectionResponse;

const FileDescriptor* file_of(const DescriptorPool& pool, const ServerReflectionRequest& request) {
  switch (request.message_request_case()) {
    case ServerReflectionRequest::kFileByFilename:
      return pool.FindFileByName(request.file_by_filename());
    case ServerReflectionRequest::kFileContainingSymbol:
      return pool.FindFileContainingSymbol(request.file_containing_symbol());
    case ServerReflectionRequest::kFileContainingExtension: {
      const auto& wanted = request.file_containing_extension();
      const auto* type = pool.FindMessageTypeByName(wanted.containing_type());
      const auto* extension = type == nullptr ? nullptr : pool.FindExtensionByNumber(type, wanted.extension_number());
      return extension == nullptr ? nullptr : extension->file();
    }
    default:
      return nullptr;
  }
}

// The file and everything it imports, each once, so that a client needs no second question.
void add_files(const FileDescriptor& file, std::set<const FileDescriptor*>& seen, ServerReflectionResponse& response) {
  if (!seen.insert(&file).second) return;
  google::protobuf::FileDescriptorProto proto;
  file.CopyTo(&proto);
  response.mutable_file_descriptor_response()->add_file_descriptor_proto(proto.SerializeAsString());
  for (int i = 0; i < file.dependency_count(); ++i) add_files(*file.dependency(i), seen, response);
}

void fail(ServerReflectionResponse& response, absl::StatusCode code, const char* text) {
  response.mutable_error_response()->set_error_code(static_cast<int>(code));
  response.mutable_error_response()->set_error_message(text);
}

}  // namespace

ServerReflectionResponse reflect(const ServerReflectionRequest& request, const std::set<std::string>& services) {
  const DescriptorPool& pool = *DescriptorPool::generated_pool();
  ServerReflectionResponse response;
  response.set_valid_host(request.host());
  *response.mutable_original_request() = request;
  switch (request.message_request_case()) {
    case ServerReflectionRequest::kListServices:
      for (const auto& service : services) response.mutable_list_services_response()->add_service()->set_name(service);
      break;
    case ServerReflectionRequest::kAllExtensionNumbersOfType: {
      const auto* type = pool.FindMessageTypeByName(request.all_extension_numbers_of_type());
      if (type == nullptr) {
        fail(response, absl::StatusCode::kNotFound, "no such type");
        break;
      }
      std::vector<const google::protobuf::FieldDescriptor*> extensions;
      pool.FindAllExtensions(type, &extensions);
      auto* answer = response.mutable_all_extension_numbers_response();
      answer->set_base_type_name(type->full_name());
      for (const auto* extension : extensions) answer->add_extension_number(extension->number());
      break;
    }
    case ServerReflectionRequest::MESSAGE_REQUEST_NOT_SET:
      fail(response, absl::StatusCode::kInvalidArgument, "empty request");
      break;
    default: {
      const FileDescriptor* file = file_of(pool, request);
      std::set<const FileDescriptor*> seen;
      if (file == nullptr) {
        fail(response, absl::StatusCode::kNotFound, "no such file, symbol or extension");
      } else {
        add_files(*file, seen, response);
      }
    }
  }
  return response;
}

grpc::reflection::v1alpha::ServerReflectionResponse reflect(
    const grpc::reflection::v1alpha::ServerReflectionRequest& request, const std::set<std::string>& services) {
  ServerReflectionRequest same;
  grpc::reflection::v1alpha::ServerReflectionResponse response;
  if (!same.ParseFromString(request.SerializeAsString())) return response;
  response.ParseFromString(reflect(same, services).SerializeAsString());
  return response;
}

}  // namespace phone::mesh
