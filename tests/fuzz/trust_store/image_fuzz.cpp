// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The header of a firmware image. Seeds: any signed file, its major version set to 3 below so that the rest is reached.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "services/trust_store/images/image.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace phone::trust;
  std::string bytes(reinterpret_cast<const char*>(data), size);
  if (bytes.size() > 3) bytes[3] = static_cast<char>(kImageMajor);
  const auto header = parse_header(bytes);
  if (header.ok()) bytes.resize(header->length);
  const auto image = parse_image(bytes);
  if (!image.ok()) return 0;
  if (!image->package.starts_with("phone-") || image->package.find('/') != std::string::npos) std::abort();
  if (ImageVersion::parse(image->version.text()).value() != image->version) std::abort();
  if (judge_image(*image, std::string(64, 'x'), {}, image->version).accepted) std::abort();
  return 0;
}
