// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <openssl/types.h>

#include <functional>

#include "common/clock/time_floor.hpp"

namespace phone::tls {

using PresentTime = std::function<clock::Present()>;

// A server's context judges the certificates of its clients as OpenSSL does, but by the time that is known instead of
// the device's clock. `present` outlives the context.
void judge_by(SSL_CTX* context, const PresentTime* present);

}  // namespace phone::tls
