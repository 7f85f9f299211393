// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/sip/sip_port.hpp"

#include "common/crypto/digest.hpp"

namespace phone::signaling {

std::string random_token(SipPort& port, size_t count) { return crypto::hex(port.random_bytes(count)); }

}  // namespace phone::signaling
