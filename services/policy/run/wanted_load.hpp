// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <string_view>

namespace phone::policy {

// Why the load that the configuration wants (`loadInformation`) is not the one that runs, one sentence; empty: nothing
// else is wanted. decisions/2026-11-30-a-load-that-is-wanted.md.
std::string load_not_installed(std::string_view wanted, std::string_view runs);

}  // namespace phone::policy
