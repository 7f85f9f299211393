// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <string_view>

namespace phone::media {

// NoPorts in the text of /proc/net/snmp: UDP packets that no socket wanted, those among them that came to a media port
// from somebody else than it hears. 0 when the text has none.
uint64_t parse_udp_strays(std::string_view snmp);
// Since this process asked first: what the kernel counted before belongs to nobody here.
uint64_t udp_strays();

}  // namespace phone::media
