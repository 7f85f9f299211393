#pragma once

#include <atomic>

#include "common/http/fetch.hpp"

namespace phone::download {

// One caller served, from its request to the result: what it asks is fetched, and inside a TLS handshake it is asked
// for its verdict on the server. Ends early when the caller is gone (`cancelled`). The connection stays the desk's.
void serve(int fd, const std::atomic<bool>& cancelled, const http::Fetch& fetch);

}  // namespace phone::download
