#pragma once

#include <filesystem>

#include "common/http/fetch.hpp"

namespace phone::http {

// Below the folder of sockets.
inline constexpr char kDownloadSocket[] = "download/fetch.sock";

// The exchange made by the process behind a Unix socket (services/download), so that this one needs neither a network
// nor libcurl. The server's certificate is judged here, while the handshake waits. Cancelling closes the connection.
// When that process is not there or dies, the outcome is kBroken: nothing is known of the server.
Fetch fetch_through(std::filesystem::path socket);

}  // namespace phone::http
