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
  uint32_t channels = 1;
  bool leaves_out_silence = false;  // usedtx=1 of Opus (RFC 7587 section 6.1)
  friend bool operator==(const Format&, const Format&) = default;
};
// As an rtpmap has it: "opus/48000/2".
std::string rtpmap_of(const Format& format);
// The same codec: name without case, clock rate and channels. The payload type may be another.
bool same_codec(const Format& left, const Format& right);

// A c= line, or the address of an a=rtcp line.
struct MediaAddress {
  std::string host;     // numeric, or a name that is to be resolved; empty: none
  std::string problem;  // why there is none, when the line is there
  bool is_name = false;
};

struct MediaLine {
  std::string type;  // "audio"
  uint16_t port = 0;
  std::string protocol;  // "RTP/SAVP"
  std::vector<std::string> raw_formats;
  std::vector<Format> formats;
  MediaAddress address;  // its own c= line or the session's
  Direction direction = Direction::kSendReceive;
  std::vector<CryptoLine> crypto;  // the acceptable ones, in order
  size_t refused_crypto = 0;
  std::string crypto_problem;         // why the first of those was refused
  uint32_t ptime = 0, max_ptime = 0;  // milliseconds, 0: not said
  uint16_t rtcp_port = 0;             // 0: the one after `port` (RFC 3605)
  MediaAddress rtcp_address;          // empty: that of the media
  bool rtcp_mux = false;              // RFC 5761
};

struct SessionDescription {
  std::vector<MediaLine> media;
};

// Bounded: 64 KiB, 16 media lines, 32 formats and 32 crypto lines each. INVALID_ARGUMENT for text that is not SDP.
absl::StatusOr<SessionDescription> parse_sdp(std::string_view text);

inline bool is_secure(const MediaLine& media) { return media.protocol.find("SAVP") != std::string::npos; }
// An audio line over RTP or SRTP that is not refused. Feedback profiles (RFC 4585, RFC 5124) are taken like those
// without.
bool is_audio(const MediaLine& media);

// What stands in a media line that is refused, so that later descriptions have as many lines in the same order
// (RFC 3264 section 8).
struct OtherLine {
  std::string type, protocol, format;
};

// Our own side of a session: what we can send and receive, with one key of ours per suite.
struct LocalSession {
  std::string address;
  uint16_t port = 0;
  uint64_t session_id = 0;
  uint64_t version = 1;
  std::vector<std::string> codecs;  // in order of preference
  std::vector<CryptoLine> crypto;   // tags 1..n; empty: RTP/AVP
  Direction direction = Direction::kSendReceive;
  std::vector<OtherLine> others = {};  // refused
  size_t line = 0;                     // the place of the audio among them
};
std::string write_offer(const LocalSession& local);

// The payload type and clock this phone gives a codec in its own offers; nothing for a codec that it does not support.
std::optional<Format> own_format(std::string_view codec);
// telephone-event with a clock of 8000 and of 48000 Hz, which goes with Opus (RFC 4733 section 2.1).
inline constexpr uint8_t kOwnDtmfPayloadType = 101;
inline constexpr uint8_t kOwnWideDtmfPayloadType = 102;
inline constexpr char kEventsName[] = "telephone-event";
inline constexpr char kNoiseName[] = "CN";  // comfort noise (RFC 3389)

}  // namespace phone::signaling
