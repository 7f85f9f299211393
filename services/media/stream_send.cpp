// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What leaves a stream: audio, telephone events, reports.
#include <algorithm>
#include <cstring>

#include "services/media/rtp/emodel.hpp"
#include "services/media/rtp/packet_counts.hpp"
#include "services/media/stream.hpp"
#include "services/media/stream_report.hpp"

namespace phone::media {
namespace {

constexpr int64_t kReportEveryUs = 5'000'000;
constexpr uint32_t kTickMs = 20;

}  // namespace

void Stream::send(const TickTime& time, std::span<const int16_t> captured) {
  if (state_ == State::kUnconfigured) return;
  if (!sends(direction_) || !outgoing_.ready() || remote_.ordered().none()) {
    state_ = State::kSilent;
    record();
  } else if (digits_.busy() && outgoing_.dtmf_payload_type() != 0) {
    outgoing_.drop_waiting();
    state_ = State::kDigits;
    send_digits(time);
  } else {
    send_audio(time, captured);
  }
  outgoing_.advance();
  if (time.now_us >= next_report_us_ && !remote_.ordered().none()) send_report(time);
  note_changes();
}

void Stream::send_audio(const TickTime& time, std::span<const int16_t> captured) {
  outgoing_.encode(captured);
  bool sent = false;
  for (auto payload = outgoing_.take(); !payload.octets.empty(); payload = outgoing_.take()) {
    std::memcpy(out_.data() + kRtpHeaderOctets, payload.octets.data(), payload.octets.size());
    // The first packet after silence has a marker (RFC 3551 section 4.1).
    send_packet(
        time,
        {.marker = state_ != State::kAudio, .payload_type = outgoing_.payload_type(), .timestamp = payload.timestamp},
        payload.octets.size());
    state_ = State::kAudio;
    sent = true;
  }
  if (!sent && outgoing_.left_out()) state_ = State::kSilent;
}

void Stream::send_digits(const TickTime& time) {
  const auto digit = digits_.step(outgoing_.event_timestamp(), outgoing_.event_step());
  if (!digit) return;
  for (int copy = 0; copy < digit->copies; ++copy) {
    write_event(digit->event, out_.data() + kRtpHeaderOctets);
    send_packet(time,
                {.marker = digit->marker, .payload_type = outgoing_.dtmf_payload_type(), .timestamp = digit->timestamp},
                kEventOctets);
  }
}

void Stream::send_packet(const TickTime& time, const RtpPacket& what, size_t payload_size) {
  RtpPacket header = what;
  header.sequence = outgoing_.next_sequence();
  header.ssrc = ssrc_;
  write_rtp_header(header, out_.data());
  size_t size = kRtpHeaderOctets + payload_size;
  if (sender_ != nullptr && !sender_->protect(out_.data(), size)) return;
  record();  // the index is on record before the packet leaves
  if (!rtp_.send(std::span<const uint8_t>(out_).first(size), remote_.destination())) return;
  ++sent_packets_;
  sent_octets_ += static_cast<uint32_t>(payload_size);
  if (counters_.packets_sent.load(std::memory_order_relaxed) == 0) set(counters_.first_sent_us, time.now_us);
  count(counters_.packets_sent, uint64_t{1});
  count(counters_.bytes_sent, uint64_t{size});
  count(counters_.payload_octets_sent, uint64_t{payload_size});
  set(counters_.last_sent_us, time.now_us);
  set(counters_.sending_encrypted, sender_ != nullptr);
}

VoipMetrics Stream::voip_metrics() const {
  const auto share = [&](uint64_t part) {
    const uint64_t of = std::max<uint64_t>(counters_.expected, 1);
    return static_cast<uint8_t>(std::min<uint64_t>(255, part * 256 / of));
  };
  const uint32_t delay_ms = counters_.playout_delay_ms;
  VoipMetrics metrics{.ssrc = reception_.ssrc(),
                      .lost = share(counters_.packets_lost),
                      .discarded = share(counters_.packets_late),
                      .bursts = bursts_.figures(kTickMs),
                      .round_trip_ms = static_cast<uint16_t>(std::min<uint32_t>(counters_.round_trip_ms, 65535)),
                      .end_system_ms = static_cast<uint16_t>(std::min<uint32_t>(delay_ms + kTickMs, 65535)),
                      .jitter_nominal_ms = static_cast<uint16_t>(std::min<uint32_t>(delay_ms, 65535))};
  const uint32_t codec = counters_.codec_received;
  const auto quality = codec == 0 ? std::nullopt : quality_of(counters_, static_cast<CodecKind>(codec - 1));
  if (quality) {
    CallQuality listening = *quality;
    listening.delay_ms = 0;
    metrics.r_factor = static_cast<uint8_t>(std::clamp(r_factor(*quality), 0.0, 100.0));
    metrics.mos_listening = static_cast<uint8_t>(mos_of(r_factor(listening)) * 10 + 0.5);
    metrics.mos_conversation = static_cast<uint8_t>(mos_of(r_factor(*quality)) * 10 + 0.5);
  }
  return metrics;
}

void Stream::send_report(const TickTime& time) {
  next_report_us_ = time.now_us + kReportEveryUs;
  RtcpReport report{.ssrc = ssrc_, .sender = {}, .block = {}};
  if (sent_packets_ > 0) {
    report.sender =
        SenderPart{.ntp = time.ntp, .rtp = outgoing_.timestamp(), .packets = sent_packets_, .octets = sent_octets_};
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
  if (reception_.started()) size += write_voip_metrics(ssrc_, voip_metrics(), std::span<uint8_t>(out_).subspan(size));
  if (sender_ != nullptr && !sender_->protect_rtcp(out_.data(), size)) return;
  record();
  const Endpoint& to = remote_.destination();
  const auto packet = std::span<const uint8_t>(out_).first(size);
  if (rtcp_mux_) {
    rtp_.send(packet, to);
  } else {
    rtcp_.send(packet, to.with_port(rtcp_port_ != 0 ? rtcp_port_ : static_cast<uint16_t>(to.port() + 1)));
  }
}

}  // namespace phone::media
