// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/mesh/call/event_log.hpp"

#include <absl/strings/str_cat.h>
#include <google/protobuf/util/time_util.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "common/log/log.hpp"
#include "common/mesh/call/event_limits.hpp"
#include "common/metrics/metrics.hpp"
#include "common/os/steady_time.hpp"
#include "common/text/foreign_text.hpp"

namespace phone::mesh {
namespace {

// Events are for people; whatever a peer managed to put into one must not fill the event log.
constexpr size_t kMaxText = 1000;
constexpr size_t kMaxDetails = 32;

// protobuf refuses to write a string that is not UTF-8, and texts may quote a peer.
std::string readable(std::string_view text) { return text::clean(text, kMaxText); }

// Bounded in every part and clean, whatever made it.
void make_readable(v1::Event& event) {
  event.set_service(readable(event.service()));
  event.set_kind(readable(event.kind()));
  event.set_text(readable(event.text()));
  std::map<std::string, std::string> detail;
  for (const auto& [key, value] : event.detail()) {
    if (detail.size() >= kMaxDetails) break;
    detail[readable(key)] = readable(value);
  }
  event.clear_detail();
  for (auto& [key, value] : detail) (*event.mutable_detail())[key] = std::move(value);
  event.DiscardUnknownFields();
}

v1::Severity to_proto(Severity severity) {
  switch (severity) {
    case Severity::kInfo:
      return v1::SEVERITY_INFO;
    case Severity::kWarning:
      return v1::SEVERITY_WARNING;
    case Severity::kError:
      return v1::SEVERITY_ERROR;
  }
  return v1::SEVERITY_UNSPECIFIED;
}

log::Level to_level(v1::Severity severity) {
  if (severity == v1::SEVERITY_ERROR) return log::Level::kError;
  return severity == v1::SEVERITY_WARNING ? log::Level::kWarning : log::Level::kInfo;
}

}  // namespace

struct EventLog::State {
  static constexpr size_t kKindShare = 8;            // a kind may fill an eighth of a full log at another's expense
  using Kind = std::pair<std::string, std::string>;  // service, kind
  static Kind kind_of(const v1::Event& event) { return {event.service(), event.kind()}; }

  std::string service;
  size_t capacity = 0;
  mutable std::mutex mutex;
  uint64_t next_sequence = 1;
  std::deque<std::shared_ptr<const v1::Event>> events;  // by sequence, with gaps where a kind had too many
  std::map<Kind, size_t> kept;                          // how many of each kind are in `events`
  EventLimits limits;
  Subscribers subscribers;

  using Position = std::deque<std::shared_ptr<const v1::Event>>::const_iterator;
  Position first_from(uint64_t sequence) const {
    return std::lower_bound(events.begin(), events.end(), sequence,
                            [](const auto& event, uint64_t wanted) { return event->sequence() < wanted; });
  }

  void keep(std::shared_ptr<const v1::Event> event) {
    ++kept[kind_of(*event)];
    events.push_back(std::move(event));
    if (events.size() <= capacity) return;
    // The oldest goes, or the oldest of the kind with the most events where one has more than its share.
    const size_t share = std::max<size_t>(capacity / kKindShare, 1);
    const size_t most = std::max_element(kept.begin(), kept.end(), [](const auto& left, const auto& right) {
                          return left.second < right.second;
                        })->second;
    const auto gone = most <= share ? events.begin()
                                    : std::find_if(events.begin(), events.end(),
                                                   [&](const auto& each) { return kept.at(kind_of(*each)) == most; });
    const auto count = kept.find(kind_of(**gone));
    if (--count->second == 0) kept.erase(count);
    events.erase(gone);
  }

  // False: it is counted instead, and Incidents tells when that begins and how many it was in the end.
  bool has_room_for(const std::string& kind) {
    std::string name;
    {
      const std::lock_guard lock(mutex);
      if (limits.take(kind, os::steady_now())) return true;
      name = limits.limited_as(kind);
    }
    metrics::losses(absl::StrCat("event.", name), absl::StrCat("events ", name, " beyond one a second")).add();
    return false;
  }
};

class EventLog::Subscriber final : public Stream {
 public:
  Subscriber(std::shared_ptr<State> held, uint64_t after, Wake wake) : state_(std::move(held)) {
    {
      const std::lock_guard lock(state_->mutex);
      // A number from before a restart may lie ahead of us; then everything we have is new to the caller.
      const uint64_t first = state_->events.empty() ? state_->next_sequence : state_->events.front()->sequence();
      cursor_ = after == 0 ? state_->next_sequence : after < state_->next_sequence ? after + 1 : first;
    }
    id_ = state_->subscribers.add(std::move(wake));
  }
  ~Subscriber() override { state_->subscribers.remove(id_); }

  std::shared_ptr<const google::protobuf::Message> next() override {
    const std::lock_guard lock(state_->mutex);
    const auto found = state_->first_from(cursor_);
    if (found == state_->events.end()) return nullptr;
    auto event = *found;
    const uint64_t lost = event->sequence() - cursor_;
    cursor_ = event->sequence() + 1;
    if (lost == 0) return event;
    static auto& missed = metrics::losses("event", "events for a watcher that was too slow");
    missed.add(lost);
    auto told = std::make_shared<v1::Event>(*event);
    told->set_lost(event->lost() + lost);
    return told;
  }

 private:
  const std::shared_ptr<State> state_;
  uint64_t cursor_ = 0;
  uint64_t id_ = 0;
};

EventLog::EventLog(std::string service, size_t capacity) : state_(std::make_shared<State>()) {
  state_->service = std::move(service);
  state_->capacity = std::max<size_t>(capacity, 1);
}

void EventLog::add(std::string kind, Severity severity, std::string text, std::map<std::string, std::string> detail,
                   bool audit) {
  v1::Event event;
  *event.mutable_time() = google::protobuf::util::TimeUtil::NanosecondsToTimestamp(absl::GetCurrentTimeNanos());
  event.set_service(state_->service.empty() ? log::process_name() : state_->service);
  event.set_kind(std::move(kind));
  event.set_severity(to_proto(severity));
  event.set_text(std::move(text));
  for (auto& [key, value] : detail) (*event.mutable_detail())[key] = std::move(value);
  event.set_audit(audit);
  make_readable(event);
  if (!audit && !state_->has_room_for(event.kind())) return;

  std::vector<log::Field> fields{{"event", event.kind()}};
  for (const auto& [key, value] : event.detail()) fields.emplace_back(key, value);
  log::write(to_level(event.severity()), event.text(), fields.data(), fields.size());
  add(std::move(event));
}

void EventLog::add(v1::Event event) {
  make_readable(event);
  {
    const std::lock_guard lock(state_->mutex);
    event.set_sequence(state_->next_sequence++);
    state_->keep(std::make_shared<const v1::Event>(std::move(event)));
  }
  state_->subscribers.notify_all();
}

std::unique_ptr<Stream> EventLog::subscribe(uint64_t after, Wake wake) const {
  return std::make_unique<Subscriber>(state_, after, std::move(wake));
}

std::function<std::unique_ptr<Stream>(uint64_t, Wake)> EventLog::source() const {
  return
      [held = state_](uint64_t after, Wake wake) { return std::make_unique<Subscriber>(held, after, std::move(wake)); };
}

size_t EventLog::subscribers() const { return state_->subscribers.size(); }

}  // namespace phone::mesh
