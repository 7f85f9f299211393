// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace phone::certificates {

// "SEP0A1B2C3D4E5F" out of a certificate's common name: "CP-9861-SEP0A1B2C3D4E5F" on a MIC, the name itself on an LSC.
std::optional<std::string> device_name(std::string_view common_name);

}  // namespace phone::certificates
