// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "common/http/fetch.hpp"

namespace phone::download {

// Sends the request's content in one UDP datagram. kOk: it left this phone; nothing says whether it arrives.
http::Result send_datagram(const http::Request& request, int cancel_fd);

}  // namespace phone::download
