// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "services/signaling/policy/settings.hpp"
#include "services/signaling/sdp/sdp.hpp"
#include "services/signaling/sip/sip_port.hpp"

namespace phone::signaling {

enum class Tone : uint8_t {
  kNone,
  kDial,
  kRingback,
  kBusy,
  kReorder,
  kSecure,
  kNonsecure,
  kRinging,
  kCallWaiting,
  kZipZip,
  kRecording,
  kPreemption,
  kPrecedenceRingback,
  kPrecedenceRinging
};

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
  uint32_t dtmf_clock_rate = 0;      // 0: that of the codec
  bool leaves_out_silence = false;   // Opus with DTX
  std::vector<Format> also_receive;  // what may come at any time beside the codec and its events
  uint32_t packet_milliseconds = 0;
  uint16_t rtcp_port = 0;  // of the far end, 0: the next one
  bool rtcp_mux = false;
  Direction direction = Direction::kSendReceive;
  SrtpKey transmit, receive;
  uint32_t dscp = 46;
  bool has_user = true;       // the microphone and the speaker are this stream's
  std::string fork_of;        // a stream whose sound this one copies; empty: none
  bool fork_far_end = false;  // what is heard there; else what is said
  std::string cookie;         // our own SDP with its keys, for a byte-identical offer after a restart
};

// What a stream really does (media.proto StreamFact).
struct StreamReport {
  std::string stream;
  bool sending_encrypted = false, receiving_encrypted = false;
  uint64_t packets_sent = 0, packets_received = 0;
  std::string transmit_suite, receive_suite, codec;
  bool has_user = false;         // has the microphone and the speaker
  std::string rx_stat, tx_stat;  // for RTP-RxStat and RTP-TxStat
};

// What the calls ask for: media streams, tones, a record that outlives the process. The result arrives as an event on
// the list of calls.
class CallPort : public virtual SipPort {
 public:
  virtual void open_stream(const std::string& stream, const std::string& local_address) = 0;
  // `done` comes as an event of the list of calls: what media says to the order. UNAVAILABLE or DEADLINE_EXCEEDED: it
  // said nothing.
  using Done = std::function<void(const absl::Status&)>;
  virtual void configure_stream(const StreamSetting& setting, Done done) = 0;
  // The addresses of a host name, numeric; `done` comes as an event, too.
  using Resolved = std::function<void(const absl::StatusOr<std::vector<std::string>>&)>;
  virtual void resolve(const std::string& host, Resolved done) = 0;
  virtual void close_stream(const std::string& stream) = 0;
  // Keys for the far end; `done` may be called on any thread. Digits are secrets.
  virtual void send_digits(const std::string& stream, const crypto::Secret& digits,
                           std::function<void(const absl::Status&)> done) = 0;
  virtual void play_tone(Tone tone, const std::string& stream) = 0;
  // What the user speaks and listens with from now on; policy may have turned it off.
  virtual void select_transducer(AutoAnswer device) = 0;
  // The calls of the past, and whether the handset is off the hook, for the state directory.
  virtual void save_history(std::string history) = 0;
  virtual void save_hook(bool off_hook) = 0;
  // The dialogs, without secrets, for the state directory.
  virtual void save(std::string dialogs) = 0;
};

}  // namespace phone::signaling
