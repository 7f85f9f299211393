// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <filesystem>

#include "common/http/fetch.hpp"

namespace phone::http {

// As fetch_through(), and HTTPS with its TLS ending here: the process behind the socket opens the connection and passes
// bytes, which it can lose, change or invent, but neither read nor answer for the server. That the result came from the
// server that `verify` vouched for is therefore known in this process and taken from no other. The same for kDeliver
// with a verifier: the server has read all of it when it answers our close_notify with its own (RFC 5425 section 4.4),
// and has closed without a reset.
Fetch fetch_with_tls_through(std::filesystem::path socket);

}  // namespace phone::http
