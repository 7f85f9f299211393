// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/registration/line_registrations.hpp"

#include <algorithm>

#include "services/signaling/sip/text.hpp"

namespace phone::signaling {

LineRegistrations::Line* LineRegistrations::find(uint32_t number) {
  const auto found = std::find_if(lines_.begin(), lines_.end(), [&](const Line& one) { return one.number == number; });
  return found == lines_.end() ? nullptr : &*found;
}

void LineRegistrations::configure(const Settings& settings, TimePoint now) {
  const bool same = settings.lines.size() == settings_.lines.size() &&
                    std::equal(settings.lines.begin(), settings.lines.end(), settings_.lines.begin(),
                               [](const LineSettings& a, const LineSettings& b) {
                                 return a.directory_number == b.directory_number && a.contact == b.contact;
                               });
  settings_ = settings;
  if (!same && flow_ != 0) begin(now);
}

void LineRegistrations::begin(TimePoint now) {
  lines_.clear();
  for (uint32_t number = 2; !for_all_lines_ && number <= settings_.lines.size(); ++number) {
    Line line;
    line.number = number;
    line.call_id = random_token(ua_port_, 12);
    line.local_tag = random_token(ua_port_, 8);
    line.expires = settings_.expires;
    line.next_at = now;
    lines_.push_back(std::move(line));
  }
  on_time(now);
}

void LineRegistrations::first_registered(FlowId flow, bool for_all_lines, TimePoint now) {
  if (flow == flow_ && for_all_lines == for_all_lines_) return;
  flow_ = flow;
  for_all_lines_ = for_all_lines;
  begin(now);
  delegate_.changed();
}

void LineRegistrations::first_leaves(FlowId flow, TimePoint now) {
  if (flow != flow_) return;
  for (const Line& line : lines_) {
    if (line.held) send(line, true, now);
  }
  flow_lost(flow);
}

void LineRegistrations::flow_lost(FlowId flow) {
  if (flow != flow_) return;
  flow_ = 0;
  for_all_lines_ = false;
  lines_.clear();
  delegate_.changed();
}

void LineRegistrations::send(const Line& line, bool leaving, TimePoint now) {
  Requests::Plan plan;
  plan.flow = flow_;
  plan.line = line.number;
  // The request of a line that leaves outlives its entry.
  plan.make = [this, flow = flow_, kept = std::make_shared<Line>(line), leaving]() -> std::optional<Message> {
    const auto connection = delegate_.connection(flow);
    if (!connection.has_value() || kept->number > settings_.lines.size()) return std::nullopt;
    Line* line = leaving ? kept.get() : find(kept->number);
    if (line == nullptr || line->call_id != kept->call_id) return std::nullopt;
    return make_line_register({.settings = settings_,
                               .target = connection->target,
                               .local_address = connection->facts.local_address,
                               .call_id = line->call_id,
                               .local_tag = line->local_tag,
                               .cseq = ++line->cseq,
                               .expires = leaving ? std::chrono::seconds(0) : line->expires,
                               .keepalive = false,
                               .reason = std::nullopt},
                              line->number);
  };
  plan.done = [this, number = line.number, call_id = line.call_id, leaving](const TransactionLayer::Outcome& outcome) {
    const Line* same = find(number);
    if (leaving || same == nullptr || same->call_id != call_id || outcome.status() < 200) return;
    on_answer(number, outcome.status(), outcome.response, outcome.now);
  };
  requests_.send(std::move(plan), now);
}

void LineRegistrations::on_answer(uint32_t number, int status, const Message* response, TimePoint now) {
  Line& line = *find(number);
  const auto connection = delegate_.connection(flow_);
  if (!connection.has_value()) return;
  const RegisterOutcome outcome =
      judge_register(status, response, line.expires,
                     contact_uri(settings_, connection->facts.local_address, transport_of(connection->target), number));
  const bool was = std::exchange(line.held, false);
  if (const auto* granted = std::get_if<RegistrationGranted>(&outcome); granted != nullptr) {
    line.state = State::kRegistered;
    line.held = true;
    line.refusals = 0;
    line.next_at = now + refresh_after(granted->expires);
    if (!was) delegate_.changed();
    return;
  }
  line.state = State::kWaiting;
  auto wait = refusal_delay(++line.refusals);
  std::string reason;
  if (const auto* longer = std::get_if<LongerExpiresAsked>(&outcome); longer != nullptr) {
    line.expires = longer->least;
    reason = longer->reason;
  } else {
    const auto& refused = std::get<RegistrationRefused>(outcome);
    wait = std::max(wait, refused.wait);
    reason = refused.reason;
  }
  line.next_at = now + wait;
  ua_port_.report("registration.line_refused", Severity::kWarning, cat("line ", number, " is not registered: ", reason),
                  {{"line", cat(number)}, {"status", cat(status)}});
  delegate_.changed();
}

void LineRegistrations::on_time(TimePoint now) {
  for (size_t i = 0; i < lines_.size(); ++i) {
    Line& line = lines_[i];
    if (line.state == State::kRegistering || now < line.next_at) continue;
    line.state = State::kRegistering;
    send(line, false, now);
  }
}

std::optional<TimePoint> LineRegistrations::deadline() const {
  std::optional<TimePoint> first;
  for (const Line& line : lines_) {
    if (line.state == State::kRegistering) continue;
    if (!first.has_value() || line.next_at < *first) first = line.next_at;
  }
  return first;
}

bool LineRegistrations::registered(uint32_t line) const {
  if (flow_ == 0) return false;
  if (for_all_lines_) return true;
  return std::any_of(lines_.begin(), lines_.end(), [&](const Line& one) { return one.number == line && one.held; });
}

}  // namespace phone::signaling
