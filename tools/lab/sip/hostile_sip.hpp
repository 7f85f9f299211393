// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// hostile_sip.hpp -- what a call manager that means harm sends: messages at the size a phone takes at most, each of a
// shape that costs a careless reader time in the square of its length, or text that is not UTF-8.
#pragma once

#include <cstddef>
#include <string>

namespace phone::lab {

// The n-th of the series, which begins anew after its last. Whole messages, framed as RFC 3261 section 18.3 says.
std::string hostile_request(size_t n);
size_t hostile_requests();

}  // namespace phone::lab
