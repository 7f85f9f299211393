// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/stream.hpp"

#include <algorithm>
#include <cstring>

#include "common/metrics/metrics.hpp"

namespace phone::media {
namespace {

constexpr int kMostPacketsPerTick = 64;  // the kernel keeps the others for the next tick
constexpr int kMostReportsPerTick = 4;
constexpr int kMostPlayedPerTick = 4;
constexpr int64_t kKeyOverlapUs = 2'000'000;
constexpr int64_t kReportEveryUs = 5'000'000;
constexpr int64_t kFirstReportUs = 1'000'000;

template <class T>
void count(std::atomic<T>& counter, T by = 1) {
  counter.store(counter.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
}

template <class T>
void set(std::atomic<T>& counter, T value) {
  counter.store(value, std::memory_order_relaxed);
}

// The same for the whole process. Looked up before the tick begins, because that allocates.
struct Process {
  metrics::Counter& forged = metrics::refusals("rtp_forged", "RTP packets that failed authentication");
  metrics::Counter& replayed = metrics::refusals("rtp_replayed", "replayed RTP packets");
  metrics::Counter& unwanted =
      metrics::refusals("rtp_unwanted", "RTP packets that are malformed or from an unexpected address or payload type");
  metrics::Counter& rtcp = metrics::refusals("rtcp_unwanted", "RTCP packets that are unencrypted, forged or malformed");
  metrics::Counter& lost = metrics::losses("rtp", "RTP packets from the far end");
};
Process& process() {
  static Process process;
  return process;
}

void refuse(std::atomic<uint64_t>& of_stream, metrics::Counter& of_process) {
  count(of_stream);
  of_process.add();
}

}  // namespace

Stream::Stream(PacketPort& rtp, PacketPort& rtcp, LiveRecord* record, std::string cname)
    : rtp_(rtp), rtcp_(rtcp), record_(record), cname_(std::move(cname)) {
  process();
  if (record_ != nullptr) live_ = record_->read().value_or(LiveState{});
}

void Stream::apply(StreamSetup& setup, int64_t now_us) {
  if (setup.forget_previous) {
    std::swap(previous_, setup.previous_receiver);
    return;
  }
  const bool elsewhere = state_ != State::kUnconfigured && !(setup.remote == remote_.ordered());
  remote_.set(setup.remote);
  payload_type_ = setup.payload_type;
  dtmf_payload_type_ = setup.dtmf_payload_type;
  clock_rate_ = setup.clock_rate;
  if (setup.replace_codec) {
    std::swap(encoder_, setup.encoder);
    std::swap(decoder_, setup.decoder);
    std::swap(jitter_, setup.jitter);
    decoded_samples_ = 0;
  }
  if (receives(direction_) && !receives(setup.direction)) {
    // What was still to be played is out of date when the far end is heard again.
    decoded_samples_ = 0;
    if (jitter_ != nullptr) jitter_->reset();
  }
  direction_ = setup.direction;
  if (setup.replace_sender) {
    std::swap(sender_, setup.sender);
    ssrc_ = setup.ssrc;
    sequence_ = setup.first_sequence;
    timestamp_ = setup.first_timestamp;
    sent_packets_ = sent_octets_ = 0;
    state_ = State::kSilent;
    set(counters_.ssrc_sent, ssrc_);
  }
  if (setup.replace_receiver) {
    std::swap(previous_, setup.previous_receiver);
    std::swap(receiver_, setup.receiver);
    // Packets of the same far end that are still on their way are heard; the key of another is over at once.
    if (!elsewhere) previous_ = std::move(setup.receiver);
    previous_until_us_ = now_us + kKeyOverlapUs;
    receive_fingerprint_ = setup.receive_fingerprint;
  }
  if (state_ == State::kUnconfigured) state_ = State::kSilent;
}

void Stream::set_focus(FocusState focus) {
  if (live_.focus == FocusState::kHolds && focus != FocusState::kHolds && encoder_ != nullptr) encoder_->reset();
  live_.focus = focus;
  record();
}

void Stream::receive(const TickTime& time) {
  if (state_ == State::kUnconfigured) return;
  if (next_report_us_ == 0) next_report_us_ = time.now_us + kFirstReportUs;
  filter(time.now_us);
  Endpoint from;
  int64_t arrival_us = 0;
  for (int i = 0; i < kMostPacketsPerTick; ++i) {
    const size_t size = rtp_.receive(in_, from, arrival_us);
    if (size == 0) break;
    const std::span<const uint8_t> packet = std::span<const uint8_t>(in_).first(size);
    if (looks_like_rtcp(packet)) {
      receive_rtcp(time, packet, from);
    } else {
      receive_rtp(time, packet, from, arrival_us);
    }
  }
  for (int i = 0; i < kMostReportsPerTick; ++i) {
    const size_t size = rtcp_.receive(in_, from, arrival_us);
    if (size == 0) break;
    receive_rtcp(time, std::span<const uint8_t>(in_).first(size), from);
  }
}

Stream::Opened Stream::open(int64_t now_us, std::span<const uint8_t> packet, size_t& size) {
  const Verdict verdict = receiver_->unprotect(packet, plain_, size);
  const bool overlap = previous_ != nullptr && now_us < previous_until_us_;
  if (verdict != Verdict::kUnauthentic || !overlap) return {.verdict = verdict, .by_previous = false};
  return {.verdict = previous_->unprotect(packet, plain_, size), .by_previous = true};
}

void Stream::receive_rtp(const TickTime& time, std::span<const uint8_t> packet, const Endpoint& from,
                         int64_t arrival_us) {
  size_t size = packet.size();
  if (receiver_ != nullptr) {
    const Opened opened = open(time.now_us, packet, size);
    switch (opened.verdict) {
      case Verdict::kOk:
        break;
      case Verdict::kReplay:
        return refuse(counters_.replays, process().replayed);
      case Verdict::kUnauthentic:
        return refuse(counters_.authentication_failures, process().forged);
      case Verdict::kMalformed:
      case Verdict::kTooManySources:
        return refuse(counters_.refused, process().unwanted);
    }
    // A sender that has only the old key does not say where to send.
    if (!opened.by_previous) remote_.authentic(from, arrival_us);
  } else {
    if (!from.same_host(remote_.ordered()) || size > plain_.size())
      return refuse(counters_.refused, process().unwanted);
    std::memcpy(plain_.data(), packet.data(), size);
  }
  const auto parsed = parse_rtp(std::span<const uint8_t>(plain_).first(size));
  if (!parsed || !receives(direction_)) return refuse(counters_.refused, process().unwanted);
  const bool known =
      parsed->payload_type == payload_type_ || (dtmf_payload_type_ != 0 && parsed->payload_type == dtmf_payload_type_);
  if (!known) return refuse(counters_.refused, process().unwanted);

  if (!reception_.started() || reception_.ssrc() != parsed->ssrc) {
    reception_.start(parsed->ssrc, parsed->sequence);
    most_lost_ = 0;
    if (jitter_ != nullptr) jitter_->reset();
    set(counters_.ssrc_received, parsed->ssrc);
  }
  reception_.packet(parsed->sequence, parsed->timestamp, arrival_us, clock_rate_);
  if (last_arrival_us_ != 0 && arrival_us > last_arrival_us_) {
    const auto gap = static_cast<uint32_t>((arrival_us - last_arrival_us_) / 1000);
    if (gap > counters_.largest_gap_ms.load(std::memory_order_relaxed)) set(counters_.largest_gap_ms, gap);
  }
  last_arrival_us_ = std::max(last_arrival_us_, arrival_us);
  count(counters_.packets_received, uint64_t{1});
  count(counters_.bytes_received, uint64_t{packet.size()});
  note_lost(reception_.lost());
  set(counters_.expected, reception_.expected());
  set(counters_.jitter_ms, reception_.jitter_ms());
  set(counters_.last_received_us, time.now_us);
  set(counters_.receiving_encrypted, receiver_ != nullptr);
  take_payload(*parsed, arrival_us);
}

// A late packet lowers the loss of the stream again; the process has counted it.
void Stream::note_lost(uint64_t lost) {
  if (lost > most_lost_) {
    process().lost.add(lost - most_lost_);
    most_lost_ = lost;
  }
  set(counters_.packets_lost, lost);
}

void Stream::take_payload(const RtpPacket& packet, int64_t arrival_us) {
  if (packet.payload_type != payload_type_) {
    if (const auto event = parse_event(packet.payload); event && event->end)
      count(counters_.events_received, uint64_t{1});
    return;
  }
  if (jitter_ == nullptr) return;
  jitter_->put(packet.sequence, packet.timestamp, packet.payload, arrival_us);
  set(counters_.packets_late, jitter_->late());
}

// While authentic packets come from one place, packets from elsewhere do not fill the kernel's queue.
void Stream::filter(int64_t now_us) {
  const Endpoint wanted = receiver_ != nullptr ? remote_.filter(now_us) : Endpoint{};
  if (filter_ == wanted) return;
  rtp_.hear_only(wanted);
  filter_ = wanted;
}

void Stream::receive_rtcp(const TickTime& time, std::span<const uint8_t> packet, const Endpoint& from) {
  size_t size = packet.size();
  std::span<const uint8_t> plain = packet;
  if (receiver_ != nullptr) {
    // baresip sends one unencrypted report before its SRTP is up; it is refused like any other.
    if (receiver_->unprotect_rtcp(packet, plain_, size) != Verdict::kOk)
      return refuse(counters_.rtcp_refused, process().rtcp);
    plain = std::span<const uint8_t>(plain_).first(size);
  } else if (!from.same_host(remote_.ordered())) {
    return refuse(counters_.rtcp_refused, process().rtcp);
  }
  const auto news = parse_rtcp(plain, ssrc_);
  if (!news) return refuse(counters_.rtcp_refused, process().rtcp);
  count(counters_.rtcp_received, uint64_t{1});
  if (news->sender) {
    last_sender_report_ = static_cast<uint32_t>(news->sender->ntp >> 16);
    sender_report_at_us_ = time.now_us;
  }
  if (news->about_us && news->about_us->last_sender_report != 0) {
    const auto now = static_cast<uint32_t>(time.ntp >> 16);
    const auto trip = static_cast<int32_t>(now - news->about_us->last_sender_report - news->about_us->delay_since);
    if (trip >= 0) set(counters_.round_trip_ms, static_cast<uint32_t>(uint64_t(trip) * 1000 >> 16));
  }
}

void Stream::play(const TickTime& time, std::span<int16_t> mix) {
  if (!receives(direction_) || decoder_ == nullptr || jitter_ == nullptr) return;
  for (int packets = 0; decoded_samples_ < mix.size() && packets < kMostPlayedPerTick; ++packets) {
    const JitterBuffer::Pull pull = jitter_->pull(time.now_us);
    if (pull.kind == JitterBuffer::Kind::kNothing) break;
    const auto room = std::span<int16_t>(decoded_).subspan(decoded_samples_, kMaxDecodedSamples);
    if (pull.kind == JitterBuffer::Kind::kFrame) {
      const size_t made = decoder_->decode(pull.payload, room);
      jitter_->played(static_cast<uint32_t>(made * clock_rate_ / kAudioRate));
      decoded_samples_ += made;
    } else {
      count(counters_.concealed, uint64_t{1});
      decoded_samples_ += decoder_->conceal(pull.payload, room);
    }
  }
  set(counters_.playout_delay_ms, static_cast<uint32_t>(std::max(jitter_->delay_ms(), 0)));
  const size_t ready = std::min(decoded_samples_, mix.size());
  for (size_t i = 0; i < ready; ++i) {
    mix[i] = static_cast<int16_t>(std::clamp(int{mix[i]} + int{decoded_[i]}, -32768, 32767));
  }
  std::copy(decoded_.begin() + static_cast<std::ptrdiff_t>(ready),
            decoded_.begin() + static_cast<std::ptrdiff_t>(decoded_samples_), decoded_.begin());
  decoded_samples_ -= ready;
}

void Stream::send(const TickTime& time, std::span<const int16_t> captured) {
  if (state_ == State::kUnconfigured) return;
  if (!sends(direction_) || encoder_ == nullptr || remote_.ordered().none()) {
    state_ = State::kSilent;
    record();
  } else if (digits_.busy() && dtmf_payload_type_ != 0) {
    state_ = State::kDigits;
    send_digits(time);
  } else {
    send_audio(time, captured);
  }
  timestamp_ += clock_rate_ / 50;
  if (time.now_us >= next_report_us_ && !remote_.ordered().none()) send_report(time);
  note_changes();
}

void Stream::send_audio(const TickTime& time, std::span<const int16_t> captured) {
  const size_t size = encoder_->encode(captured, std::span<uint8_t>(out_).subspan(kRtpHeaderOctets, kMaxPayloadOctets));
  if (size == 0) return;
  const bool begins = state_ != State::kAudio;
  send_packet(time, {.marker = begins, .payload_type = payload_type_, .timestamp = timestamp_}, size);
  state_ = State::kAudio;
}

void Stream::send_digits(const TickTime& time) {
  const auto digit = digits_.step(timestamp_, clock_rate_ / 50);
  if (!digit) return;
  for (int copy = 0; copy < digit->copies; ++copy) {
    write_event(digit->event, out_.data() + kRtpHeaderOctets);
    send_packet(time, {.marker = digit->marker, .payload_type = dtmf_payload_type_, .timestamp = digit->timestamp},
                kEventOctets);
  }
}

void Stream::send_packet(const TickTime& time, const RtpPacket& what, size_t payload_size) {
  RtpPacket header = what;
  header.sequence = sequence_++;
  header.ssrc = ssrc_;
  write_rtp_header(header, out_.data());
  size_t size = kRtpHeaderOctets + payload_size;
  if (sender_ != nullptr && !sender_->protect(out_.data(), size)) return;
  record();  // the index is on record before the packet leaves
  if (!rtp_.send(std::span<const uint8_t>(out_).first(size), remote_.destination())) return;
  ++sent_packets_;
  sent_octets_ += static_cast<uint32_t>(payload_size);
  count(counters_.packets_sent, uint64_t{1});
  count(counters_.bytes_sent, uint64_t{size});
  set(counters_.last_sent_us, time.now_us);
  set(counters_.sending_encrypted, sender_ != nullptr);
}

void Stream::send_report(const TickTime& time) {
  next_report_us_ = time.now_us + kReportEveryUs;
  RtcpReport report{.ssrc = ssrc_, .sender = {}, .block = {}};
  if (sent_packets_ > 0) {
    report.sender = SenderPart{.ntp = time.ntp, .rtp = timestamp_, .packets = sent_packets_, .octets = sent_octets_};
  }
  if (reception_.started()) {
    const int64_t since = sender_report_at_us_ == 0 ? 0 : time.now_us - sender_report_at_us_;
    report.block = ReportBlock{.ssrc = reception_.ssrc(),
                               .fraction_lost = reception_.fraction_lost_since_last(),
                               .lost = static_cast<uint32_t>(reception_.lost()),
                               .highest_extended = reception_.highest_extended(),
                               .jitter = reception_.jitter_units(),
                               .last_sender_report = last_sender_report_,
                               .delay_since = static_cast<uint32_t>(since * 65536 / 1'000'000)};
  }
  size_t size = write_report(report, cname_, out_);
  if (sender_ != nullptr && !sender_->protect_rtcp(out_.data(), size)) return;
  record();
  const Endpoint& to = remote_.destination();
  rtcp_.send(std::span<const uint8_t>(out_).first(size), to.with_port(static_cast<uint16_t>(to.port() + 1)));
}

void Stream::record() {
  if (sender_ != nullptr) live_.transmit = sender_->state();
  if (receiver_ != nullptr) {
    live_.receive = receiver_->state();
    live_.receive_fingerprint = receive_fingerprint_;
    for (uint32_t i = 0; i < live_.receive.sources; ++i) {
      if (live_.receive.source[i].ssrc == reception_.ssrc())
        set(counters_.index_received, live_.receive.source[i].index);
    }
  }
  if (record_ != nullptr) record_->write(live_);
}

void Stream::note_changes() {
  const auto flags =
      static_cast<uint8_t>((counters_.sending_encrypted ? 1 : 0) | (counters_.receiving_encrypted ? 2 : 0) |
                           (counters_.packets_sent != 0 ? 4 : 0) | (counters_.packets_received != 0 ? 8 : 0));
  changed_ = changed_ || flags != notable_;
  notable_ = flags;
}

}  // namespace phone::media
