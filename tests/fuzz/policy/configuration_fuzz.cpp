// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "services/policy/run/retrieval.hpp"

// Any bytes are a configuration or a reason for the refusal.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto configuration =
      phone::policy::parse_configuration(std::string_view(reinterpret_cast<const char*>(data), size));
  if (configuration.ok()) {
    const phone::policy::RetrievalContext held{.certificate_md5 = {"00112233445566778899aabbccddeeff"}};
    (void)phone::policy::decide(*configuration, held);
    (void)phone::policy::decide_decrypted(*configuration, held);
    (void)phone::policy::refusal_of(*configuration, {});
  } else if (configuration.status().message().empty()) {
    __builtin_trap();
  }
  const auto unknown = phone::policy::parse_default_configuration(
      std::string_view(reinterpret_cast<const char*>(data), size), "SEP0A1B2C3D4E5F");
  if (!unknown.ok() && unknown.status().message().empty()) __builtin_trap();
  return 0;
}
