// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/run/wanted_load.hpp"

#include "absl/strings/str_cat.h"

namespace phone::policy {

std::string load_not_installed(std::string_view wanted, std::string_view runs) {
  if (wanted.empty() || wanted == runs) return {};
  return absl::StrCat("the configuration wants ", std::string(wanted),
                      ", which is not installed: this phone takes no firmware from a call manager; its administrator "
                      "installs signed images with phone-upgrade");
}

}  // namespace phone::policy
