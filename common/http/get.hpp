// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "common/http/fetch.hpp"

namespace phone::http {

// The exchange made here, by libcurl.
Result get(const Request&);

}  // namespace phone::http
