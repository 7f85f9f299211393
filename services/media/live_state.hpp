// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// live_state.hpp -- what of a stream outlives the process, and the page it is written to. No keys.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "services/media/audio_focus.hpp"
#include "services/media/rtp/srtp.hpp"

namespace phone::media {

inline constexpr size_t kMaxStreamName = 64;  // octets

struct LiveState {
  TransmitState transmit;
  ReceiveState receive;
  uint32_t receive_fingerprint = 0;  // 0: no key yet
  FocusState focus = FocusState::kNew;
};

// 32 bits of a digest of suite and key; never 0. It tells the same key from a new one and nothing more.
uint32_t fingerprint(Suite, std::string_view key_salt);

class LiveRecord {
 public:
  virtual ~LiveRecord() = default;
  virtual void write(const LiveState&) = 0;
  virtual std::optional<LiveState> read() const = 0;
};

}  // namespace phone::media
