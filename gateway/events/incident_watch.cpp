// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "gateway/events/incident_watch.hpp"

#include <limits>
#include <mutex>
#include <utility>

#include "gateway/status/phone_status.hpp"

namespace phone::gateway {

struct IncidentWatch::Impl {
  explicit Impl(std::function<void(phone::mesh::v1::Event)> to) : update(std::move(to)) {}

  void drain() {
    const std::lock_guard lock(mutex);
    if (!stream) return;
    while (const auto message = stream->next()) {
      const auto& event = static_cast<const phone::mesh::v1::Event&>(*message);
      if (is_incident(event)) update(event);
    }
  }

  const std::function<void(phone::mesh::v1::Event)> update;
  std::mutex mutex;
  std::unique_ptr<phone::mesh::Stream> stream;
};

IncidentWatch::IncidentWatch(const phone::mesh::EventLog& event_log, std::function<void(phone::mesh::v1::Event)> update)
    : impl_(std::make_shared<Impl>(std::move(update))) {
  // A number no event log has reached: everything that is left of it.
  auto stream = event_log.subscribe(std::numeric_limits<std::uint64_t>::max(), [held = std::weak_ptr(impl_)] {
    if (const auto alive = held.lock()) alive->drain();
  });
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stream = std::move(stream);
  }
  impl_->drain();
}

}  // namespace phone::gateway
