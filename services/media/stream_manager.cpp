// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/stream_manager.hpp"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/media/rtp/dtmf.hpp"

namespace phone::media {
namespace {

constexpr size_t kMostTonesReported = 32;
constexpr int64_t kForgetKeyUs = 3'000'000;  // a little over the overlap of two keys

}  // namespace

struct StreamManager::ManagedStream {
  size_t slot = 0;
  std::string name;
  Endpoint local;
  StreamState state = StreamState::kOpened;
  LiveState inherited;  // of the process before this one
  std::optional<StreamOrder> order;
  CheckedOrder checked;
  Endpoint key_went_to;               // where the key that we send with is known
  std::optional<int64_t> rekeyed_us;  // an older receiving key is kept since then
  std::vector<std::string> tones;
  bool sending_encrypted = false;  // as the last event said
  bool receiving_encrypted = false;
  bool forking = false;  // as the last event said
};

StreamManager::StreamManager(StreamPort& port) : port_(port) {}

StreamManager::~StreamManager() = default;

StreamManager::ManagedStream* StreamManager::find(const std::string& stream) const {
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

void StreamManager::enter(ManagedStream& managed, StreamState state, std::string cause) {
  const StreamState from = std::exchange(managed.state, state);
  if (from != state)
    events_.emplace_back(
        StreamStateChanged{.stream = managed.name, .from = from, .to = state, .cause = std::move(cause)});
}

const std::string& StreamManager::name_at(size_t slot) const {
  static const std::string kNone;
  for (const auto& managed : streams_) {
    if (managed->slot == slot) return managed->name;
  }
  return kNone;
}

void StreamManager::note(const AudioFocus::Changes& changes) {
  for (const AudioFocus::Changed& changed : changes) {
    const std::string& stream = name_at(changed.slot);
    if (changed.to == FocusState::kHolds) {
      events_.emplace_back(StreamGainedFocus{stream});
    } else if (changed.taken_by) {
      events_.emplace_back(StreamLostFocus{stream, name_at(*changed.taken_by)});
    } else if (changed.from == FocusState::kHolds) {
      events_.emplace_back(StreamReleasedFocus{stream});
    }
  }
}

absl::Status StreamManager::adopt(const InheritedStream& inherited) {
  auto bound = port_.adopt(inherited);
  if (!bound.ok()) return bound.status();
  if (find(bound->name) != nullptr) {
    port_.close(inherited.slot).IgnoreError();  // the same without it: the stream of that name goes on
    return absl::DataLossError("two records have the name of one stream");
  }
  auto managed = std::make_unique<ManagedStream>();
  managed->slot = inherited.slot;
  managed->name = std::move(bound->name);
  managed->local = bound->local;
  managed->inherited = bound->inherited;
  enter(*managed, StreamState::kAwaitingKeys, "media has restarted");
  streams_.push_back(std::move(managed));
  muted_ = muted_ || bound->muted;
  if (muted_) port_.set_muted(true);
  note(focus_.adopted(inherited.slot, bound->inherited.focus));
  return absl::OkStatus();
}

absl::StatusOr<uint16_t> StreamManager::open(const std::string& stream, const std::string& local_address) {
  if (absl::Status status = check_stream_name(stream); !status.ok()) return status;
  if (const ManagedStream* managed = find(stream)) return managed->local.port();
  const std::optional<size_t> slot = free_slot();
  if (!slot) return absl::ResourceExhaustedError("all streams are in use");
  auto bound = port_.open(*slot, stream, local_address, policy_.ports);
  if (!bound.ok()) return bound.status();
  auto managed = std::make_unique<ManagedStream>();
  managed->slot = *slot;
  managed->name = stream;
  managed->local = bound->local;
  streams_.push_back(std::move(managed));
  set_dscp(*streams_.back());
  if (muted_) port_.set_muted(true);  // on its record too
  return bound->local.port();
}

void StreamManager::set_dscp(const ManagedStream& managed) {
  port_.set_dscp(managed.slot, managed.order && managed.order->dscp != 0 ? managed.order->dscp : policy_.dscp);
}

SetupBasis StreamManager::basis_of(const ManagedStream& managed) {
  const Counters& counters = port_.counters(managed.slot);
  return {.order = managed.order ? &*managed.order : nullptr,
          .checked = managed.checked,
          .inherited = managed.inherited,
          .ssrc_sent = counters.ssrc_sent,
          .ssrc_received = counters.ssrc_received,
          .index_received = counters.index_received,
          .new_ssrc = port_.random(),
          .new_sequence = port_.random(),
          .new_timestamp = port_.random()};
}

// A key belongs to one far end: the first one that has it could decrypt what is sent to the next.
absl::Status StreamManager::check_far_end(const ManagedStream& managed, const StreamOrder& order,
                                          const CheckedOrder& checked) const {
  if (checked.remote.none()) return absl::OkStatus();
  const bool moved = !managed.key_went_to.none() && !(managed.key_went_to == checked.remote);
  if (moved && checked.transmit && managed.order && same_key(order.transmit, managed.order->transmit))
    return absl::FailedPreconditionError("transmit: this key is already used for another address");
  if (const absl::Status route = port_.check_route(managed.slot, checked.remote); !route.ok())
    return absl::InvalidArgumentError(absl::StrCat("remote_address: it is ", route.message()));
  return absl::OkStatus();
}

// A fork stays the fork of one stream, and what was encrypted stays so (cucm-calls.md 2.10, FEATURES.md F101).
absl::Status StreamManager::check_fork(const ManagedStream& managed, const StreamOrder& order,
                                       const CheckedOrder& checked) const {
  if (managed.order && !(managed.order->fork == order.fork))
    return absl::FailedPreconditionError("fork: a stream stays what its first order made of it");
  if (!order.fork || (managed.order && !sends(checked.direction))) return absl::OkStatus();
  if (!policy_.forks) return absl::FailedPreconditionError("fork: policy does not allow copies of a call's sound");
  const ManagedStream* copied = find(order.fork->of);
  if (copied == nullptr || !copied->order || copied->order->fork)
    return absl::FailedPreconditionError("fork: there is no such call");
  const bool encrypted = copied->checked.transmit || copied->checked.receive;
  if (encrypted && !checked.transmit && sends(checked.direction))
    return absl::FailedPreconditionError("fork: an encrypted call is not copied in clear");
  return absl::OkStatus();
}

void StreamManager::note_fork(const ManagedStream& managed, bool running) {
  const ForkOrder& fork = *managed.order->fork;
  events_.emplace_back(StreamForked{.stream = managed.name,
                                    .of = fork.of,
                                    .sound = fork.sound,
                                    .running = running,
                                    .encrypted = managed.checked.transmit.has_value()});
}

absl::Status StreamManager::quiet_forks(const std::string* clear_of, int64_t now_us) {
  std::vector<std::string> names;
  for (const auto& managed : streams_) {
    const bool sending = managed->order && managed->order->fork && sends(managed->checked.direction);
    if (!sending) continue;
    if (clear_of == nullptr || (managed->order->fork->of == *clear_of && !managed->checked.transmit)) {
      names.push_back(managed->name);
    }
  }
  for (const std::string& name : names) {
    StreamOrder quiet = *find(name)->order;
    quiet.direction = Direction::kInactive;
    if (configure(std::move(quiet), now_us).ok()) continue;
    if (const auto closed = close(name, now_us); !closed.ok()) return closed.status();
  }
  return absl::OkStatus();
}

absl::Status StreamManager::configure(StreamOrder order, int64_t now_us) {
  ManagedStream* managed = find(order.stream);
  auto checked = check(order, managed == nullptr ? Endpoint{} : managed->local);
  if (!checked.ok()) return checked.status();
  if (managed == nullptr) return absl::NotFoundError("no such stream");
  if (absl::Status status = check_far_end(*managed, order, *checked); !status.ok()) return status;
  if (absl::Status status = check_fork(*managed, order, *checked); !status.ok()) return status;
  if (order.fork) order.focus = FocusWish::kRelease;
  tidy(now_us);
  auto setup = make_setup(basis_of(*managed), order, *checked);
  if (!setup.ok()) return setup.status();
  (*setup)->focus = next(focus_.state(managed->slot), order.focus);
  if (order.fork) {
    const ManagedStream* copied = find(order.fork->of);
    (*setup)->fork = StreamSetup::Fork{.of = copied == nullptr ? StreamSetup::Fork::kNobody : copied->slot,
                                       .far = order.fork->sound == ForkSound::kFarEnd};
  } else if (checked->transmit || checked->receive) {  // the call is encrypted from now on
    if (absl::Status quiet = quiet_forks(&order.stream, now_us); !quiet.ok()) return quiet;
    managed = find(order.stream);
  }
  const bool rekeyed = (*setup)->replace_receiver && managed->order.has_value();
  if (absl::Status status = port_.apply(managed->slot, *std::move(setup)); !status.ok()) return status;
  if (rekeyed) managed->rekeyed_us = now_us;
  if (!managed->order || !same_key(order.transmit, managed->order->transmit)) managed->key_went_to = Endpoint{};
  if (!checked->remote.none()) managed->key_went_to = checked->remote;
  note(focus_.ordered(managed->slot, order.focus));
  managed->order = std::move(order);
  managed->checked = *checked;
  enter(*managed, state_for(checked->direction), "ordered by signaling");
  port_.lock_memory(managed->order->transmit.key_salt);
  port_.lock_memory(managed->order->receive.key_salt);
  set_dscp(*managed);
  const bool forking = managed->order->fork && sends(checked->direction);
  if (std::exchange(managed->forking, forking) != forking) note_fork(*managed, forking);
  return absl::OkStatus();
}

absl::StatusOr<StreamReport> StreamManager::close(const std::string& stream, int64_t now_us) {
  const auto at =
      std::find_if(streams_.begin(), streams_.end(), [&](const auto& managed) { return managed->name == stream; });
  if (at == streams_.end()) return absl::NotFoundError("no such stream");
  StreamReport last = report_of(**at, now_us);
  if (absl::Status status = port_.close((*at)->slot); !status.ok()) return status;
  note(focus_.closed((*at)->slot));
  if ((*at)->forking) note_fork(**at, false);
  enter(**at, StreamState::kClosed, "closed by signaling");
  streams_.erase(at);
  if (streams_.empty()) set_muted(false).IgnoreError();  // it never fails
  return last;
}

std::vector<RecoveredStream> StreamManager::recover() const {
  std::vector<RecoveredStream> all;
  for (const auto& managed : streams_) {
    RecoveredStream one{.order = managed->order.value_or(StreamOrder{}), .port = managed->local.port()};
    one.order.stream = managed->name;
    one.order.focus = FocusWish::kKeep;  // repeating an order is not an act of the user
    all.push_back(std::move(one));
  }
  return all;
}

absl::Status StreamManager::play_tone(Tone tone, const std::string& stream) {
  ManagedStream* managed = find(stream);
  if (managed == nullptr && !stream.empty()) return absl::NotFoundError("no such stream");
  const auto slot = managed == nullptr ? std::nullopt : std::optional(managed->slot);
  if (absl::Status status = port_.start_tone(slot, tone, tone_table(policy_.network_locale)); !status.ok())
    return status;
  if (tone == Tone::kNone) return absl::OkStatus();
  events_.emplace_back(TonePlayed{.stream = stream, .tone = tone});
  if (managed != nullptr && managed->tones.size() < kMostTonesReported)
    managed->tones.emplace_back(shape_of(tone).name);
  return absl::OkStatus();
}

absl::Status StreamManager::send_digits(const std::string& stream, std::string_view digits) {
  const ManagedStream* managed = find(stream);
  if (managed == nullptr) return absl::NotFoundError("no such stream");
  if (!managed->order || managed->order->dtmf_payload_type == 0)
    return absl::FailedPreconditionError("the stream has no payload type for telephone events");
  if (digits.empty() || digits.size() > kMaxDigits) return absl::InvalidArgumentError("digits: 1 to 32 are allowed");
  for (const char key : digits) {
    if (!event_of(key)) return absl::InvalidArgumentError("digits: only 0-9, *, # and A-D are allowed");
  }
  for (const char key : digits) {
    if (!port_.queue_digit(managed->slot, key).ok()) return absl::ResourceExhaustedError("too many digits are queued");
  }
  return absl::OkStatus();
}

void StreamManager::sound_changed(const SoundSettings& before) {
  port_.set_sound(sound_.order());
  if (!(sound_.settings() == before)) events_.emplace_back(SoundSettingsChanged{sound_.settings()});
}

absl::Status StreamManager::select(Transducer transducer) {
  const absl::Status status = sound_.select(transducer);
  if (status.ok()) sound_changed(sound_.settings());
  return status;
}

absl::Status StreamManager::select_ringer(Transducer transducer) {
  const SoundSettings before = sound_.settings();
  const absl::Status status = sound_.select_ringer(transducer);
  if (status.ok()) sound_changed(before);
  return status;
}

absl::Status StreamManager::set_volume(SoundDevice device, uint32_t level) {
  const SoundSettings before = sound_.settings();
  const absl::Status status = sound_.set_volume(device, level);
  if (status.ok()) sound_changed(before);
  return status;
}

absl::Status StreamManager::set_muted(bool muted) {
  if (muted && streams_.empty()) return absl::FailedPreconditionError("there is no call to mute");
  if (muted_ == muted) return absl::OkStatus();
  muted_ = muted;
  port_.set_muted(muted);
  events_.emplace_back(MicrophoneSwitched{muted});
  return absl::OkStatus();
}

void StreamManager::restore(const SoundSettings& settings) {
  sound_.restore(settings);
  port_.set_sound(sound_.order());
}

void StreamManager::follow(const MediaPolicy& policy) {
  policy_ = policy;
  sound_.follow(policy.disabled);
  port_.set_sound(sound_.order());
  for (const auto& managed : streams_) set_dscp(*managed);
  // Fails when the tick does not keep up; signaling, which has the same policy, closes those streams as well.
  if (!policy.forks) quiet_forks(nullptr, 0).IgnoreError();
}

void StreamManager::tidy(int64_t now_us) {
  port_.collect();
  for (const auto& managed : streams_) {
    if (!managed->rekeyed_us || now_us - *managed->rekeyed_us < kForgetKeyUs) continue;
    if (port_.forget_previous_key(managed->slot).ok()) managed->rekeyed_us.reset();
  }
}

StreamReport StreamManager::report_of(const ManagedStream& managed, int64_t now_us) const {
  const Counters& counters = port_.counters(managed.slot);
  StreamReport report = media::report_of(counters, now_us);
  report.stream = managed.name;
  report.awaiting_keys = is_unconfigured(managed.state);
  report.direction = managed.checked.direction;
  report.focus = focus_.state(managed.slot);
  report.tones = managed.tones;
  report.muted = muted_ && report.focus == FocusState::kHolds;
  if (!managed.order) return report;
  report.call = managed.order->call;
  report.fork = managed.order->fork;
  report.codec = std::string(shape_of(managed.checked.codec).name);
  report.transmit_suite = managed.order->transmit.suite;
  report.receive_suite = managed.order->receive.suite;
  const uint32_t received = counters.codec_received;
  report.mos = mos_of(counters, received == 0 ? managed.checked.codec : static_cast<CodecKind>(received - 1));
  return report;
}

Report StreamManager::report(int64_t now_us) const {
  Report report{.streams = {},
                .device = port_.device_name(),
                .transducer = sound_.transducer(),
                .sound = sound_.settings(),
                .muted = muted_,
                .disabled = policy_.disabled,
                .forks = policy_.forks,
                .port_first = policy_.ports.first,
                .port_last = policy_.ports.last};
  for (const auto& managed : streams_) report.streams.push_back(report_of(*managed, now_us));
  return report;
}

std::vector<MediaEvent> StreamManager::take_events() {
  for (const auto& managed : streams_) {
    const Counters& counters = port_.counters(managed->slot);
    const bool sending = counters.sending_encrypted, receiving = counters.receiving_encrypted;
    if (sending == managed->sending_encrypted && receiving == managed->receiving_encrypted) continue;
    managed->sending_encrypted = sending;
    managed->receiving_encrypted = receiving;
    events_.emplace_back(
        StreamSecurityChanged{.stream = managed->name, .sending_encrypted = sending, .receiving_encrypted = receiving});
  }
  return std::exchange(events_, {});
}

}  // namespace phone::media
