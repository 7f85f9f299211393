// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <atomic>

#include "common/http/fetch.hpp"

namespace phone::download {

// One caller served, from its request to the result, or to the end of the connection that it wanted opened. Ends early
// when the caller is gone (`cancelled`). The connection stays the transfer server's.
void serve(int fd, const std::atomic<bool>& cancelled, const http::Fetch& fetch);

}  // namespace phone::download
