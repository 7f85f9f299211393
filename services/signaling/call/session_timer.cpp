// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/call/session_timer.hpp"

#include <algorithm>
#include <string>

#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

using std::chrono::seconds;

constexpr int kMostRaises = 2;         // a server that always wants more is not followed
constexpr uint64_t kLongest = 86'400;  // a day: whatever is longer is as good as none

struct SessionExpires {
  uint64_t interval = 0;
  std::string refresher;
};

std::optional<SessionExpires> read_session_expires(const Message& message) {
  const std::string value = message.field("Session-Expires").value_or("");
  std::string_view rest = value;
  const auto interval = number(trim(take_until(rest, ';')));
  if (!interval.has_value()) return std::nullopt;
  SessionExpires read{.interval = *interval, .refresher = ""};
  for (const auto& [name, text] : parse_parameters(rest)) {
    if (iequals(name, "refresher")) read.refresher = text;
  }
  return read;
}

bool takes_timers(const Message& request) {
  const auto options = list_items(request, "Supported");
  return std::any_of(options.begin(), options.end(), [](const std::string& one) { return iequals(one, "timer"); });
}

}  // namespace

void SessionTimer::begin(Refresher refresher, uint64_t interval, TimePoint now) {
  raises_ = 0;
  refresher_ = refresher;
  interval_ = seconds(std::clamp<uint64_t>(interval, static_cast<uint64_t>(kLeast.count()), kLongest));
  restart(now);
}

void SessionTimer::restart(TimePoint now) {
  if (refresher_ == Refresher::kNone) return;
  refresh_at_ = now + interval_ / 2;
  // RFC 4028 section 10: the end that waits gives up a little before the interval is over.
  expires_at_ = now + interval_;
  if (refresher_ == Refresher::kThem) expires_at_ -= std::min(seconds(32), interval_ / 3);
}

void SessionTimer::ask(Message& request) const {
  const std::string_view who = refresher_ == Refresher::kUs     ? ";refresher=uac"
                               : refresher_ == Refresher::kThem ? ";refresher=uas"
                                                                : "";
  request.add("Session-Expires", cat(interval_.count(), who));
  if (asked_least_ > kLeast) request.add("Min-SE", cat(asked_least_.count()));
}

void SessionTimer::agreed(const Message& response, TimePoint now) {
  const auto said = read_session_expires(response);
  if (!said.has_value()) return stop();
  begin(iequals(said->refresher, "uas") ? Refresher::kThem : Refresher::kUs, said->interval, now);
}

bool SessionTimer::raise(const Message& response) {
  const auto least = number(trim(response.field("Min-SE").value_or("")));
  if (!least.has_value() || *least > kLongest || seconds(*least) <= interval_) return false;
  if (++raises_ > kMostRaises) return false;
  interval_ = asked_least_ = seconds(*least);
  return true;
}

bool SessionTimer::too_short(const Message& request) {
  const auto said = read_session_expires(request);
  return said.has_value() && said->interval < static_cast<uint64_t>(kLeast.count()) && takes_timers(request);
}

void SessionTimer::refuse(Message& response) { response.add("Min-SE", cat(kLeast.count())); }

void SessionTimer::agree(const Message& request, Message& response, TimePoint now) {
  const auto said = read_session_expires(request);
  if (!said.has_value()) return stop();
  const bool theirs = takes_timers(request);
  // RFC 4028 section 9, table 2.
  const bool they_refresh = theirs && !iequals(said->refresher, "uas");
  begin(they_refresh ? Refresher::kThem : Refresher::kUs, said->interval, now);
  response.add("Session-Expires", cat(interval_.count(), ";refresher=", they_refresh ? "uac" : "uas"));
  if (theirs) response.add("Require", "timer");
}

bool SessionTimer::refresh_is_due(TimePoint now) {
  if (refresher_ != Refresher::kUs || now < refresh_at_) return false;
  refresh_at_ = now + interval_ / 10;
  return true;
}

std::optional<TimePoint> SessionTimer::deadline() const {
  if (refresher_ == Refresher::kNone) return std::nullopt;
  return refresher_ == Refresher::kUs ? std::min(refresh_at_, expires_at_) : expires_at_;
}

void SessionTimer::recover(Refresher refresher, std::chrono::seconds interval) {
  begin(refresher, static_cast<uint64_t>(std::max<int64_t>(interval.count(), 0)), TimePoint{});
  expires_at_ = refresh_at_ = TimePoint::max();  // until the phone is registered again
}

}  // namespace phone::signaling
