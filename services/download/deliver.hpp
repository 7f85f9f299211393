// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "common/http/fetch.hpp"

namespace phone::download {

// Writes the request's content to the server over TCP, says that this is all, and waits for the server to close: only a
// server that has read everything closes without a reset. kOk: it did. What it says meanwhile is dropped, up to the
// request's limit.
http::Result deliver(const http::Request& request, int cancel_fd);

}  // namespace phone::download
