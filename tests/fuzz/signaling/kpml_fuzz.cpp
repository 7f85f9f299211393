// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// A KPML request as a server sends it (RFC 4730): any bytes are a pattern or a code, and the tag of a pattern can be
// answered.
#include <cstdlib>

#include "services/signaling/user/kpml.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace phone::signaling;
  const auto read = read_kpml_request({reinterpret_cast<const char*>(data), size});
  const auto* pattern = std::get_if<KpmlPattern>(&read);
  if (pattern == nullptr) return 0;
  if (size > kLargestKpmlRequest || pattern->keys > 0xFFFF) std::abort();
  const std::string answer = write_kpml_response(KpmlCode::kOk, "1", pattern->tag);
  if (answer.find('<', 1) == std::string::npos) std::abort();
  return 0;
}
