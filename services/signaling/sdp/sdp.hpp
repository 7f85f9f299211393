// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/signaling/sdp/sdes.hpp"

// SDP as phones write it (RFC 4566), one audio line of interest.
namespace phone::signaling {

enum class Direction : uint8_t { kInactive = 0, kSendOnly = 1, kReceiveOnly = 2, kSendReceive = 3 };
std::string_view direction_word(Direction direction);  // "sendrecv"
inline bool sends(Direction direction) {
  return direction == Direction::kSendOnly || direction == Direction::kSendReceive;
}
inline bool receives(Direction direction) {
  return direction == Direction::kReceiveOnly || direction == Direction::kSendReceive;
}

struct Format {
  uint8_t payload_type = 0;
  std::string name;  // "PCMU"; from the static table when no rtpmap says so; empty when unknown
  uint32_t clock_rate = 8000;
};

struct MediaLine {
  std::string type;  // "audio"
  uint16_t port = 0;
  std::string protocol;  // "RTP/SAVP"
  std::vector<std::string> raw_formats;
  std::vector<Format> formats;
  std::string address;  // its own c= line or the session's
  Direction direction = Direction::kSendReceive;
  std::vector<CryptoLine> crypto;  // the acceptable ones, in order
  size_t refused_crypto = 0;
};

struct SessionDescription {
  std::vector<MediaLine> media;
};

// Bounded: 64 KiB, 16 media lines, 32 formats and 32 crypto lines each. INVALID_ARGUMENT for text that is not SDP.
absl::StatusOr<SessionDescription> parse_sdp(std::string_view text);

// Our own side of a session: what we can send and receive, with one key of ours per suite.
struct LocalSession {
  std::string address;
  uint16_t port = 0;
  uint64_t session_id = 0;
  uint64_t version = 1;
  std::vector<std::string> codecs;  // in order of preference
  std::vector<CryptoLine> crypto;   // tags 1..n; empty: RTP/AVP
  Direction direction = Direction::kSendReceive;
};
std::string write_offer(const LocalSession& local);

// The payload type and clock this phone gives a codec in its own offers; nothing for a codec that it does not support.
std::optional<Format> own_format(std::string_view codec);
inline constexpr uint8_t kOwnDtmfPayloadType = 101;

}  // namespace phone::signaling
