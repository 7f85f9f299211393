// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// stream.hpp -- one stream as the tick runs it: packets in, sound out, sound in, packets out. Belongs to the tick's
// thread once handed over; allocates, locks and waits for nothing. Time is handed in.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "services/media/codec/codec.hpp"
#include "services/media/rtp/dtmf.hpp"
#include "services/media/rtp/jitter_buffer.hpp"
#include "services/media/rtp/packet_port.hpp"
#include "services/media/rtp/rtcp.hpp"
#include "services/media/rtp/rtp.hpp"
#include "services/media/rtp/srtp.hpp"
#include "services/media/state_record.hpp"
#include "services/media/tone/tone.hpp"

namespace phone::media {

struct TickTime {
  int64_t now_us = 0;  // CLOCK_MONOTONIC
  uint64_t ntp = 0;    // wall clock as RFC 3550 section 4 has it
};

// Written by the tick, read by anyone; each number is right by itself.
struct Counters {
  std::atomic<uint64_t> packets_sent = 0, bytes_sent = 0, packets_received = 0, bytes_received = 0;
  std::atomic<uint64_t> packets_lost = 0, packets_late = 0, expected = 0;
  std::atomic<uint64_t> authentication_failures = 0, replays = 0;
  std::atomic<uint64_t> refused = 0;       // malformed, from elsewhere, of a payload nobody agreed on, too many sources
  std::atomic<uint64_t> rtcp_refused = 0;  // in the clear where SRTCP is agreed, or broken
  std::atomic<uint64_t> rtcp_received = 0, events_received = 0, concealed = 0;
  std::atomic<uint32_t> ssrc_sent = 0, ssrc_received = 0;
  std::atomic<uint64_t> index_received = 0;
  std::atomic<uint32_t> largest_gap_ms = 0, round_trip_ms = 0, playout_delay_ms = 0;
  std::atomic<double> jitter_ms = 0;
  std::atomic<int64_t> last_sent_us = 0, last_received_us = 0;  // 0: never
  std::atomic<bool> sending_encrypted = false, receiving_encrypted = false;
};

// Made by the actor and swapped in whole by the tick; afterwards it holds what was there before, to be freed elsewhere.
struct StreamSetup {
  Endpoint remote;
  bool send = false;
  bool receive = false;
  uint8_t payload_type = 0;
  uint8_t dtmf_payload_type = 0;  // 0: none
  uint32_t clock_rate = 8000;

  bool replace_codec = false;
  std::unique_ptr<Encoder> encoder;
  std::unique_ptr<Decoder> decoder;
  std::unique_ptr<JitterBuffer> jitter;

  bool replace_sender = false;
  std::unique_ptr<SrtpSender> sender;  // null: in the clear
  uint32_t ssrc = 0;
  uint16_t first_sequence = 0;
  uint32_t first_timestamp = 0;

  bool replace_receiver = false;
  std::unique_ptr<SrtpReceiver> receiver;  // null: in the clear
  uint32_t receive_fingerprint = 0;

  bool forget_previous = false;                     // nothing else is looked at
  std::unique_ptr<SrtpReceiver> previous_receiver;  // out only
};

class Stream {
 public:
  // `record` may be null (tests); ports and record outlive the stream.
  Stream(PacketPort& rtp, PacketPort& rtcp, StateRecord* record, std::string cname);

  void apply(StreamSetup&);
  bool add_digit(char key) { return digits_.add(key); }

  // The three parts of a tick, in this order.
  void receive(const TickTime&);
  void play(const TickTime&, std::span<int16_t> mix);
  void send(const TickTime&, std::span<const int16_t> captured);

  const Counters& counters() const { return counters_; }
  // True once after what is encrypted, sent or received has changed.
  bool take_changed() { return std::exchange(changed_, false); }

 private:
  void receive_rtp(const TickTime&, std::span<const uint8_t> packet, const Endpoint& from, int64_t arrival_us);
  void receive_rtcp(const TickTime&, std::span<const uint8_t> packet, const Endpoint& from);
  Verdict open(std::span<const uint8_t> packet, size_t& size);
  void follow(const Endpoint& from, int64_t arrival_us);
  void choose_whom_to_hear(int64_t now_us);
  void note_lost(uint64_t lost);
  void take_payload(const RtpPacket&, int64_t arrival_us);
  void send_report(const TickTime&);
  void send_packet(const TickTime&, const RtpPacket& header, size_t payload_size);
  void record();
  void note_security();

  PacketPort& rtp_;
  PacketPort& rtcp_;
  StateRecord* const record_;
  const std::string cname_;

  bool configured_ = false;
  Endpoint remote_;   // where signaling says
  Endpoint latched_;  // where authentic packets come from
  int64_t latched_heard_us_ = 0;
  bool proven_ = false;  // something authentic came from where we send
  Endpoint heard_only_;  // what the port was told
  bool chosen_ = false;  // a port from before a restart still hears whom it heard then
  bool sends_ = false;
  bool receives_ = false;
  uint8_t payload_type_ = 0;
  uint8_t dtmf_payload_type_ = 0;
  uint32_t clock_rate_ = 8000;
  std::unique_ptr<Encoder> encoder_;
  std::unique_ptr<Decoder> decoder_;
  std::unique_ptr<JitterBuffer> jitter_;
  std::unique_ptr<SrtpSender> sender_;
  std::unique_ptr<SrtpReceiver> receiver_;
  std::unique_ptr<SrtpReceiver> previous_;  // the key before, for packets still on their way
  int64_t previous_until_us_ = 0;
  bool key_changed_ = false;
  bool by_previous_ = false;  // the last packet was opened with it
  uint32_t receive_fingerprint_ = 0;

  uint32_t ssrc_ = 0;
  uint16_t sequence_ = 0;
  uint32_t timestamp_ = 0;
  bool talking_ = false;  // the last tick sent audio: the next packet needs no marker
  DigitSender digits_;
  int64_t next_report_us_ = 0;
  uint32_t sent_packets_ = 0;
  uint32_t sent_octets_ = 0;

  Reception reception_;
  int64_t last_arrival_us_ = 0;
  uint64_t most_lost_ = 0;  // of this source
  uint32_t last_sender_report_ = 0;
  int64_t sender_report_at_us_ = 0;
  LiveState live_;

  std::array<uint8_t, 2048> in_;
  std::array<uint8_t, 2048> plain_;
  std::array<uint8_t, 2048> out_;
  std::array<int16_t, 2 * kMaxDecodedSamples> decoded_;
  size_t decoded_samples_ = 0;

  Counters counters_;
  uint8_t security_ = 0;
  bool changed_ = false;
};

}  // namespace phone::media
