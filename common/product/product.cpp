// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/product/product.hpp"

namespace phone::product {

std::string_view model() { return PHONE_MODEL; }
std::string_view cucm_model() { return PHONE_CUCM_MODEL; }
std::string product_id() { return "DP-" PHONE_MODEL; }
std::string_view version() { return PHONE_VERSION; }
std::string version_line(std::string_view program) {
  return std::string(program).append(" (Phonemesh) " PHONE_VERSION);
}
std::string load() { return "phonemesh-" PHONE_VERSION; }
std::string user_agent() { return "Cisco-CP" PHONE_MODEL "/" PHONE_VERSION; }

std::string certificate_name(std::string_view device, std::string_view of_model) {
  std::string name = "CP-";
  return name.append(of_model).append("-").append(device);
}

}  // namespace phone::product
