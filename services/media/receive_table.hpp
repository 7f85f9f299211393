// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// receive_table.hpp -- what each payload type of a far end means: everything that was agreed on may arrive at any time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "services/media/codec/codec.hpp"

namespace phone::media {

enum class PayloadUse : uint8_t { kAudio, kComfortNoise, kEvents };

struct ReceiveFormat {
  uint8_t payload_type = 0;
  PayloadUse use = PayloadUse::kAudio;
  CodecKind codec = CodecKind::kPcmu;  // kAudio only
  uint32_t clock_rate = 8000;
  bool operator==(const ReceiveFormat&) const = default;
};

class ReceiveTable {
 public:
  static constexpr size_t kMaxFormats = 18;

  // False when the payload type means something else already, or the table is full. The same again changes nothing.
  bool add(const ReceiveFormat& format);
  const ReceiveFormat* find(uint8_t payload_type) const;
  bool has(CodecKind codec) const;
  const ReceiveFormat* begin() const { return formats_.data(); }
  const ReceiveFormat* end() const { return formats_.data() + count_; }

 private:
  std::array<ReceiveFormat, kMaxFormats> formats_{};
  size_t count_ = 0;
};

}  // namespace phone::media
