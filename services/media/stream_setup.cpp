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

absl::Status set_codec(CodecKind codec, StreamSetup& setup) {
  auto encoder = make_encoder(codec);
  if (!encoder.ok()) return encoder.status();
  auto decoder = make_decoder(codec);
  if (!decoder.ok()) return decoder.status();
  setup.replace_codec = true;
  setup.encoder = *std::move(encoder);
  setup.decoder = *std::move(decoder);
  setup.jitter = std::make_unique<JitterBuffer>(setup.clock_rate);
  return absl::OkStatus();
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
  auto receiver = SrtpReceiver::create(*suite, key.key_salt.view(), continuity, before);
  if (!receiver.ok()) return receiver.status();
  setup.receiver = *std::move(receiver);
  return absl::OkStatus();
}

}  // namespace

bool same_key(const KeyOrder& one, const KeyOrder& other) {
  return one.suite == other.suite && one.key_salt == other.key_salt;
}

absl::StatusOr<std::unique_ptr<StreamSetup>> make_setup(const SetupBasis& basis, const StreamOrder& order,
                                                        const CheckedOrder& checked) {
  auto setup = std::make_unique<StreamSetup>();
  setup->remote = checked.remote;
  setup->direction = checked.direction;
  setup->payload_type = static_cast<uint8_t>(order.payload_type);
  setup->dtmf_payload_type = static_cast<uint8_t>(order.dtmf_payload_type);
  setup->clock_rate = shape_of(checked.codec).clock_rate;
  const bool first = basis.order == nullptr;
  absl::Status status;
  if (first || checked.codec != basis.checked.codec) status = set_codec(checked.codec, *setup);
  if (status.ok() && (first || !same_key(order.transmit, basis.order->transmit)))
    status = set_sender(basis, order.transmit, checked.transmit, *setup);
  if (status.ok() && (first || !same_key(order.receive, basis.order->receive)))
    status = set_receiver(basis, order.receive, checked.receive, *setup);
  if (!status.ok()) return status;
  return setup;
}

}  // namespace phone::media
