// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string_view>

namespace phone::net {

// A host name or an address that may be put into a URL.
bool plain_host(std::string_view host);

}  // namespace phone::net
