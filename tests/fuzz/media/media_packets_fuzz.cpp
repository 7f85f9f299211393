// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Whatever arrives on a media port: RTP, RTCP, telephone events, and SRTP with a key the bytes do not know.
#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "services/media/codec/comfort_noise.hpp"
#include "services/media/rtp/dtmf.hpp"
#include "services/media/rtp/jitter_buffer.hpp"
#include "services/media/rtp/media_clock.hpp"
#include "services/media/rtp/reception.hpp"
#include "services/media/rtp/rtcp.hpp"
#include "services/media/rtp/rtp.hpp"
#include "services/media/rtp/srtp.hpp"

using namespace phone::media;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto gcm = *SrtpReceiver::create(Suite::kAeadAes128Gcm, std::string(28, 'k'));
  static const auto cm = *SrtpReceiver::create(Suite::kAesCm128HmacSha1_32, std::string(30, 'k'));
  static JitterBuffer buffer(8000);
  static MediaClock clock;
  static Reception reception;
  static ComfortNoise noise;
  static int64_t now = 0;
  const std::span<const uint8_t> bytes(data, size);
  if (const auto packet = parse_rtp(bytes)) {
    parse_event(packet->payload);
    const auto moment = clock.of(packet->sequence, packet->timestamp, now);
    reception.audio(packet->sequence, now, moment, 8000);
    buffer.put(moment.timestamp, packet->payload_type, packet->payload, now);
    noise.describe(packet->payload);
    std::array<int16_t, 320> audio;
    noise.make(audio);
    buffer.pull(now += 20'000);
  }
  parse_rtcp(bytes, 7);
  std::array<uint8_t, 2048> out;
  size_t length = 0;
  if (size <= out.size()) {
    gcm->unprotect(bytes, out, length);
    cm->unprotect(bytes, out, length);
    gcm->unprotect_rtcp(bytes, out, length);
    cm->unprotect_rtcp(bytes, out, length);
  }
  return 0;
}
