// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <string_view>

namespace phone::media {

// NoPorts in the text of /proc/net/snmp: UDP packets that no socket accepted, among them those to a media port from
// another address than its filter. 0 when the text has none.
uint64_t parse_udp_strays(std::string_view snmp);
// Since the first call in this process.
uint64_t udp_strays();

}  // namespace phone::media
