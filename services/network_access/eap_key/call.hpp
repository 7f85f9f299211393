// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace phone::eap_key {

// One unary gRPC call over a connection of its own to a UNIX socket (HTTP/2 by libnghttp2; gRPC over HTTP2,
// PROTOCOL-HTTP2.md). Blocks, at most `deadline`; a server that is being restarted is asked again. Nothing when it
// refuses or does not answer. Answers are at most 64 KiB, and a connection on
// which more than twice that comes is given up.
std::optional<std::string> call(const std::string& socket, std::string_view method, std::string_view request,
                                std::chrono::milliseconds deadline);

}  // namespace phone::eap_key
