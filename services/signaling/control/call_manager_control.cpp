// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/control/call_manager_control.hpp"

#include <algorithm>
#include <utility>

#include "services/signaling/sip/capabilities.hpp"
#include "services/signaling/sip/message_body.hpp"
#include "services/signaling/sip/text.hpp"
#include "services/signaling/user/lines.hpp"

namespace phone::signaling {
namespace {

constexpr size_t kRemembered = 32;  // requests that were taken

// "192.0.2.10:49152" of "sip:phone@192.0.2.10:49152;transport=tls"; empty when it has no host.
std::string_view place_in(std::string_view uri) {
  uri = uri.substr(0, uri.find_first_of(";?"));
  const size_t at = uri.find('@');
  if (at != std::string_view::npos) return uri.substr(at + 1);
  take_until(uri, ':');
  return uri;
}

bool is_service_control(const Message& request) {
  return request.method == "NOTIFY" && event_package(request) == EventPackage::kServiceControl;
}

}  // namespace

std::string warning_of(std::string cause) {
  for (char& c : cause) {
    if (c == '"' || c == '\\' || static_cast<unsigned char>(c) < ' ' || c == 127) c = '\'';
  }
  return cat("399 phone \"", cause, "\"");
}

void CallManagerControl::configure(const Settings& settings, TimePoint now) {
  settings_ = settings;
  state_.set_lines(settings.lines.size());
  orders_.configuration_is(settings.configuration_stamp);
  orders_.reports_are_taken(settings.problem_reports);
  restart_.policy_is(settings.version, now);
}

void CallManagerControl::restore(std::string_view record) {
  state_.restore(record);
  delegate_.calls.do_not_disturb(state_.view().do_not_disturb);
  delegate_.changed();
}

void CallManagerControl::on_time(TimePoint now) {
  restart_.on_time(now);
  const auto due = state_.deadline();
  if (!due.has_value() || now < *due) return;
  state_.on_time(now);
  delegate_.changed();
}

std::optional<TimePoint> CallManagerControl::deadline() const {
  const auto one = restart_.deadline(), other = state_.deadline();
  if (one.has_value() && other.has_value()) return std::min(*one, *other);
  return one.has_value() ? one : other;
}

bool CallManagerControl::receive(FlowId flow, const std::string& key, const Message& request, TimePoint now) {
  const bool counts_messages = request.method == "NOTIFY" && event_package(request) == EventPackage::kMessageSummary;
  if (!request.to_tag().empty() || !(is_service_control(request) || counts_messages)) return false;
  ControlAnswer said = judge_source(flow, request);
  if (said.status == 200)
    said = counts_messages ? take_message_summary(request) : take_service_control(flow, request, false, now);
  answer(key, request, said, now);
  return true;
}

ControlAnswer CallManagerControl::receive_in_call(FlowId flow, const Message& request, TimePoint now) {
  ControlAnswer said = take_service_control(flow, request, true, now);
  if (said.status == 200 && !orders_.take_preserve()) said = {.status = 400, .cause = "no order for the call"};
  if (said.status != 200) report_refused(request, said, now);
  return said;
}

// cucm-calls.md 1.1 and 4: who may order something, and whether it is for this phone.
ControlAnswer CallManagerControl::judge_source(FlowId flow, const Message& request) const {
  const auto held = delegate_.held(flow);
  if (!held.has_value())
    return {.status = 403, .cause = "the connection does not carry the registration of this phone"};
  if (request.to.user.empty()) return {.status = 400, .cause = "To has no user"};
  if (place_in(request.uri) != held->local_address)
    return {.status = 400, .cause = "the Request-URI is not this phone's Contact"};
  if (!line_called(settings_, request.uri).has_value()) return {.status = 404, .cause = "the phone has no such line"};
  return {};
}

ControlAnswer CallManagerControl::take_service_control(FlowId flow, const Message& request, bool in_call,
                                                       TimePoint now) {
  const auto held = delegate_.held(flow);
  if (!held.has_value())
    return {.status = 403, .cause = "the connection does not carry the registration of this phone"};
  const std::string content = request.text("Content-Type");
  std::string_view type = content;
  if (!request.body.empty() && !iequals(trim(take_until(type, ';')), "text/plain"))
    return {.status = 400, .cause = "the body is not text/plain"};
  if (came_before(request)) return {.status = 482, .cause = "the same request came before"};
  const uint64_t reports = orders_.reports_ordered();
  ControlAnswer answer = orders_.take(request.body,
                                      {.register_call_id = held->call_id,
                                       .speaks_dialect = held->speaks_dialect,
                                       .in_refer = false,
                                       .in_call = in_call},
                                      now);
  if (orders_.reports_ordered() != reports) delegate_.changed();
  return answer;
}

// A request that is sent again belongs to its transaction and never comes here; this is another one with its names
// (RFC 3261 section 8.2.2.2).
bool CallManagerControl::came_before(const Message& request) {
  std::string name = cat(request.call_id, " ", request.from_tag(), " ", request.cseq, " ", request.method);
  if (std::find(seen_.begin(), seen_.end(), name) != seen_.end()) return true;
  seen_.push_back(std::move(name));
  if (seen_.size() > kRemembered) seen_.pop_front();
  return false;
}

void CallManagerControl::answer(const std::string& key, const Message& request, const ControlAnswer& answer,
                                TimePoint now) {
  Message response = make_response(request, answer.status, "", random_token(port_, 4));
  if (!answer.cause.empty()) response.add("Warning", warning_of(answer.cause));
  transactions_.respond(key, response, now);
  if (answer.status >= 300) report_refused(request, answer, now);
}

// A server may send these at any rate: once a second, with their number.
void CallManagerControl::report_refused(const Message& request, const ControlAnswer& answer, TimePoint now) {
  ++refused_;
  constexpr std::chrono::seconds kPause{1};
  if (refused_reported_.has_value() && now < *refused_reported_ + kPause) return;
  refused_reported_ = now;
  port_.report("control.refused", Severity::kWarning,
               cat("a ", request.method, " of the call manager was answered ", answer.status, ": ", answer.cause),
               {{"event", request.text("Event")},
                {"status", cat(answer.status)},
                {"requests", cat(std::exchange(refused_, 0))}});
}

}  // namespace phone::signaling
