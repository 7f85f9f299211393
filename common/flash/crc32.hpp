// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>

namespace phone::flash {

// The CRC of IEEE 802.3: against accidents, not against people. Allocates and waits for nothing.
uint32_t crc32(const void* bytes, size_t size);

}  // namespace phone::flash
