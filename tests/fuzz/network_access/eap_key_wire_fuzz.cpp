// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What certificate_manager answers the PKCS#11 module, which reads it without a protobuf runtime.
#include "services/network_access/eap_key/key.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace phone::eap_key;
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  static_cast<void>(decode_signature(text));
  if (const auto identity = decode_identity(text)) static_cast<void>(key_of(*identity));
  static_cast<void>(pkcs1_order(text));
  static_cast<void>(raw_ecdsa(text, 64));
  return 0;
}
