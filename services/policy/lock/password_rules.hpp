// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <string_view>

namespace phone::policy {

// Why a new password for the settings is not taken, for people; empty: it is (FEATURES.md F4). `phone`: the device's
// name, which stands on a label.
std::string weakness_of(std::string_view password, std::string_view phone);

}  // namespace phone::policy
