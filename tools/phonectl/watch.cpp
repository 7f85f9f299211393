// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include <absl/strings/str_cat.h>
#include <atomic>
#include <cstdio>
#include <limits>
#include <mutex>
#include <thread>
#include <tuple>

#include "tools/phonectl/commands.hpp"
#include "tools/phonectl/json.hpp"
#include "tools/phonectl/print_events.hpp"
#include "tools/phonectl/print_status.hpp"

namespace phone::phonectl {
namespace {

using Gateway = phone::gateway::v1::Gateway;
using phone::gateway::v1::PhoneStatus;
using phone::mesh::v1::Event;

// A number no journal has reached: everything that is left of it.
constexpr std::uint64_t kWholeEventLog = std::numeric_limits<std::uint64_t>::max();

// Two streams print to one output.
class Output {
 public:
  void line(const std::string& text) {
    const std::lock_guard lock(mutex_);
    std::fwrite(text.data(), 1, text.size(), stdout);
    if (std::fflush(stdout) != 0) closed_ = true;
  }
  bool closed() const { return closed_; }

 private:
  std::mutex mutex_;
  std::atomic<bool> closed_ = false;
};

bool is_restart(const absl::Status& status) { return absl::IsUnavailable(status) || absl::IsCancelled(status); }

// Joins the stream again after every restart of the gateway; what ends it is the time limit, a refusal or closed
// output.
absl::Status follow_on(absl::Duration time_limit, const Output& output,
                       const std::function<absl::Status(absl::Duration left, bool again)>& once) {
  const absl::Time end = absl::Now() + time_limit;
  for (bool again = false;; again = true) {
    const absl::Status status = once(end - absl::Now(), again);
    if (output.closed() || absl::Now() >= end) return absl::OkStatus();
    if (!is_restart(status)) return status;
    // A gateway that ends every stream at once is asked ten times a second.
    absl::SleepFor(absl::Milliseconds(100));
  }
}

absl::Status follow_events(GatewayClient& client, const Request& request, std::uint64_t after, Output& output,
                           const std::function<std::string(const Event&)>& print) {
  std::pair<std::int64_t, std::int32_t> newest{0, 0};
  return follow_on(request.time_limit, output, [&](absl::Duration left, bool again) {
    phone::mesh::v1::WatchEventsRequest from;
    from.set_after_sequence(again ? kWholeEventLog : after);
    const auto joined = newest;
    return client.follow<phone::mesh::v1::WatchEventsRequest, Event>(
        &Gateway::Stub::WatchEvents, from, left, [&, joined](const Event& event) {
          const std::pair time{event.time().seconds(), event.time().nanos()};
          if (again && time <= joined) return true;
          newest = std::max(newest, time);
          output.line(print(event));
          return !output.closed();
        });
  });
}

absl::Status follow_status(GatewayClient& client, const Request& request, Output& output,
                           const std::function<std::string(const PhoneStatus* before, const PhoneStatus&)>& print) {
  PhoneStatus last;
  bool first = true;
  return follow_on(request.time_limit, output, [&](absl::Duration left, bool) {
    return client.follow<phone::gateway::v1::GetStatusRequest, PhoneStatus>(
        &Gateway::Stub::WatchStatus, {}, left, [&](const PhoneStatus& status) {
          const std::string text = print(first ? nullptr : &last, status);
          if (!text.empty()) output.line(text);
          last = status;
          first = false;
          return !output.closed();
        });
  });
}

// {"event": ...} and {"status": ...}, one a line.
std::string wrapped(const char* name, const google::protobuf::Message& message) {
  std::string json = to_json(message, false);
  json.pop_back();
  return absl::StrCat("{\"", name, "\":", json, "}\n");
}

std::string changed_lines(const PhoneStatus* before, const PhoneStatus& status, const View& view) {
  if (before == nullptr) return absl::StrCat(print_status(status, view), "\n");
  const std::string time = absl::FormatTime("%Y-%m-%d %H:%M:%E3S", absl::Now(), view.zone);
  std::string text;
  for (const auto& line : changes(*before, status)) {
    absl::StrAppend(&text, paint(view, Tone::kDim, time), "  ", paint(view, Tone::kStrong, "status             "), "  ",
                    line, "\n");
  }
  return text;
}

}  // namespace

absl::Status watch(GatewayClient& client, const Request& request, const View& view) {
  Output output;
  absl::Status events_end;
  std::thread events([&] {
    events_end = follow_events(client, request, 0, output, [&](const Event& event) {
      return request.json ? wrapped("event", event) : print_event(event, view);
    });
  });
  const absl::Status status_end =
      follow_status(client, request, output, [&](const PhoneStatus* before, const PhoneStatus& status) {
        return request.json ? wrapped("status", status) : changed_lines(before, status, view);
      });
  events.join();
  return status_end.ok() ? events_end : status_end;
}

absl::Status show_events(GatewayClient& client, const Request& request, const View& view) {
  Output output;
  return follow_events(client, request, kWholeEventLog, output, [&](const Event& event) {
    return request.json ? to_json(event, false) : print_event(event, view);
  });
}

}  // namespace phone::phonectl
