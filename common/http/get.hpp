// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "common/http/fetch.hpp"
#include "common/tls/resolve.hpp"

namespace phone::http {

// The exchange made here, by libcurl. Of a name all addresses have their chance: one that is silent takes no time from
// another.
Result get(const Request&);
// The same with a resolver of the caller's.
Result get_by(const Request& request, const tls::Lookup& lookup);

}  // namespace phone::http
