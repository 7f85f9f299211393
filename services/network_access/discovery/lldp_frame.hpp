// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string_view>

namespace phone::network {

// What is wrong with an LLDP frame (IEEE 802.1AB section 9.2), as lldpd judges it, which counts the frames that it
// discards and keeps the reason in its log. Empty: nothing, or it is no LLDP frame. Total and bounded.
// decisions/2026-11-29-frames-set-aside.md has the table.
std::string_view lldp_fault(std::string_view frame);

}  // namespace phone::network
