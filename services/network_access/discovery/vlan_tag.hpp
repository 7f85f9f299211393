// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <string_view>

// The tag of IEEE 802.1Q, put on where the kernel cannot.
namespace phone::network {

// Priority of a tagged frame from its IP precedence: voice (EF) goes with 5, as LLDP-MED and Cisco have it; else the
// upper three bits of the DSCP. IEEE 802.1Q-2018 table I-2.
unsigned priority_of(std::string_view frame);
std::string tagged(std::string_view frame, unsigned vlan);

}  // namespace phone::network
