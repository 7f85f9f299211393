// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/audit/own_events.hpp"

#include <cstdint>
#include <limits>
#include <mutex>
#include <utility>

namespace phone::policy {

struct OwnAuditEvents::Impl {
  explicit Impl(std::function<void(const mesh::v1::Event&)> to) : audited(std::move(to)) {}

  void drain() {
    const std::lock_guard lock(mutex);
    if (!stream) return;
    while (const auto message = stream->next()) {
      const auto& event = static_cast<const mesh::v1::Event&>(*message);
      if (event.audit()) audited(event);
    }
  }

  const std::function<void(const mesh::v1::Event&)> audited;
  std::mutex mutex;
  std::unique_ptr<mesh::Stream> stream;
};

OwnAuditEvents::OwnAuditEvents(const mesh::EventLog& event_log, std::function<void(const mesh::v1::Event&)> audited)
    : impl_(std::make_shared<Impl>(std::move(audited))) {
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

}  // namespace phone::policy
