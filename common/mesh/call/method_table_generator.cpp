// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// phone-method-table FILE.proto... > method_table_rows.cpp -- runs in the build; prints
// common/mesh/call/method_table.hpp's rows from the descriptors of the files named.
#include <cctype>
#include <cstdio>
#include <map>
#include <string>
#include <utility>

#include "common/mesh/call/method_table.hpp"
#include "grpc/health/v1/health.pb.h"
#include "phone/mesh/v1/options.pb.h"

namespace phone::mesh {
namespace {

static_assert(v1::Role_MAX < 32, "MethodRow::callers has a bit for each role");

uint32_t callers_of(const google::protobuf::MethodDescriptor& method) {
  uint32_t callers = 0;
  for (const int role : method.options().GetExtension(v1::callers).role()) {
    if (role > 0 && role <= v1::Role_MAX) callers |= uint32_t{1} << role;
  }
  return callers;
}

uint32_t largest_request_of(const google::protobuf::MethodDescriptor& method) {
  const uint32_t kib = method.options().GetExtension(v1::price).request_kib();
  return kib == 0 ? kLargestRequest : kib * 1024;
}

const char* text_of(bool value) { return value ? "true" : "false"; }

int print(int count, char** files) {
  std::map<std::pair<std::string, std::string>, const google::protobuf::MethodDescriptor*> methods;
  for (int i = 0; i < count; ++i) {
    const auto* file = google::protobuf::DescriptorPool::generated_pool()->FindFileByName(files[i]);
    if (file == nullptr) return std::fprintf(stderr, "%s is not in the library of stubs\n", files[i]), 1;
    for (int s = 0; s < file->service_count(); ++s) {
      const auto& service = *file->service(s);
      for (int m = 0; m < service.method_count(); ++m) {
        methods[{service.full_name(), service.method(m)->name()}] = service.method(m);
      }
    }
  }
  std::printf(
      "#include \"common/mesh/call/method_table.hpp\"\n\nnamespace phone::mesh {\n\nstd::span<const MethodRow> "
      "method_table() {\n"
      "  static constexpr MethodRow kRows[] = {\n");
  for (const auto& [name, method] : methods) {
    std::printf("      {\"%s\", \"%s\", \"%s\", \"%s\", %s, %s, 0x%xu, %uu, %uu},\n", name.first.c_str(),
                name.second.c_str(), method->input_type()->full_name().c_str(),
                method->output_type()->full_name().c_str(), text_of(method->client_streaming()),
                text_of(method->server_streaming()), callers_of(*method), largest_request_of(*method),
                method->options().GetExtension(v1::price).in_flight());
  }
  std::printf(
      "  };\n  return kRows;\n}\n\nstd::span<const RoleRow> role_table() {\n  static constexpr RoleRow kRows[] = {\n");
  constexpr size_t kPrefix = sizeof "ROLE_" - 1;
  for (int i = v1::Role_MIN + 1; i <= v1::Role_MAX; ++i) {
    if (!v1::Role_IsValid(i)) continue;
    std::string name = v1::Role_Name(i).substr(kPrefix);
    for (char& letter : name) letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    std::printf("      {%d, \"%s\"},\n", i, name.c_str());
  }
  std::printf("  };\n  return kRows;\n}\n\n}  // namespace phone::mesh\n");
  return 0;
}

}  // namespace
}  // namespace phone::mesh

int main(int argc, char** argv) {
  (void)grpc::health::v1::HealthCheckRequest::default_instance();  // keeps the library of stubs linked
  return phone::mesh::print(argc - 1, argv + 1);
}
