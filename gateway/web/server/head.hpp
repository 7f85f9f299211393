// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// head.hpp -- HTTP heads: what came as the rules see it, and what every answer says besides its content.
#pragma once

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <string>

#include "gateway/web/request/route.hpp"

namespace phone::gateway::web {

// Views into the request.
RequestHead head_of(const boost::beast::http::request<boost::beast::http::string_body>& request);

// The page may load and ask nothing but this port, runs no inline script and builds no HTML from text (trusted types).
void set_security(boost::beast::http::fields& fields);

// The head of a stream of envelopes, and one piece of its body in the chunked coding (RFC 9112 section 7.1).
std::string stream_header();
std::string chunk_of(const std::string& envelope, bool last);

}  // namespace phone::gateway::web
