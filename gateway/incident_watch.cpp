#include "gateway/incident_watch.hpp"

#include <limits>
#include <mutex>
#include <utility>

#include "gateway/phone_status.hpp"

namespace phone::gateway {

struct IncidentWatch::Held {
  explicit Held(std::function<void(phone::mesh::v1::Event)> to) : learn(std::move(to)) {}

  void drain() {
    const std::lock_guard lock(mutex);
    if (!stream) return;
    while (const auto message = stream->next()) {
      const auto& event = static_cast<const phone::mesh::v1::Event&>(*message);
      if (is_incident(event)) learn(event);
    }
  }

  const std::function<void(phone::mesh::v1::Event)> learn;
  std::mutex mutex;
  std::unique_ptr<phone::mesh::Stream> stream;
};

IncidentWatch::IncidentWatch(const phone::mesh::EventLog& event_log, std::function<void(phone::mesh::v1::Event)> learn)
    : held_(std::make_shared<Held>(std::move(learn))) {
  // A number no event log has reached: everything that is left of it.
  auto stream = event_log.subscribe(std::numeric_limits<std::uint64_t>::max(), [held = std::weak_ptr(held_)] {
    if (const auto alive = held.lock()) alive->drain();
  });
  {
    const std::lock_guard lock(held_->mutex);
    held_->stream = std::move(stream);
  }
  held_->drain();
}

}  // namespace phone::gateway
