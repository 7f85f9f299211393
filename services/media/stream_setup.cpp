// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/stream_setup.hpp"

namespace phone::media {
namespace {

// Random at first, then counted up from the last one on record: after any number of restarts none is used twice.
uint32_t next_ssrc(const SetupBasis& basis) {
  const uint32_t last = basis.ssrc_sent != 0 ? basis.ssrc_sent : basis.inherited.transmit.ssrc;
  const uint32_t next = last == 0 ? basis.new_ssrc : last + 1;
  return next == 0 ? 1 : next;
}

// A new SSRC with every new context: no index of this key and SSRC can come twice (media.md 4.2).
absl::Status set_sender(const SetupBasis& basis, const KeyOrder& key, std::optional<Suite> suite, StreamSetup& setup) {
  setup.replace_sender = true;
  setup.ssrc = next_ssrc(basis);
  // Below 2^15: losing the first packet cannot mislead a receiver about the rollover counter.
  setup.first_sequence = static_cast<uint16_t>(basis.new_sequence & 0x7fff);
  setup.first_timestamp = basis.new_timestamp;
  if (!suite) return absl::OkStatus();
  auto sender = SrtpSender::create(*suite, key.key_salt.view(), setup.ssrc);
  if (!sender.ok()) return sender.status();
  setup.sender = *std::move(sender);
  return absl::OkStatus();
}

absl::Status set_receiver(const SetupBasis& basis, const KeyOrder& key, std::optional<Suite> suite,
                          StreamSetup& setup) {
  setup.replace_receiver = true;
  if (!suite) return absl::OkStatus();
  setup.receive_fingerprint = fingerprint(*suite, key.key_salt.view());
  Continuity continuity = Continuity::kNone;
  ReceiveState before;
  if (basis.order == nullptr && basis.inherited.receive_fingerprint == setup.receive_fingerprint) {
    continuity = Continuity::kRestored;
    before = basis.inherited.receive;
  } else if (basis.checked.remote == setup.remote && basis.index_received != 0) {
    continuity = Continuity::kRekeyed;
    before.sources = 1;
    before.source[0] = {basis.ssrc_received, basis.index_received};
  }
  auto receiver = SrtpReceiver::create(*suite, key.key_salt.view(), continuity, before, key.mki);
  if (!receiver.ok()) return receiver.status();
  setup.receiver = *std::move(receiver);
  return absl::OkStatus();
}

}  // namespace

absl::Status set_codec(CodecKind codec, bool leaves_out_silence, StreamSetup& setup) {
  auto encoder = make_encoder(codec, leaves_out_silence);
  if (!encoder.ok()) return encoder.status();
  setup.replace_codec = true;
  setup.codec = codec;
  setup.clock_rate = shape_of(codec).clock_rate;
  setup.encoder = *std::move(encoder);
  return absl::OkStatus();
}

absl::Status set_decoders(const ReceiveTable& before, StreamSetup& setup) {
  for (const ReceiveFormat& format : setup.receive) {
    auto& place = setup.decoders[static_cast<size_t>(format.codec)];
    if (format.use != PayloadUse::kAudio || before.has(format.codec) || place != nullptr) continue;
    auto decoder = make_decoder(format.codec);
    if (!decoder.ok()) return decoder.status();
    place = *std::move(decoder);
  }
  return absl::OkStatus();
}

bool same_key(const KeyOrder& one, const KeyOrder& other) {
  return one.suite == other.suite && one.key_salt == other.key_salt && one.mki == other.mki;
}

absl::StatusOr<std::unique_ptr<StreamSetup>> make_setup(const SetupBasis& basis, const StreamOrder& order,
                                                        const CheckedOrder& checked) {
  auto setup = std::make_unique<StreamSetup>();
  setup->remote = checked.remote;
  setup->rtcp_port = static_cast<uint16_t>(order.remote_rtcp_port);
  setup->rtcp_mux = order.rtcp_mux;
  setup->direction = checked.direction;
  setup->payload_type = static_cast<uint8_t>(order.payload_type);
  setup->dtmf_payload_type = static_cast<uint8_t>(order.dtmf_payload_type);
  setup->clock_rate = shape_of(checked.codec).clock_rate;
  setup->dtmf_clock_rate = order.dtmf_clock_rate;
  setup->packet_ms = checked.packet_ms;
  setup->receive = checked.receive_table;
  const bool first = basis.order == nullptr;
  absl::Status status;
  if (first || checked.codec != basis.checked.codec || order.leaves_out_silence != basis.order->leaves_out_silence)
    status = set_codec(checked.codec, order.leaves_out_silence, *setup);
  if (first) setup->jitter = std::make_unique<JitterBuffer>(setup->clock_rate);
  if (status.ok()) status = set_decoders(first ? ReceiveTable{} : basis.checked.receive_table, *setup);
  if (status.ok() && (first || !same_key(order.transmit, basis.order->transmit)))
    status = set_sender(basis, order.transmit, checked.transmit, *setup);
  if (status.ok() && (first || !same_key(order.receive, basis.order->receive)))
    status = set_receiver(basis, order.receive, checked.receive, *setup);
  if (!status.ok()) return status;
  return setup;
}

}  // namespace phone::media
