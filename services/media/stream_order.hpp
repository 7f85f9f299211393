// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// stream_order.hpp -- what signaling may ask of a stream, and what is wrong with it when it is refused.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "common/crypto/secret.hpp"
#include "services/media/codec/codec.hpp"
#include "services/media/rtp/packet_port.hpp"
#include "services/media/rtp/srtp_suite.hpp"

namespace phone::media {

inline constexpr size_t kMaxCookieOctets = 4096;
inline constexpr size_t kMaxCallName = 128;

enum class Direction : uint8_t { kInactive = 0, kSendOnly = 1, kReceiveOnly = 2, kBoth = 3 };
constexpr bool sends(Direction direction) { return direction == Direction::kSendOnly || direction == Direction::kBoth; }
constexpr bool receives(Direction direction) {
  return direction == Direction::kReceiveOnly || direction == Direction::kBoth;
}

// One direction's SDES parameters as asked for; an empty suite means no SRTP.
struct KeyOrder {
  std::string suite;
  crypto::Secret key_salt;
  uint32_t tag = 0;
  friend bool operator==(const KeyOrder&, const KeyOrder&) = default;
};

struct StreamOrder {
  std::string stream;
  std::string remote_address;  // empty with port 0: none yet
  uint32_t remote_port = 0;
  std::string codec;
  uint32_t payload_type = 0;
  uint32_t clock_rate = 0;
  uint32_t dtmf_payload_type = 0;
  uint32_t direction = 0;
  KeyOrder transmit;
  KeyOrder receive;
  uint32_t dscp = 0;  // 0: the policy's
  std::string call;
  std::string cookie;
};

// The same, understood.
struct CheckedOrder {
  Endpoint remote;
  CodecKind codec = CodecKind::kPcmu;
  Direction direction = Direction::kInactive;
  std::optional<Suite> transmit;
  std::optional<Suite> receive;
};
// `own` is where the stream is bound; what a far end there can be sent is net::check_far_address's to say. No address
// with port 0 is a far end that holds the call and has never named one: nothing may be sent then.
// INVALID_ARGUMENT that names the field.
absl::StatusOr<CheckedOrder> check(const StreamOrder&, const Endpoint& own = {});
absl::Status check_stream_name(const std::string& name);

}  // namespace phone::media
