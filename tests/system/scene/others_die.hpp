// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "tools/rig/secure_call.hpp"

namespace phone::system {

// The programs that are not ours, wpa_supplicant and lldpd, killed in the middle of this call behind an 802.1X
// switch port (hostapd): each comes back by itself, the phone authenticates again, and call and sound go on.
void others_die(rig::SecureCall& call);

}  // namespace phone::system
