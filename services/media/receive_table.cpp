// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/receive_table.hpp"

#include <algorithm>

namespace phone::media {

bool ReceiveTable::add(const ReceiveFormat& format) {
  if (const ReceiveFormat* known = find(format.payload_type)) return *known == format;
  if (count_ == kMaxFormats) return false;
  formats_[count_++] = format;
  return true;
}

const ReceiveFormat* ReceiveTable::find(uint8_t payload_type) const {
  const auto* at = std::find_if(begin(), end(), [&](const auto& one) { return one.payload_type == payload_type; });
  return at == end() ? nullptr : at;
}

bool ReceiveTable::has(CodecKind codec) const {
  return std::any_of(begin(), end(),
                     [&](const auto& one) { return one.use == PayloadUse::kAudio && one.codec == codec; });
}

}  // namespace phone::media
