// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/stream_driver.hpp"

#include <sys/mman.h>

#include <random>
#include <utility>

#include "absl/strings/str_cat.h"

namespace phone::media {
namespace {

std::string name_of(const char* part, size_t slot) { return absl::StrCat(part, ".", slot); }

absl::Status submit(Engine& engine, const Command& command) {
  return engine.submit(command) ? absl::OkStatus() : absl::UnavailableError("media processing is overloaded");
}

}  // namespace

StreamDriver::Parts::Parts(UdpPort rtp_port, UdpPort rtcp_port, std::unique_ptr<StateRecord> state_record,
                           std::string cname)
    : rtp(std::move(rtp_port)),
      rtcp(std::move(rtcp_port)),
      record(std::move(state_record)),
      stream(rtp, rtcp, record.get(), std::move(cname)) {}

StreamDriver::StreamDriver(Engine& engine, DescriptorStore& descriptor_store)
    : engine_(engine), descriptor_store_(descriptor_store) {}

StreamDriver::~StreamDriver() = default;

absl::StatusOr<BoundStream> StreamDriver::attach(size_t slot, std::unique_ptr<Parts> parts) {
  if (absl::Status status = submit(engine_, AttachStream{slot, &parts->stream}); !status.ok()) return status;
  BoundStream bound{.name = parts->record->stream(),
                    .local = parts->rtp.local(),
                    .inherited = parts->record->read().value_or(LiveState{}),
                    .muted = parts->record->muted()};
  slots_[slot] = std::move(parts);
  return bound;
}

absl::StatusOr<BoundStream> StreamDriver::open(size_t slot, const std::string& name, const std::string& local_address,
                                               const PortRange& range) {
  auto pair = bind_pair(local_address, range.first, range.last);
  if (!pair.ok()) return pair.status();
  auto record = StateRecord::create(name, pair->rtp.local_port());
  if (!record.ok()) return record.status();
  const int rtp = pair->rtp.fd(), rtcp = pair->rtcp.fd(), kept_record = (*record)->fd();
  auto bound = attach(slot, std::make_unique<Parts>(std::move(pair->rtp), std::move(pair->rtcp), *std::move(record),
                                                    absl::StrCat("phone-", random())));
  if (!bound.ok()) return bound.status();
  descriptor_store_.keep(name_of("rtp", slot), rtp);
  descriptor_store_.keep(name_of("rtcp", slot), rtcp);
  descriptor_store_.keep(name_of("record", slot), kept_record);
  return bound;
}

absl::StatusOr<BoundStream> StreamDriver::adopt(const InheritedStream& inherited) {
  UdpPort rtp(inherited.rtp), rtcp(inherited.rtcp);
  auto record = StateRecord::adopt(inherited.record);
  absl::Status status = record.status();
  if (status.ok() && rtp.local_port() != (*record)->port())
    status = absl::DataLossError("the record belongs to another stream");
  if (!status.ok()) {
    forget(inherited.slot);
    return status;
  }
  auto bound = attach(inherited.slot, std::make_unique<Parts>(std::move(rtp), std::move(rtcp), *std::move(record),
                                                              absl::StrCat("phone-", random())));
  if (!bound.ok()) forget(inherited.slot);
  return bound;
}

absl::Status StreamDriver::close(size_t slot) {
  if (absl::Status status = submit(engine_, DetachStream{.slot = slot}); !status.ok()) return status;
  forget(slot);
  detaching_.push_back(std::move(slots_[slot]));
  return absl::OkStatus();
}

void StreamDriver::forget(size_t slot) {
  for (const char* part : {"rtp", "rtcp", "record"}) descriptor_store_.forget(name_of(part, slot));
}

absl::Status StreamDriver::apply(size_t slot, std::unique_ptr<StreamSetup> setup) {
  absl::Status status = submit(engine_, ApplySetup{slot, setup.get()});
  if (status.ok()) (void)setup.release();  // collect() gets it back
  return status;
}

absl::Status StreamDriver::forget_previous_key(size_t slot) {
  auto setup = std::make_unique<StreamSetup>();
  setup->forget_previous = true;
  return apply(slot, std::move(setup));
}

absl::Status StreamDriver::start_tone(std::optional<size_t> slot, Tone tone, std::span<const ToneShape> table) {
  return submit(engine_, StartTone{slot.value_or(kIdleSlot), tone, table});
}

absl::Status StreamDriver::queue_digit(size_t slot, char digit) { return submit(engine_, QueueDigit{slot, digit}); }

void StreamDriver::set_muted(bool muted) {
  for (const auto& parts : slots_) {
    if (parts != nullptr) parts->record->set_muted(muted);
  }
  engine_.set_muted(muted);
}

void StreamDriver::set_sound(const SoundOrder& order) { engine_.set_sound(order); }

void StreamDriver::set_dscp(size_t slot, uint32_t dscp) {
  slots_[slot]->rtp.set_dscp(dscp);
  slots_[slot]->rtcp.set_dscp(dscp);
}

absl::Status StreamDriver::check_route(size_t slot, const Endpoint& remote) const {
  return media::check_route(remote, slots_[slot]->rtp.local());
}

const Counters& StreamDriver::counters(size_t slot) const { return slots_[slot]->stream.counters(); }

void StreamDriver::lock_memory(const crypto::Secret& secret) { ::mlock(secret.view().data(), secret.size()); }

uint32_t StreamDriver::random() {
  static std::random_device source;
  return source();
}

std::string StreamDriver::device_name() const { return engine_.device_name(); }

void StreamDriver::collect() {
  Command done;
  while (engine_.collect(done)) {
    if (const auto* applied = std::get_if<ApplySetup>(&done)) delete applied->setup;
    if (const auto* detached = std::get_if<DetachStream>(&done))
      std::erase_if(detaching_, [&](const auto& parts) { return &parts->stream == detached->stream; });
  }
}

}  // namespace phone::media
