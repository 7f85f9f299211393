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

struct StreamBook::Held {
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

StreamBook::StreamBook(Engine& engine, Keeper& keeper, std::string device_name)
    : engine_(engine), keeper_(keeper), device_name_(std::move(device_name)) {}

StreamBook::~StreamBook() = default;

StreamBook::Held* StreamBook::find(const std::string& stream) {
  for (const auto& held : streams_) {
    if (held->name == stream) return held.get();
  }
  return nullptr;
}

std::optional<size_t> StreamBook::free_slot() const {
  for (size_t slot = 0; slot < kMaxStreams; ++slot) {
    if (std::none_of(streams_.begin(), streams_.end(), [&](const auto& held) { return held->slot == slot; }))
      return slot;
  }
  return std::nullopt;
}

absl::Status StreamBook::attach(std::unique_ptr<Held> held) {
  held->stream =
      std::make_unique<Stream>(*held->rtp, *held->rtcp, held->record.get(), absl::StrCat("phone-", random32()));
  if (!engine_.submit({.kind = Command::Kind::kAttach, .slot = held->slot, .stream = held->stream.get()})) {
    return absl::UnavailableError("the media tick does not keep up");
  }
  streams_.push_back(std::move(held));
  return absl::OkStatus();
}

absl::Status StreamBook::adopt(const KeptStream& kept) {
  auto held = std::make_unique<Held>();
  held->slot = kept.slot;
  held->rtp = std::make_unique<UdpPort>(kept.rtp);
  held->rtcp = std::make_unique<UdpPort>(kept.rtcp);
  auto record = StateRecord::adopt(kept.record);
  absl::Status status = record.status();
  if (status.ok()) {
    held->record = *std::move(record);
    held->name = held->record->stream();
    held->port = held->rtp->local_port();
    if (held->port != held->record->port() || find(held->name) != nullptr)
      status = absl::DataLossError("another stream's record");
  }
  if (status.ok()) {
    held->before = held->record->read().value_or(LiveState{});
    status = attach(std::move(held));
  }
  if (!status.ok()) {
    for (const char* what : {"rtp", "rtcp", "record"}) keeper_.forget(name_of(what, kept.slot));
  }
  return status;
}

absl::StatusOr<uint16_t> StreamBook::open(const std::string& stream, const std::string& local_address) {
  if (absl::Status status = check_stream_name(stream); !status.ok()) return status;
  if (const Held* held = find(stream)) return held->port;
  const std::optional<size_t> slot = free_slot();
  if (!slot) return absl::ResourceExhaustedError("all streams are taken");
  auto pair = bind_pair(local_address, policy_.port_first, policy_.port_last);
  if (!pair.ok()) return pair.status();
  auto held = std::make_unique<Held>();
  held->name = stream;
  held->slot = *slot;
  held->rtp = std::make_unique<UdpPort>(std::move(pair->rtp));
  held->rtcp = std::make_unique<UdpPort>(std::move(pair->rtcp));
  held->port = held->rtp->local_port();
  auto record = StateRecord::create(stream, held->port);
  if (!record.ok()) return record.status();
  held->record = *std::move(record);
  set_dscp(*held);
  const Held& kept = *held;
  keeper_.keep(name_of("rtp", kept.slot), kept.rtp->fd());
  keeper_.keep(name_of("rtcp", kept.slot), kept.rtcp->fd());
  keeper_.keep(name_of("record", kept.slot), kept.record->fd());
  const uint16_t port = held->port;
  if (absl::Status status = attach(std::move(held)); !status.ok()) return status;
  return port;
}

void StreamBook::set_dscp(const Held& held) const {
  const uint32_t dscp = held.order && held.order->dscp != 0 ? held.order->dscp : policy_.dscp;
  held.rtp->set_dscp(dscp);
  held.rtcp->set_dscp(dscp);
}

absl::StatusOr<std::unique_ptr<StreamSetup>> StreamBook::prepare(const Held& held, const StreamOrder& order,
                                                                 const CheckedOrder& checked) const {
  const bool first = !held.order.has_value();
  auto setup = std::make_unique<StreamSetup>();
  setup->remote = checked.remote;
  setup->send = sends(checked.direction);
  setup->receive = receives(checked.direction);
  setup->payload_type = static_cast<uint8_t>(order.payload_type);
  setup->dtmf_payload_type = static_cast<uint8_t>(order.dtmf_payload_type);
  setup->clock_rate = shape_of(checked.codec).clock_rate;
  if (first || checked.codec != held.checked.codec) {
    auto encoder = make_encoder(checked.codec);
    if (!encoder.ok()) return encoder.status();
    auto decoder = make_decoder(checked.codec);
    if (!decoder.ok()) return decoder.status();
    setup->replace_codec = true;
    setup->encoder = *std::move(encoder);
    setup->decoder = *std::move(decoder);
    setup->jitter = std::make_unique<JitterBuffer>(setup->clock_rate);
  }
  if (first || !same_key(order.transmit, held.order->transmit)) {
    // A new SSRC with every new context: no index of this key and SSRC can come twice (media.md 4.2).
    setup->replace_sender = true;
    setup->ssrc = next_ssrc(held.stream->counters().ssrc_sent, held.before.transmit.ssrc);
    setup->first_sequence =
        static_cast<uint16_t>(random32() & 0x7fff);  // below 2^15: a lost first packet cannot mislead a receiver
    setup->first_timestamp = random32();
    if (checked.transmit) {
      auto sender = SrtpSender::create(*checked.transmit, order.transmit.key_salt.view(), setup->ssrc);
      if (!sender.ok()) return sender.status();
      setup->sender = *std::move(sender);
    }
  }
  if (first || !same_key(order.receive, held.order->receive)) {
    setup->replace_receiver = true;
    if (checked.receive) {
      setup->receive_fingerprint = fingerprint(*checked.receive, order.receive.key_salt.view());
      Continuity continuity = Continuity::kNone;
      ReceiveState before;
      if (first && held.before.receive_fingerprint == setup->receive_fingerprint) {
        continuity = Continuity::kRestored;
        before = held.before.receive;
      } else if (held.checked.remote == checked.remote && held.stream->counters().index_received != 0) {
        continuity = Continuity::kRekeyed;
        before.sources = 1;
        before.source[0] = {held.stream->counters().ssrc_received, held.stream->counters().index_received};
      }
      auto receiver = SrtpReceiver::create(*checked.receive, order.receive.key_salt.view(), continuity, before);
      if (!receiver.ok()) return receiver.status();
      setup->receiver = *std::move(receiver);
    }
  }
  return setup;
}

absl::Status StreamBook::hand_over(const Held& held, std::unique_ptr<StreamSetup> setup) {
  if (!engine_.submit({.kind = Command::Kind::kSetup, .slot = held.slot, .setup = setup.get()})) {
    return absl::UnavailableError("the media tick does not keep up");
  }
  setup.release();  // comes back by collect()
  return absl::OkStatus();
}

// A key belongs to one far end: whoever knows it could open what is sent to another.
absl::Status StreamBook::check_far_end(const Held& held, const StreamOrder& order, const CheckedOrder& checked) const {
  if (checked.remote.none()) return absl::OkStatus();
  const bool moved = !held.key_went_to.none() && !(held.key_went_to == checked.remote);
  if (moved && checked.transmit && held.order && same_key(order.transmit, held.order->transmit))
    return absl::FailedPreconditionError("transmit: this key is known at another address");
  if (const absl::Status route = check_route(checked.remote, held.rtp->local()); !route.ok())
    return absl::InvalidArgumentError(absl::StrCat("remote_address: it is ", route.message()));
  return absl::OkStatus();
}

absl::Status StreamBook::configure(StreamOrder order, int64_t now_us) {
  Held* held = find(order.stream);
  const Endpoint own = held == nullptr ? Endpoint{} : held->rtp->local();
  auto checked = check(order, own);
  if (!checked.ok()) return checked.status();
  if (held == nullptr) return absl::NotFoundError("no such stream");
  if (absl::Status status = check_far_end(*held, order, *checked); !status.ok()) return status;
  tidy(now_us);
  auto setup = prepare(*held, order, *checked);
  if (!setup.ok()) return setup.status();
  const bool rekeyed = (*setup)->replace_receiver && held->order.has_value();
  if (absl::Status status = hand_over(*held, *std::move(setup)); !status.ok()) return status;
  if (rekeyed) held->rekeyed_us = now_us;
  if (!held->order || !same_key(order.transmit, held->order->transmit)) held->key_went_to = Endpoint{};
  if (!checked->remote.none()) held->key_went_to = checked->remote;
  held->order = std::move(order);
  held->checked = *checked;
  lock_memory(held->order->transmit.key_salt);
  lock_memory(held->order->receive.key_salt);
  set_dscp(*held);
  return absl::OkStatus();
}

absl::StatusOr<StreamReport> StreamBook::close(const std::string& stream, int64_t now_us) {
  const auto at =
      std::find_if(streams_.begin(), streams_.end(), [&](const auto& held) { return held->name == stream; });
  if (at == streams_.end()) return absl::NotFoundError("no such stream");
  StreamReport last = report_of(**at, now_us);
  if (!engine_.submit({.kind = Command::Kind::kDetach, .slot = (*at)->slot})) {
    return absl::UnavailableError("the media tick does not keep up");
  }
  for (const char* what : {"rtp", "rtcp", "record"}) keeper_.forget(name_of(what, (*at)->slot));
  (*at)->order.reset();
  leaving_.push_back(std::move(*at));
  streams_.erase(at);
  return last;
}

std::vector<RecoveredStream> StreamBook::recover() const {
  std::vector<RecoveredStream> all;
  for (const auto& held : streams_) {
    RecoveredStream one{.order = held->order.value_or(StreamOrder{}), .port = held->port};
    one.order.stream = held->name;
    all.push_back(std::move(one));
  }
  return all;
}

absl::Status StreamBook::play_tone(Tone tone, const std::string& stream) {
  Held* held = stream.empty() ? nullptr : find(stream);
  if (!stream.empty() && held == nullptr) return absl::NotFoundError("no such stream");
  if (!engine_.submit({.kind = Command::Kind::kTone, .slot = held != nullptr ? held->slot : kIdleSlot, .tone = tone})) {
    return absl::UnavailableError("the media tick does not keep up");
  }
  if (held != nullptr && tone != Tone::kNone && held->tones.size() < kMostTonesTold) {
    held->tones.emplace_back(shape_of(tone).name);
  }
  return absl::OkStatus();
}

absl::Status StreamBook::send_digits(const std::string& stream, const std::string& digits) {
  const Held* held = find(stream);
  if (held == nullptr) return absl::NotFoundError("no such stream");
  if (!held->order || held->order->dtmf_payload_type == 0) {
    return absl::FailedPreconditionError("the stream has no payload type for telephone events");
  }
  if (digits.empty() || digits.size() > kMaxDigits) return absl::InvalidArgumentError("digits: 1 to 32");
  for (const char key : digits) {
    if (!event_of(key)) return absl::InvalidArgumentError("digits: 0-9, *, #, A-D");
  }
  for (const char key : digits) {
    if (!engine_.submit({.kind = Command::Kind::kDigit, .slot = held->slot, .digit = key})) {
      return absl::ResourceExhaustedError("too many digits wait");
    }
  }
  return absl::OkStatus();
}

absl::Status StreamBook::select(Transducer transducer) {
  if (transducer == Transducer::kSpeaker && policy_.speaker_disabled) {
    return absl::FailedPreconditionError("the speakerphone is turned off by policy");
  }
  if (transducer == Transducer::kHeadset && policy_.headset_disabled) {
    return absl::FailedPreconditionError("the headset is turned off by policy");
  }
  transducer_ = transducer;
  return absl::OkStatus();
}

void StreamBook::follow(const MediaPolicy& policy) {
  policy_ = policy;
  if (!select(transducer_).ok()) transducer_ = Transducer::kHandset;
  for (const auto& held : streams_) set_dscp(*held);
}

void StreamBook::tidy(int64_t now_us) {
  Command done;
  while (engine_.collect(done)) {
    if (done.kind == Command::Kind::kSetup) delete done.setup;
    if (done.kind == Command::Kind::kDetach) {
      std::erase_if(leaving_, [&](const auto& held) { return held->stream.get() == done.stream; });
    }
  }
  for (const auto& held : streams_) {
    if (held->rekeyed_us == 0 || now_us - held->rekeyed_us < kForgetKeyUs) continue;
    auto setup = std::make_unique<StreamSetup>();
    setup->forget_previous = true;
    if (hand_over(*held, std::move(setup)).ok()) held->rekeyed_us = 0;
  }
}

StreamReport StreamBook::report_of(const Held& held, int64_t now_us) const {
  const Counters& counters = held.stream->counters();
  StreamReport report;
  report.stream = held.name;
  report.awaiting_keys = !held.order.has_value();
  if (held.order) {
    report.call = held.order->call;
    report.codec = std::string(shape_of(held.checked.codec).name);
    report.transmit_suite = held.order->transmit.suite;
    report.receive_suite = held.order->receive.suite;
    report.mos = opinion(counters, held.checked.codec);
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
  report.tones = held.tones;
  return report;
}

Report StreamBook::report(int64_t now_us) const {
  Report report{.streams = {}, .device = device_name_, .transducer = transducer_};
  for (const auto& held : streams_) report.streams.push_back(report_of(*held, now_us));
  return report;
}

}  // namespace phone::media
