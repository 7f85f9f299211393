// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/status.h>

#include <cstdint>
#include <functional>
#include <string>

#include "services/signaling/sdp/sdp.hpp"
#include "services/signaling/sip/sip_port.hpp"

namespace phone::signaling {

enum class Tone : uint8_t { kNone, kRingback, kBusy, kReorder, kSecure, kNonsecure, kRinging, kCallWaiting };

// What a stream is to do, level-triggered (media.proto ConfigureStream).
struct StreamSetting {
  std::string stream;
  std::string call;
  std::string remote_address;
  uint16_t remote_port = 0;
  std::string codec;
  uint8_t payload_type = 0;
  uint32_t clock_rate = 8000;
  uint8_t dtmf_payload_type = 0;
  Direction direction = Direction::kSendReceive;
  SrtpKey transmit, receive;
  uint32_t dscp = 46;
  bool has_user = true;  // the microphone and the speaker are this stream's
  std::string cookie;    // our own SDP with its keys, for a byte-identical offer after a restart
};

// What a stream really does (media.proto StreamFact).
struct StreamReport {
  std::string stream;
  bool sending_encrypted = false, receiving_encrypted = false;
  uint64_t packets_sent = 0, packets_received = 0;
  std::string transmit_suite, receive_suite, codec;
  bool has_user = false;  // has the microphone and the speaker
};

// What the calls ask for: media streams, tones, a record that outlives the process. The result arrives as an event on
// the list of calls.
class CallPort : public virtual SipPort {
 public:
  virtual void open_stream(const std::string& stream, const std::string& local_address) = 0;
  virtual void configure_stream(const StreamSetting& setting) = 0;
  virtual void close_stream(const std::string& stream) = 0;
  // Keys for the far end; `done` may be called on any thread. Digits are secrets.
  virtual void send_digits(const std::string& stream, const crypto::Secret& digits,
                           std::function<void(const absl::Status&)> done) = 0;
  virtual void play_tone(Tone tone, const std::string& stream) = 0;
  // The dialogs, without secrets, for the state directory.
  virtual void save(std::string dialogs) = 0;
};

}  // namespace phone::signaling
