// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "services/network_access/pc_port/eapol.hpp"

namespace phone::network {

// To which CDP is sent: what a PC must not send, and what we listen to.
inline constexpr Mac kCdpGroup = {0x01, 0x00, 0x0c, 0xcc, 0xcc, 0xcc};

}  // namespace phone::network
