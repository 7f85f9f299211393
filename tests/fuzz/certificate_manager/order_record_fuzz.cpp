// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The record that this process reads back from its own flash.
#include <cstdint>

#include "services/certificate_manager/certificates/certificate_file.hpp"
#include "services/certificate_manager/state_record.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto order = phone::certificates::parse_order(bytes);
  if (order.ok()) static_cast<void>(phone::certificates::parse_order(phone::certificates::order_text(*order)));
  static_cast<void>(phone::certificates::parse_chain(bytes));
  return 0;
}
