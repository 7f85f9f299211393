// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/stream_manager.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <random>

#include "absl/strings/str_cat.h"
#include "services/media/emodel.hpp"

namespace phone::media {
namespace {

constexpr size_t kMostTonesTold = 32;
constexpr int64_t kActiveUs = 1'000'000;     // sent or heard within this: it does so now
constexpr int64_t kForgetKeyUs = 3'000'000;  // a little over the overlap of two keys

uint32_t random32() {
  static std::random_device source;
  return source();
}

// Random at first, then counted on from the last one on record: after any number of restarts none comes again, where
// random ones would only be unlikely to.
uint32_t next_ssrc(uint32_t ours, uint32_t of_the_process_before) {
  const uint32_t last = ours != 0 ? ours : of_the_process_before;
  const uint32_t next = last == 0 ? random32() : last + 1;
  return next == 0 ? 1 : next;
}

bool same_key(const KeyOrder& one, const KeyOrder& other) {
  return one.suite == other.suite && one.key_salt == other.key_salt;
}

std::string name_of(const char* what, size_t slot) { return absl::StrCat(what, ".", slot); }

// Best effort: without the right to lock memory the key is still wiped, only swap could see it.
void lock_memory(const crypto::Secret& secret) { ::mlock(secret.view().data(), secret.size()); }

double opinion(const Counters& counters, CodecKind codec) {
  const uint64_t expected = counters.expected;
  if (codec == CodecKind::kOpus || expected == 0) return 0;  // no published narrowband figures for Opus (media.md 4.5)
  const auto missing = static_cast<double>(counters.packets_lost + counters.packets_late);
  return mos_of(r_factor({.delay_ms = 20.0 + counters.playout_delay_ms + counters.round_trip_ms / 2.0,
                          .loss_percent = std::min(100.0, 100.0 * missing / static_cast<double>(expected))}));
}

}  // namespace

struct StreamManager::ManagedStream {
  std::string name;
  size_t slot = 0;
  std::unique_ptr<UdpPort> rtp;
  std::unique_ptr<UdpPort> rtcp;
  std::unique_ptr<StateRecord> record;
  std::unique_ptr<Stream> stream;
  uint16_t port = 0;
  std::optional<StreamOrder> order;
  CheckedOrder checked;
  Endpoint key_went_to;    // where the key that we send with is known
  LiveState before;        // of the process before us
  int64_t rekeyed_us = 0;  // 0: no older key is kept
  std::vector<std::string> tones;
};

StreamManager::StreamManager(Engine& engine, DescriptorStore& descriptor_store, std::string device_name)
    : engine_(engine), descriptor_store_(descriptor_store), device_name_(std::move(device_name)) {}

StreamManager::~StreamManager() = default;

StreamManager::ManagedStream* StreamManager::find(const std::string& stream) {
  for (const auto& managed : streams_) {
    if (managed->name == stream) return managed.get();
  }
  return nullptr;
}

std::optional<size_t> StreamManager::free_slot() const {
  for (size_t slot = 0; slot < kMaxStreams; ++slot) {
    if (std::none_of(streams_.begin(), streams_.end(), [&](const auto& managed) { return managed->slot == slot; }))
      return slot;
  }
  return std::nullopt;
}

absl::Status StreamManager::attach(std::unique_ptr<ManagedStream> managed) {
  managed->stream = std::make_unique<Stream>(*managed->rtp, *managed->rtcp, managed->record.get(),
                                             absl::StrCat("phone-", random32()));
  if (!engine_.submit({.kind = Command::Kind::kAttach, .slot = managed->slot, .stream = managed->stream.get()})) {
    return absl::UnavailableError("media processing is overloaded");
  }
  streams_.push_back(std::move(managed));
  return absl::OkStatus();
}

absl::Status StreamManager::adopt(const InheritedStream& kept) {
  auto managed = std::make_unique<ManagedStream>();
  managed->slot = kept.slot;
  managed->rtp = std::make_unique<UdpPort>(kept.rtp);
  managed->rtcp = std::make_unique<UdpPort>(kept.rtcp);
  auto record = StateRecord::adopt(kept.record);
  absl::Status status = record.status();
  if (status.ok()) {
    managed->record = *std::move(record);
    managed->name = managed->record->stream();
    managed->port = managed->rtp->local_port();
    if (managed->port != managed->record->port() || find(managed->name) != nullptr)
      status = absl::DataLossError("the record belongs to another stream");
  }
  if (status.ok()) {
    managed->before = managed->record->read().value_or(LiveState{});
    status = attach(std::move(managed));
  }
  if (!status.ok()) {
    for (const char* what : {"rtp", "rtcp", "record"}) descriptor_store_.forget(name_of(what, kept.slot));
  }
  return status;
}

absl::StatusOr<uint16_t> StreamManager::open(const std::string& stream, const std::string& local_address) {
  if (absl::Status status = check_stream_name(stream); !status.ok()) return status;
  if (const ManagedStream* managed = find(stream)) return managed->port;
  const std::optional<size_t> slot = free_slot();
  if (!slot) return absl::ResourceExhaustedError("all streams are in use");
  auto pair = bind_pair(local_address, policy_.port_first, policy_.port_last);
  if (!pair.ok()) return pair.status();
  auto managed = std::make_unique<ManagedStream>();
  managed->name = stream;
  managed->slot = *slot;
  managed->rtp = std::make_unique<UdpPort>(std::move(pair->rtp));
  managed->rtcp = std::make_unique<UdpPort>(std::move(pair->rtcp));
  managed->port = managed->rtp->local_port();
  auto record = StateRecord::create(stream, managed->port);
  if (!record.ok()) return record.status();
  managed->record = *std::move(record);
  set_dscp(*managed);
  const ManagedStream& kept = *managed;
  descriptor_store_.keep(name_of("rtp", kept.slot), kept.rtp->fd());
  descriptor_store_.keep(name_of("rtcp", kept.slot), kept.rtcp->fd());
  descriptor_store_.keep(name_of("record", kept.slot), kept.record->fd());
  const uint16_t port = managed->port;
  if (absl::Status status = attach(std::move(managed)); !status.ok()) return status;
  return port;
}

void StreamManager::set_dscp(const ManagedStream& managed) const {
  const uint32_t dscp = managed.order && managed.order->dscp != 0 ? managed.order->dscp : policy_.dscp;
  managed.rtp->set_dscp(dscp);
  managed.rtcp->set_dscp(dscp);
}

absl::StatusOr<std::unique_ptr<StreamSetup>> StreamManager::prepare(const ManagedStream& managed,
                                                                    const StreamOrder& order,
                                                                    const CheckedOrder& checked) const {
  const bool first = !managed.order.has_value();
  auto setup = std::make_unique<StreamSetup>();
  setup->remote = checked.remote;
  setup->send = sends(checked.direction);
  setup->receive = receives(checked.direction);
  setup->payload_type = static_cast<uint8_t>(order.payload_type);
  setup->dtmf_payload_type = static_cast<uint8_t>(order.dtmf_payload_type);
  setup->clock_rate = shape_of(checked.codec).clock_rate;
  if (first || checked.codec != managed.checked.codec) {
    auto encoder = make_encoder(checked.codec);
    if (!encoder.ok()) return encoder.status();
    auto decoder = make_decoder(checked.codec);
    if (!decoder.ok()) return decoder.status();
    setup->replace_codec = true;
    setup->encoder = *std::move(encoder);
    setup->decoder = *std::move(decoder);
    setup->jitter = std::make_unique<JitterBuffer>(setup->clock_rate);
  }
  if (first || !same_key(order.transmit, managed.order->transmit)) {
    // A new SSRC with every new context: no index of this key and SSRC can come twice (media.md 4.2).
    setup->replace_sender = true;
    setup->ssrc = next_ssrc(managed.stream->counters().ssrc_sent, managed.before.transmit.ssrc);
    setup->first_sequence =
        static_cast<uint16_t>(random32() & 0x7fff);  // below 2^15: a lost first packet cannot mislead a receiver
    setup->first_timestamp = random32();
    if (checked.transmit) {
      auto sender = SrtpSender::create(*checked.transmit, order.transmit.key_salt.view(), setup->ssrc);
      if (!sender.ok()) return sender.status();
      setup->sender = *std::move(sender);
    }
  }
  if (first || !same_key(order.receive, managed.order->receive)) {
    setup->replace_receiver = true;
    if (checked.receive) {
      setup->receive_fingerprint = fingerprint(*checked.receive, order.receive.key_salt.view());
      Continuity continuity = Continuity::kNone;
      ReceiveState before;
      if (first && managed.before.receive_fingerprint == setup->receive_fingerprint) {
        continuity = Continuity::kRestored;
        before = managed.before.receive;
      } else if (managed.checked.remote == checked.remote && managed.stream->counters().index_received != 0) {
        continuity = Continuity::kRekeyed;
        before.sources = 1;
        before.source[0] = {managed.stream->counters().ssrc_received, managed.stream->counters().index_received};
      }
      auto receiver = SrtpReceiver::create(*checked.receive, order.receive.key_salt.view(), continuity, before);
      if (!receiver.ok()) return receiver.status();
      setup->receiver = *std::move(receiver);
    }
  }
  return setup;
}

absl::Status StreamManager::hand_over(const ManagedStream& managed, std::unique_ptr<StreamSetup> setup) {
  if (!engine_.submit({.kind = Command::Kind::kSetup, .slot = managed.slot, .setup = setup.get()})) {
    return absl::UnavailableError("media processing is overloaded");
  }
  setup.release();  // comes back by collect()
  return absl::OkStatus();
}

// A key belongs to one far end: whoever knows it could open what is sent to another.
absl::Status StreamManager::check_far_end(const ManagedStream& managed, const StreamOrder& order,
                                          const CheckedOrder& checked) const {
  if (checked.remote.none()) return absl::OkStatus();
  const bool moved = !managed.key_went_to.none() && !(managed.key_went_to == checked.remote);
  if (moved && checked.transmit && managed.order && same_key(order.transmit, managed.order->transmit))
    return absl::FailedPreconditionError("transmit: this key is already used for another address");
  if (const absl::Status route = check_route(checked.remote, managed.rtp->local()); !route.ok())
    return absl::InvalidArgumentError(absl::StrCat("remote_address: it is ", route.message()));
  return absl::OkStatus();
}

absl::Status StreamManager::configure(StreamOrder order, int64_t now_us) {
  ManagedStream* managed = find(order.stream);
  const Endpoint own = managed == nullptr ? Endpoint{} : managed->rtp->local();
  auto checked = check(order, own);
  if (!checked.ok()) return checked.status();
  if (managed == nullptr) return absl::NotFoundError("no such stream");
  if (absl::Status status = check_far_end(*managed, order, *checked); !status.ok()) return status;
  tidy(now_us);
  auto setup = prepare(*managed, order, *checked);
  if (!setup.ok()) return setup.status();
  const bool rekeyed = (*setup)->replace_receiver && managed->order.has_value();
  if (absl::Status status = hand_over(*managed, *std::move(setup)); !status.ok()) return status;
  if (rekeyed) managed->rekeyed_us = now_us;
  if (!managed->order || !same_key(order.transmit, managed->order->transmit)) managed->key_went_to = Endpoint{};
  if (!checked->remote.none()) managed->key_went_to = checked->remote;
  managed->order = std::move(order);
  managed->checked = *checked;
  lock_memory(managed->order->transmit.key_salt);
  lock_memory(managed->order->receive.key_salt);
  set_dscp(*managed);
  return absl::OkStatus();
}

absl::StatusOr<StreamReport> StreamManager::close(const std::string& stream, int64_t now_us) {
  const auto at =
      std::find_if(streams_.begin(), streams_.end(), [&](const auto& managed) { return managed->name == stream; });
  if (at == streams_.end()) return absl::NotFoundError("no such stream");
  StreamReport last = report_of(**at, now_us);
  if (!engine_.submit({.kind = Command::Kind::kDetach, .slot = (*at)->slot})) {
    return absl::UnavailableError("media processing is overloaded");
  }
  for (const char* what : {"rtp", "rtcp", "record"}) descriptor_store_.forget(name_of(what, (*at)->slot));
  (*at)->order.reset();
  leaving_.push_back(std::move(*at));
  streams_.erase(at);
  return last;
}

std::vector<RecoveredStream> StreamManager::recover() const {
  std::vector<RecoveredStream> all;
  for (const auto& managed : streams_) {
    RecoveredStream one{.order = managed->order.value_or(StreamOrder{}), .port = managed->port};
    one.order.stream = managed->name;
    all.push_back(std::move(one));
  }
  return all;
}

absl::Status StreamManager::play_tone(Tone tone, const std::string& stream) {
  ManagedStream* managed = stream.empty() ? nullptr : find(stream);
  if (!stream.empty() && managed == nullptr) return absl::NotFoundError("no such stream");
  if (!engine_.submit(
          {.kind = Command::Kind::kTone, .slot = managed != nullptr ? managed->slot : kIdleSlot, .tone = tone})) {
    return absl::UnavailableError("media processing is overloaded");
  }
  if (managed != nullptr && tone != Tone::kNone && managed->tones.size() < kMostTonesTold) {
    managed->tones.emplace_back(shape_of(tone).name);
  }
  return absl::OkStatus();
}

absl::Status StreamManager::send_digits(const std::string& stream, const std::string& digits) {
  const ManagedStream* managed = find(stream);
  if (managed == nullptr) return absl::NotFoundError("no such stream");
  if (!managed->order || managed->order->dtmf_payload_type == 0) {
    return absl::FailedPreconditionError("the stream has no payload type for telephone events");
  }
  if (digits.empty() || digits.size() > kMaxDigits) return absl::InvalidArgumentError("digits: 1 to 32 are allowed");
  for (const char key : digits) {
    if (!event_of(key)) return absl::InvalidArgumentError("digits: only 0-9, *, # and A-D are allowed");
  }
  for (const char key : digits) {
    if (!engine_.submit({.kind = Command::Kind::kDigit, .slot = managed->slot, .digit = key})) {
      return absl::ResourceExhaustedError("too many digits are queued");
    }
  }
  return absl::OkStatus();
}

absl::Status StreamManager::select(Transducer transducer) {
  if (transducer == Transducer::kSpeaker && policy_.speaker_disabled) {
    return absl::FailedPreconditionError("the speakerphone is disabled by the configuration");
  }
  if (transducer == Transducer::kHeadset && policy_.headset_disabled) {
    return absl::FailedPreconditionError("the headset is disabled by the configuration");
  }
  transducer_ = transducer;
  return absl::OkStatus();
}

void StreamManager::follow(const MediaPolicy& policy) {
  policy_ = policy;
  if (!select(transducer_).ok()) transducer_ = Transducer::kHandset;
  for (const auto& managed : streams_) set_dscp(*managed);
}

void StreamManager::tidy(int64_t now_us) {
  Command done;
  while (engine_.collect(done)) {
    if (done.kind == Command::Kind::kSetup) delete done.setup;
    if (done.kind == Command::Kind::kDetach) {
      std::erase_if(leaving_, [&](const auto& managed) { return managed->stream.get() == done.stream; });
    }
  }
  for (const auto& managed : streams_) {
    if (managed->rekeyed_us == 0 || now_us - managed->rekeyed_us < kForgetKeyUs) continue;
    auto setup = std::make_unique<StreamSetup>();
    setup->forget_previous = true;
    if (hand_over(*managed, std::move(setup)).ok()) managed->rekeyed_us = 0;
  }
}

StreamReport StreamManager::report_of(const ManagedStream& managed, int64_t now_us) const {
  const Counters& counters = managed.stream->counters();
  StreamReport report;
  report.stream = managed.name;
  report.awaiting_keys = !managed.order.has_value();
  if (managed.order) {
    report.call = managed.order->call;
    report.codec = std::string(shape_of(managed.checked.codec).name);
    report.transmit_suite = managed.order->transmit.suite;
    report.receive_suite = managed.order->receive.suite;
    report.mos = opinion(counters, managed.checked.codec);
  }
  const auto recent = [&](int64_t at) { return at != 0 && now_us - at < kActiveUs; };
  report.sending = recent(counters.last_sent_us);
  report.receiving = recent(counters.last_received_us);
  report.sending_encrypted = counters.sending_encrypted;
  report.receiving_encrypted = counters.receiving_encrypted;
  report.packets_sent = counters.packets_sent;
  report.packets_received = counters.packets_received;
  report.packets_lost = counters.packets_lost;
  report.packets_late = counters.packets_late;
  report.bytes_sent = counters.bytes_sent;
  report.bytes_received = counters.bytes_received;
  report.authentication_failures = counters.authentication_failures;
  report.replays = counters.replays;
  report.refused = counters.refused;
  report.rtcp_refused = counters.rtcp_refused;
  report.events_received = counters.events_received;
  report.ssrc_sent = counters.ssrc_sent;
  report.ssrc_received = counters.ssrc_received;
  report.largest_gap_ms = counters.largest_gap_ms;
  report.round_trip_ms = counters.round_trip_ms;
  report.playout_delay_ms = counters.playout_delay_ms;
  report.jitter_ms = counters.jitter_ms;
  report.tones = managed.tones;
  return report;
}

Report StreamManager::report(int64_t now_us) const {
  Report report{.streams = {}, .device = device_name_, .transducer = transducer_};
  for (const auto& managed : streams_) report.streams.push_back(report_of(*managed, now_us));
  return report;
}

}  // namespace phone::media
