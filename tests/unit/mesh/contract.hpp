// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// contract.hpp -- every service of proto/phone as the built descriptors have it, for tests that are made from the
// contract itself.
#pragma once

#include <google/protobuf/descriptor.h>

#include <filesystem>
#include <string>
#include <vector>

#include "phone/mesh/v1/options.pb.h"

namespace phone::mesh {

inline std::vector<const google::protobuf::MethodDescriptor*> all_methods() {
  const std::filesystem::path root = PHONE_SOURCE_DIR "/proto";
  std::vector<const google::protobuf::MethodDescriptor*> methods;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root / "phone")) {
    if (entry.path().extension() != ".proto") continue;
    const auto* file = google::protobuf::DescriptorPool::generated_pool()->FindFileByName(
        std::filesystem::relative(entry.path(), root).string());
    if (file == nullptr) continue;  // the test that counts says so
    for (int s = 0; s < file->service_count(); ++s) {
      for (int m = 0; m < file->service(s)->method_count(); ++m) methods.push_back(file->service(s)->method(m));
    }
  }
  return methods;
}

inline std::string path_of(const google::protobuf::MethodDescriptor& method) {
  return method.service()->full_name() + "/" + method.name();
}

inline bool may_call(const google::protobuf::MethodDescriptor& method, v1::Role role) {
  for (const int allowed : method.options().GetExtension(v1::callers).role()) {
    if (allowed == role) return true;
  }
  return false;
}

// Served by every process, the gateway among them: nobody's own.
inline bool of_every_process(const google::protobuf::MethodDescriptor& method) {
  return method.service()->full_name() == "phone.mesh.v1.Process";
}

// The process that serves a method, as the role it has towards others.
inline v1::Role owner_of(const google::protobuf::MethodDescriptor& method) {
  const std::string& package = method.service()->file()->package();
  if (package == "phone.trust.v1") return v1::ROLE_TRUST_STORE;
  if (package == "phone.certificates.v1") return v1::ROLE_CERTIFICATE_MANAGER;
  if (package == "phone.policy.v1") return v1::ROLE_POLICY;
  if (package == "phone.network.v1") return v1::ROLE_NETWORK_ACCESS;
  if (package == "phone.signaling.v1") return v1::ROLE_SIGNALING;
  if (package == "phone.media.v1") return v1::ROLE_MEDIA;
  if (package == "phone.gateway.v1") return v1::ROLE_GATEWAY;
  if (package == "phone.url.v1") return v1::ROLE_URL_SERVICES;
  return v1::ROLE_UNSPECIFIED;
}

// The process of that name ("trust_store"), as the role it has.
inline v1::Role role_of_process(const std::string& name) {
  std::string word = "ROLE_";
  for (const char c : name) word += static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  v1::Role role = v1::ROLE_UNSPECIFIED;
  v1::Role_Parse(word, &role);
  return role;
}

}  // namespace phone::mesh
