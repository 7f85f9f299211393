// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/ua/user_agent_port.hpp"

#include "common/crypto/digest.hpp"

namespace phone::signaling {

std::string random_token(UserAgentPort& ua_port, size_t count) { return crypto::hex(ua_port.random_bytes(count)); }

}  // namespace phone::signaling
