// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>

#include "common/http/fetch.hpp"

namespace phone::download {

enum class PipeEnd : std::uint8_t {
  kClosed,  // by the server, which had received every byte by then
  kBroken,
};

// Passes bytes between a caller and the server of its request until one of them closes, the request's time is up, no
// byte has come either way for its stall time, or the server has brought more than its limit. Ends early when
// `cancel_fd` is readable. All descriptors stay their owners'. With kPipeAnswered the caller's side stays open.
PipeEnd pass_bytes(int caller, int server, const http::Request& request, int cancel_fd);

}  // namespace phone::download
