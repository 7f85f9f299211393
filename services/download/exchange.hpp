// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "common/http/fetch.hpp"
#include "services/download/cancellation.hpp"

namespace phone::download {

// Serves one caller, from its request to the result, or to the end of the connection that it wanted opened. Ends early
// when cancelled. The descriptor stays the transfer server's.
void serve(int fd, const Cancellation& cancellation, const http::Fetch& fetch);

}  // namespace phone::download
