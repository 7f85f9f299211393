// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// stream_order.hpp -- what signaling asks of a stream, and whether it may.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/crypto/secret.hpp"
#include "services/media/audio_focus.hpp"
#include "services/media/codec/codec.hpp"
#include "services/media/direction.hpp"
#include "services/media/live_state.hpp"
#include "services/media/receive_table.hpp"
#include "services/media/rtp/packet_port.hpp"
#include "services/media/rtp/srtp_suite.hpp"

namespace phone::media {

inline constexpr size_t kMaxCookieOctets = 4096;
inline constexpr size_t kMaxCallName = 128;
inline constexpr size_t kMaxAlsoReceive = 16;

// One direction's SDES parameters as asked for; an empty suite means no SRTP.
struct KeyOrder {
  std::string suite;
  crypto::Secret key_salt;
  uint32_t tag = 0;
  std::string mki;  // in every packet that is received; nothing is sent with one
  friend bool operator==(const KeyOrder&, const KeyOrder&) = default;
};

struct FormatOrder {
  std::string name;
  uint32_t payload_type = 0;
  uint32_t clock_rate = 0;
};

// A copy of another stream's sound.
enum class ForkSound : uint8_t { kNearEnd, kFarEnd };
struct ForkOrder {
  std::string of;  // the stream that is copied
  ForkSound sound = ForkSound::kNearEnd;
  friend bool operator==(const ForkOrder&, const ForkOrder&) = default;
};

struct StreamOrder {
  std::string stream;
  std::string remote_address;  // empty with port 0: none yet; 0.0.0.0 or ::: the far end holds the call
  uint32_t remote_port = 0;
  uint32_t remote_rtcp_port = 0;  // 0: remote_port + 1
  bool rtcp_mux = false;
  std::string codec;
  uint32_t payload_type = 0;
  uint32_t clock_rate = 0;
  uint32_t dtmf_payload_type = 0;
  uint32_t dtmf_clock_rate = 0;           // 0: the codec's
  bool leaves_out_silence = false;        // Opus only
  std::vector<FormatOrder> also_receive;  // besides the codec and its events
  uint32_t packet_ms = 0;                 // 0: 20
  Direction direction = Direction::kInactive;
  FocusWish focus = FocusWish::kKeep;
  KeyOrder transmit;
  KeyOrder receive;
  uint32_t dscp = 0;  // 0: the policy's
  std::string call;
  std::string cookie;
  std::optional<ForkOrder> fork;
};

// The same, understood.
struct CheckedOrder {
  Endpoint remote;  // none(): nothing may be sent
  CodecKind codec = CodecKind::kPcmu;
  ReceiveTable receive_table;
  uint32_t packet_ms = 20;
  Direction direction = Direction::kInactive;
  std::optional<Suite> transmit;
  std::optional<Suite> receive;
};
// `own` is where the stream is bound; net::check_far_address decides what may be sent to from there. A far end without
// an address, or whose address is unspecified (RFC 3264 section 8.4), makes the stream inactive.
// INVALID_ARGUMENT that names the field.
absl::StatusOr<CheckedOrder> check(const StreamOrder&, const Endpoint& own = {});
absl::Status check_stream_name(const std::string& name);

}  // namespace phone::media
