// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Seeds: ../shared/testdata/cisco/{sgn,enc/*,neg}. The name is taken from the file itself, so that the rest is reached.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "services/trust_store/files/signed_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace phone::trust;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto header = parse_header(bytes);
  if (!header.ok()) return 0;
  const auto file = parse_signed_file(header->file_name, bytes);
  if (!file.ok()) return 0;
  if (file->body.size() + file->header.length != size) std::abort();
  if (file->encryption.has_value()) {
    const FileEncryption& encryption = *file->encryption;
    if (encryption.iv.size() != 16 || file->body.size() % 16 != 0 || file->body.empty()) std::abort();
    if (encryption.padding_length < 1 || encryption.padding_length > 16) std::abort();
  }
  return 0;
}
