// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/ua/user_agent.hpp"

#include <algorithm>

#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {
// Which alarm has been accepted, so that a restart does not repeat it: one value on each line.
std::string write_alarm(const Alarm& alarm) {
  return cat(alarm.code, "\n", alarm.ctl_signature, "\n", alarm.ctl_server, "\n", alarm.itl_signature, "\n",
             alarm.itl_server, "\n", alarm.number, "\n");
}

Alarm parse_alarm(std::string_view text) {
  Alarm alarm;
  alarm.code = static_cast<uint32_t>(number(take_until(text, '\n')).value_or(0) & 0xFF);
  for (std::string* to : {&alarm.ctl_signature, &alarm.ctl_server, &alarm.itl_signature, &alarm.itl_server})
    *to = take_until(text, '\n');
  alarm.number = number(take_until(text, '\n')).value_or(0);
  return alarm;
}

constexpr char kFipsText[] = "Phone failed to register. Cert key size is not FIPS compliant";  // F36
}  // namespace

UserAgent::UserAgent(UserAgentPort& ua_port, StateObserver observer)
    : ua_port_(ua_port),
      transactions_(ua_port, observer),
      requests_(ua_port, transactions_),
      registration_client_(
          ua_port, transactions_, requests_,
          {.idle = [this] { return calls_.idle(); },
           .changed = [this] { changed_ = true; },
           .registered = [this](FlowId flow) { calls_.registered(flow, now_); },
           .lost =
               [this](FlowId flow) {
                 calls_.flow_lost(flow);
                 // Registered elsewhere already: no new registration will come that takes the calls over.
                 const auto active = registration_client_.active();
                 if (active.has_value() && active->flow != flow && registration_client_.connection(active->flow)) {
                   calls_.registered(active->flow, now_);
                 }
               },
           .alarm_accepted = [this](const Alarm& alarm) { ua_port_.save_alarm(write_alarm(alarm)); },
           .state_changed = observer}),
      calls_(ua_port, transactions_, requests_,
             {.active = [this] { return registration_client_.active(); },
              .connection = [this](FlowId flow) { return registration_client_.connection(flow); },
              .takes_calls = [this](FlowId flow, TimePoint now) { return registration_client_.takes_calls(flow, now); },
              .changed = [this] { changed_ = true; },
              .state_changed = std::move(observer)}) {
  transactions_.on_request(
      [this](FlowId flow, const std::string& key, const Message& request) { receive_request(flow, key, request); });
}

void UserAgent::configure(const Settings& settings, TimePoint now) {
  now_ = now;
  settings_ = settings;
  requests_.configure({{settings.auth_name, settings.auth_password}, settings.fips});
  calls_.configure(settings);
  registration_client_.configure(settings, now);
  changed_ = true;
}

void UserAgent::flow_up(FlowId flow, const FlowFacts& facts, TimePoint now) {
  now_ = now;
  registration_client_.flow_up(flow, facts, now);
}

void UserAgent::flow_down(const FlowClosed& closed, TimePoint now) {
  now_ = now;
  registration_client_.flow_down(closed, now);
}

void UserAgent::addresses_are(std::vector<std::string> addresses, TimePoint now) {
  now_ = now;
  registration_client_.addresses_are(std::move(addresses), now);
}

void UserAgent::identity_is(const std::string& key, TimePoint now) {
  now_ = now;
  registration_client_.identity_is(key, now);
}

void UserAgent::identity_use_reported(const IdentityUseReported& reported, TimePoint now) {
  now_ = now;
  registration_client_.identity_use_reported(reported, now);
}

void UserAgent::flow_message(FlowId flow, const std::string& bytes, TimePoint now) {
  now_ = now;
  if (!registration_client_.owns(flow)) return;
  Judged judged = read_message(bytes);
  switch (judged.verdict.kind) {
    case Verdict::kAccept:
      return transactions_.receive(flow, judged.message, now);
    case Verdict::kDrop:
      return report_dropped(judged.verdict.phrase);
    case Verdict::kRefuse: {
      Message response =
          make_response(judged.message, judged.verdict.status, judged.verdict.phrase, random_token(ua_port_, 4));
      for (HeaderField& field : judged.verdict.extra) response.fields.push_back(std::move(field));
      ua_port_.send(flow, write(response));
    }
  }
}

// A server may send such messages at any rate: they are reported once a second, with their number.
void UserAgent::report_dropped(const std::string& why) {
  ++dropped_;
  constexpr std::chrono::seconds kPause{1};
  if (dropped_reported_.has_value() && now_ < *dropped_reported_ + kPause) return;
  dropped_reported_ = now_;
  ua_port_.report("sip.dropped", Severity::kWarning, cat("a message was discarded: ", why),
                  {{"messages", cat(std::exchange(dropped_, 0))}});
}

void UserAgent::stream_opened(const std::string& stream, uint16_t port, TimePoint now) {
  now_ = now;
  calls_.stream_opened(stream, port, now);
}

void UserAgent::stream_refused(const std::string& stream, const std::string& reason, TimePoint now) {
  now_ = now;
  calls_.stream_refused(stream, reason, now);
}

void UserAgent::tone_played(const std::string& stream, Tone tone) { calls_.tone_played(stream, tone); }

void UserAgent::stream_facts(const std::string& incarnation, const std::vector<StreamReport>& reports, TimePoint now) {
  now_ = now;
  calls_.stream_facts(incarnation, reports, now);
}

absl::StatusOr<CallView> UserAgent::dial(const std::string& number, TimePoint now) {
  now_ = now;
  return calls_.dial(number, now);
}

absl::StatusOr<CallView> UserAgent::answer(const std::string& call, TimePoint now) {
  now_ = now;
  return calls_.answer(call, now);
}

absl::StatusOr<CallView> UserAgent::hang_up(const std::string& call, TimePoint now) {
  now_ = now;
  return calls_.hang_up(call, now);
}

absl::StatusOr<CallView> UserAgent::hold(const std::string& call, TimePoint now) {
  now_ = now;
  return calls_.hold(call, now);
}

absl::StatusOr<CallView> UserAgent::resume(const std::string& call, TimePoint now) {
  now_ = now;
  return calls_.resume(call, now);
}

absl::StatusOr<CallView> UserAgent::transfer(const std::string& call, const std::string& number,
                                             const std::string& to_call, TimePoint now) {
  now_ = now;
  return to_call.empty() ? calls_.transfer(call, number, now) : calls_.transfer_to(call, to_call, now);
}

void UserAgent::send_digits(const std::string& call, const crypto::Secret& digits,
                            std::function<void(const absl::Status&)> done) {
  calls_.send_digits(call, digits, std::move(done));
}

void UserAgent::restore(const std::string& record, const std::vector<RecoveredStream>& streams, TimePoint now) {
  now_ = now;
  calls_.restore(record, streams);
  if (auto active = registration_client_.active(); active.has_value()) calls_.registered(active->flow, now);
}

void UserAgent::restore_alarm(const std::string& text) { registration_client_.remember_alarm(parse_alarm(text)); }

void UserAgent::on_time(TimePoint now) {
  now_ = now;
  transactions_.on_time(now);
  registration_client_.on_time(now);
  calls_.on_time(now);
}

std::optional<TimePoint> UserAgent::deadline() const {
  std::optional<TimePoint> first;
  for (std::optional<TimePoint> one : {transactions_.deadline(), registration_client_.deadline(), calls_.deadline()}) {
    if (one.has_value() && (!first.has_value() || *one < *first)) first = one;
  }
  return first;
}

StateView UserAgent::view() {
  StateView view;
  view.registrations = registration_client_.views();
  view.calls = calls_.views();
  view.registered = registration_client_.active().has_value();
  if (!view.registered && registration_client_.fips_refused()) view.display_text = kFipsText;
  return view;
}

// Requests that are not about a call: OPTIONS, and CUCM's REFERs and NOTIFYs about features, which this phone refuses
// (cisco-formats.md G6).
void UserAgent::receive_request(FlowId flow, const std::string& key, const Message& request) {
  if (calls_.receive(flow, key, request, now_)) return;
  int status = request.method == "OPTIONS"  ? 200
               : request.method == "REFER"  ? 603
               : request.method == "NOTIFY" ? 489
                                            : 481;
  Message response = make_response(request, status, "", random_token(ua_port_, 4));
  if (request.method == "OPTIONS")
    response.add("Allow", std::string(allowed_methods())).add("Accept", "application/sdp");
  transactions_.respond(key, response, now_);
}

}  // namespace phone::signaling
