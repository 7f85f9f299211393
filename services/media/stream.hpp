// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// stream.hpp -- one stream as the tick runs it: packets in, sound out, sound in, packets out. Belongs to the tick's
// thread once handed over; allocates, locks, logs and waits for nothing. Time is handed in.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "services/media/counters.hpp"
#include "services/media/direction.hpp"
#include "services/media/live_state.hpp"
#include "services/media/outgoing.hpp"
#include "services/media/playout.hpp"
#include "services/media/receive_table.hpp"
#include "services/media/rtp/dtmf.hpp"
#include "services/media/rtp/media_clock.hpp"
#include "services/media/rtp/packet_port.hpp"
#include "services/media/rtp/reception.hpp"
#include "services/media/rtp/remote_address.hpp"
#include "services/media/rtp/rtcp.hpp"
#include "services/media/rtp/rtp.hpp"
#include "services/media/rtp/srtp.hpp"
#include "services/media/rtp/voip_metrics.hpp"
#include "services/media/stream_setup.hpp"
#include "services/media/tone/tone.hpp"

namespace phone::media {

struct TickTime {
  int64_t now_us = 0;  // CLOCK_MONOTONIC
  uint64_t ntp = 0;    // wall clock as RFC 3550 section 4 has it
};

class Stream {
 public:
  // What it sends, for the RTP marker bit. Changes are not logged: this is the tick.
  enum class State : uint8_t {
    kUnconfigured,  // No setup yet: packets wait in the kernel.
    kSilent,        // Sends no audio, because of its direction or its far end's missing address.
    kAudio,         // Sends audio: the next packet needs no marker.
    kDigits,        // Sends telephone events in place of audio.
  };

  // Ports and record outlive the stream; a test may leave the record out.
  Stream(PacketPort& rtp, PacketPort& rtcp, LiveRecord* record, std::string cname);

  void apply(StreamSetup&, int64_t now_us);
  // Kept in the record. A stream that loses the focus forgets what its encoder still had of the microphone.
  void set_focus(FocusState focus);
  FocusState focus() const { return live_.focus; }
  bool add_digit(char key) { return digits_.add(key); }

  // The three parts of a tick, in this order. What is played and captured is the engine's choice.
  void receive(const TickTime&);
  void play(const TickTime&, std::span<int16_t> mix);
  void send(const TickTime&, std::span<const int16_t> captured);

  const Counters& counters() const { return counters_; }
  // True once after encryption has changed, or the first packet was sent or received.
  bool take_changed() { return std::exchange(changed_, false); }

 private:
  void receive_rtp(const TickTime&, std::span<const uint8_t> packet, const Endpoint& from, int64_t arrival_us);
  void receive_rtcp(const TickTime&, std::span<const uint8_t> packet, const Endpoint& from);
  struct Opened {
    Verdict verdict = Verdict::kUnauthentic;
    bool by_previous = false;  // with the key before this one
  };
  Opened open(int64_t now_us, std::span<const uint8_t> packet, size_t& size);
  void filter(int64_t now_us);
  bool follow(uint32_t ssrc, int64_t arrival_us);
  void take_payload(const RtpPacket&, const ReceiveFormat& format, int64_t arrival_us);
  void note_reception(int64_t arrival_us);
  VoipMetrics voip_metrics() const;
  bool is_clear_report(std::span<const uint8_t> packet, const Endpoint& from) const;
  void send_audio(const TickTime&, std::span<const int16_t> captured);
  void send_digits(const TickTime&);
  void send_report(const TickTime&);
  void send_packet(const TickTime&, const RtpPacket& header, size_t payload_size);
  void record();
  void note_changes();

  PacketPort& rtp_;
  PacketPort& rtcp_;
  LiveRecord* const record_;
  const std::string cname_;

  State state_ = State::kUnconfigured;
  RemoteAddress remote_;
  std::optional<Endpoint> filter_;  // what the port was set to; none yet: a port from before a restart keeps its filter
  Direction direction_ = Direction::kInactive;
  uint16_t rtcp_port_ = 0;  // 0: the next one
  bool rtcp_mux_ = false;
  ReceiveTable receive_table_;
  Outgoing outgoing_;
  Playout playout_;
  std::unique_ptr<SrtpSender> sender_;
  std::unique_ptr<SrtpReceiver> receiver_;
  std::unique_ptr<SrtpReceiver> previous_;  // the key before, for packets still on their way
  int64_t previous_until_us_ = 0;
  uint32_t receive_fingerprint_ = 0;

  uint32_t ssrc_ = 0;
  DigitSender digits_;
  unsigned ticks_ = 0;
  int64_t next_report_us_ = 0;
  uint32_t sent_packets_ = 0;
  uint32_t sent_octets_ = 0;

  Reception reception_;
  MediaClock clock_;
  BurstMeter bursts_;
  uint64_t missed_ = 0;       // of this source, as the burst meter knows it
  uint64_t late_before_ = 0;  // of the sources before it
  int64_t last_arrival_us_ = 0;
  uint64_t most_lost_ = 0;    // of this source
  uint64_t lost_before_ = 0;  // of the sources before it
  uint64_t expected_before_ = 0;
  uint32_t source_before_ = 0;
  int64_t source_since_us_ = 0;
  bool clear_report_counted_ = false;
  uint32_t last_sender_report_ = 0;
  int64_t sender_report_at_us_ = 0;
  LiveState live_;

  std::array<uint8_t, 2048> in_;
  std::array<uint8_t, 2048> plain_;
  std::array<uint8_t, 2048> out_;

  Counters counters_;
  uint8_t notable_ = 0;  // what take_changed() tells of, a bit each
  bool changed_ = false;
};

}  // namespace phone::media
