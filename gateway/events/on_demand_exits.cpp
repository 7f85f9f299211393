// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "gateway/events/on_demand_exits.hpp"

#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <google/protobuf/util/time_util.h>

#include <utility>

namespace phone::gateway {

using phone::mesh::ProcessExit;
using phone::mesh::v1::Event;

Event OnDemandExits::event(std::string kind, std::string text, absl::Duration took, absl::Time at) const {
  const ProcessExit& last = open_.back();
  Event event;
  event.set_service(service_);
  event.set_kind(std::move(kind));
  event.set_severity(phone::mesh::v1::SEVERITY_WARNING);
  event.set_text(std::move(text));
  event.set_audit(true);
  *event.mutable_time() = google::protobuf::util::TimeUtil::NanosecondsToTimestamp(absl::ToUnixNanos(at));
  auto& detail = *event.mutable_detail();
  detail["milliseconds"] = absl::StrCat(absl::ToInt64Milliseconds(took));
  detail["result"] = last.result;
  detail["code"] = last.code;
  detail["status"] = last.status;
  return event;
}

std::vector<Event> OnDemandExits::look(std::string_view text, absl::Time since_boot, absl::Time now) {
  std::vector<Event> events;
  const auto on_the_wall = [&](absl::Time at) { return now - (since_boot - at); };
  if (text.size() < read_) read_ = 0;  // it was begun anew
  for (std::size_t end = 0; (end = text.find('\n', read_)) != std::string_view::npos; read_ = end + 1) {
    const std::string_view line = text.substr(read_, end - read_);
    // One line at a time, by the words of the one reader of such files.
    phone::mesh::PreviousExits past = phone::mesh::parse_previous_exits(line);
    if (!past.since_served.empty() && past.since_served.front().result != "success") {
      ++by_cause_[past.since_served.front().result];
      last_run_failed_ = true;
      open_.push_back(std::move(past.since_served.front()));
    }
    if (line.ends_with(" serving")) last_run_failed_ = false;
    std::int64_t served = 0;
    if (open_.empty() || !line.ends_with(" serving") ||
        !absl::SimpleAtoi(absl::string_view(line.data(), line.find(' ')), &served)) {
      continue;
    }
    const absl::Time at = absl::FromUnixMillis(served);
    events.push_back(event("process.restarted", phone::mesh::restart_sentence(service_, {{}, open_}, at),
                           at - open_.front().when, on_the_wall(at)));
    open_.clear();
  }
  if (!open_.empty() && since_boot - open_.back().when > kPatience) {
    events.push_back(
        event("process.ended",
              absl::StrCat(service_, " ended: ", phone::mesh::cause_of(open_.back()), "; it starts again on demand"),
              absl::ZeroDuration(), on_the_wall(open_.back().when)));
    open_.clear();
  }
  return events;
}

}  // namespace phone::gateway
