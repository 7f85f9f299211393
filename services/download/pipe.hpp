// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "common/http/fetch.hpp"

namespace phone::download {

// Passes bytes between a caller and the server of its request until one of them closes, the request's time is up, no
// byte has come either way for its stall time, or the server has brought more than its limit. Ends early when
// `cancel_fd` is readable. All descriptors stay their owners'.
void pass_bytes(int caller, int server, const http::Request& request, int cancel_fd);

}  // namespace phone::download
