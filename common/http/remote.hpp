// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <filesystem>

#include "common/http/fetch.hpp"

namespace phone::http {

// Below the directory of sockets.
inline constexpr char kDownloadSocket[] = "download/fetch.sock";

// The exchange made by the process behind a Unix socket (services/download), so that this one needs neither a network
// nor libcurl. HTTP and TFTP: the content is as hostile as the network, and nothing is known of the server. Cancelling
// closes the connection. When that process is not there, dies or talks nonsense, the outcome is kBroken.
Fetch fetch_through(std::filesystem::path socket);

}  // namespace phone::http
