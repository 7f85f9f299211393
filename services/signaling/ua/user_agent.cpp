// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/ua/user_agent.hpp"

#include <algorithm>

#include "services/signaling/sip/capabilities.hpp"
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
constexpr char kFallbackText[] = "CM Fallback Service Operating";                              // cucm-calls.md 10
}  // namespace

UserAgent::UserAgent(UserAgentPort& ua_port, StateObserver observer)
    : ua_port_(ua_port),
      transactions_(ua_port, observer),
      requests_(ua_port, transactions_),
      registration_client_(
          ua_port, transactions_, requests_,
          {.idle = [this] { return calls_.idle(); },
           .changed = [this] { changed_ = true; },
           .registered =
               [this](FlowId flow) {
                 const auto connection = registration_client_.connection(flow);
                 if (connection.has_value()) features_.registered_with(connection->target.address);
                 publication_.registered(now_);
                 calls_.registered(flow, now_);
               },
           .granted = [this](FlowId flow,
                             bool for_all_lines) { line_registrations_.first_registered(flow, for_all_lines, now_); },
           .wishes = [this](FlowId flow,
                            const RegistrationGranted& granted) { features_.granted(flow, granted, now_); },
           .leaving = [this](FlowId flow) { line_registrations_.first_leaves(flow, now_); },
           .lost =
               [this](FlowId flow) {
                 line_registrations_.flow_lost(flow);
                 forks_.flow_lost(flow);
                 calls_.flow_lost(flow);
                 publication_.flow_lost(flow);
                 features_.flow_lost(flow, now_);
                 // Registered elsewhere already: no new registration will come that takes the calls over.
                 const auto active = registration_client_.active();
                 if (active.has_value() && active->flow != flow && registration_client_.connection(active->flow)) {
                   calls_.registered(active->flow, now_);
                 }
               },
           .alarm_accepted = [this](const Alarm& alarm) { ua_port_.save_alarm(write_alarm(alarm)); },
           .state_changed = observer}),
      line_registrations_(ua_port, requests_,
                          {.connection = [this](FlowId flow) { return registration_client_.connection(flow); },
                           .changed = [this] { changed_ = true; }}),
      calls_(ua_port, transactions_, requests_,
             {.active = [this] { return registration_client_.active(); },
              .connection = [this](FlowId flow) { return registration_client_.connection(flow); },
              .takes_calls = [this](FlowId flow, TimePoint now) { return registration_client_.takes_calls(flow, now); },
              .connection_to = [this](const std::string& server) { return registration_client_.connection_to(server); },
              .now = [this] { return now_; },
              .connections = [this] { return registration_client_.connections(); },
              .changed =
                  [this] {
                    changed_ = true;
                    forks_.follow_calls(now_);
                    features_.follow_calls(now_);
                  },
              .service_control = [this](FlowId flow, const Message& request,
                                        TimePoint now) { return control_.receive_in_call(flow, request, now); },
              .remote_requests = [this](FlowId flow, const Message& request,
                                        TimePoint now) { return control_.receive_refer(flow, request, now); },
              .conference_told = [this](const std::string& call,
                                        std::string_view xml) { return features_.conference_told(call, xml); },
              .state_changed = observer}),
      forks_(ua_port, transactions_, requests_, calls_,
             {.connection = [this](FlowId flow) { return registration_client_.connection(flow); },
              .now = [this] { return now_; },
              .changed = [this] { changed_ = true; },
              .state_changed = observer}),
      features_(
          ua_port, transactions_, requests_, calls_,
          {.registered = [this] { return registration_client_.active(); },
           .changed = [this] { changed_ = true; },
           .judge_source = [this](FlowId flow,
                                  const Message& request) { return control_.judge_source(flow, request).status; }}),
      control_(ua_port, transactions_, hand_of_call_manager(observer)),
      publication_(ua_port, requests_, [this] { return registration_client_.active(); }),
      authorization_(ua_port, {.renewed = [this](TimePoint now) { registration_client_.ask_again(now); },
                               .changed = [this] { changed_ = true; },
                               .now = [this] { return now_; },
                               .state_changed = observer}) {
  requests_.answer_bearer({.token = [this](FlowId flow) { return token_for(flow); },
                           .refused = [this](FlowId) { authorization_.refused(now_); }});
  transactions_.on_request(
      [this](FlowId flow, const std::string& key, const Message& request) { receive_request(flow, key, request); });
}

CallManagerControl::Delegate UserAgent::hand_of_call_manager(const StateObserver& observer) {
  return {.held = [this](FlowId flow) { return registration_client_.held_by(flow); },
          .renew = [this](TimePoint now) { registration_client_.renew(now); },
          .changed = [this] { changed_ = true; },
          .calls = acts_on_calls(),
          .restart = {.idle = [this] { return calls_.idle(); },
                      .other_profile_waits = [this] { return waiting_.has_value(); },
                      .register_anew = [this](const RestartOrder& order, std::function<void()> done,
                                              TimePoint now) { register_anew(order, std::move(done), now); },
                      .now = [this] { return now_; },
                      .changed = [this] { changed_ = true; },
                      .state_changed = observer}};
}

// A token goes to the port for tokens only, whose server has been vouched for.
absl::StatusOr<crypto::Secret> UserAgent::token_for(FlowId flow) const {
  const auto connection = registration_client_.connection(flow);
  if (!connection.has_value() || !connection->target.oauth || !connection->target.tls)
    return absl::FailedPreconditionError(
        "this phone has none: it authenticates with its certificate or digest credentials");
  return authorization_.token(now_);
}

void UserAgent::configure(const Settings& settings, TimePoint now) {
  now_ = now;
  lock_ = settings.lock;
  const bool busy = !calls_.idle() || control_.restart_under_way();
  const bool waits =
      busy && registration_client_.active().has_value() && registration_client_.needs_other_connections(settings);
  if (waits) {
    waiting_ = settings;
    forks_.allow(settings.forks_allowed);
    changed_ = true;
    ua_port_.report("policy.waits", Severity::kInfo,
                    "a policy that needs another registration waits until no call is up", {});
  } else {
    put_in_force(settings, now);
  }
  control_.configure(settings, now);
}

bool UserAgent::waiting_is_due() const {
  return waiting_.has_value() && !control_.restart_under_way() &&
         (calls_.idle() || !registration_client_.active().has_value());
}

void UserAgent::register_anew(const RestartOrder& order, std::function<void()> done, TimePoint now) {
  registration_client_.register_anew(
      order.reason, order.depth == RestartOrder::Depth::kEverything,
      [this, done = std::move(done)](TimePoint later) {
        if (waiting_.has_value()) put_in_force(*std::exchange(waiting_, std::nullopt), later);
        done();
      },
      now);
}

void UserAgent::put_in_force(const Settings& settings, TimePoint now) {
  waiting_.reset();
  settings_ = settings;
  std::vector<DigestUser> users = {{{settings.auth_name, settings.auth_password}, settings.fips}};
  for (size_t i = 1; i < settings.lines.size(); ++i)
    users.push_back({{settings.lines[i].auth_name, settings.lines[i].auth_password}, settings.fips});
  requests_.configure(std::move(users));
  calls_.configure(settings);
  forks_.configure(settings);
  publication_.configure(settings);
  features_.configure(settings);
  authorization_.configure(settings, now);
  registration_client_.configure(settings, now);
  line_registrations_.configure(settings, now);
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
  calls_.addresses_are(addresses);
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
  if (!forks_.stream_opened(stream, port, now)) calls_.stream_opened(stream, port, now);
}

void UserAgent::stream_refused(const std::string& stream, const std::string& reason, TimePoint now) {
  now_ = now;
  if (!forks_.stream_refused(stream, reason, now)) calls_.stream_refused(stream, reason, now);
}

void UserAgent::go_on(const std::function<void()>& then, TimePoint now) {
  now_ = now;
  then();
}

void UserAgent::tone_played(const std::string& stream, Tone tone) { calls_.tone_played(stream, tone); }

void UserAgent::stream_facts(const std::string& incarnation, const std::vector<StreamReport>& reports, TimePoint now) {
  now_ = now;
  forks_.stream_facts(incarnation, now);
  calls_.stream_facts(incarnation, reports, now);
  if (!restored_) early_ = StreamsReported{incarnation, reports};
}

void UserAgent::restore(const std::string& record, const std::vector<RecoveredStream>& streams, TimePoint now) {
  now_ = now;
  calls_.restore(record, streams);
  if (auto active = registration_client_.active(); active.has_value()) calls_.registered(active->flow, now);
  restored_ = true;
  if (told_.has_value()) features_.restore(*told_, now);
  if (const auto early = std::exchange(early_, std::nullopt); early.has_value())
    calls_.stream_facts(early->incarnation, early->reports, now);
}

void UserAgent::restore_told(std::string record, TimePoint now) {
  now_ = now;
  control_.restore(record);
  publication_.restore(record);
  told_ = std::move(record);
  if (registration_client_.active().has_value()) publication_.registered(now);
}

bool UserAgent::take_changed() {
  if (!std::exchange(changed_, false)) return false;
  keep_told();
  return true;
}

// Not before all of it has been taken over from the process before.
void UserAgent::keep_told() {
  if (!restored_ || !told_.has_value()) return;
  RecordWriter record;
  control_.write(record);
  publication_.write(record);
  features_.write(record);
  std::string text = record.take();
  if (text == *told_) return;
  told_ = text;
  ua_port_.save_told(std::move(text));
}

void UserAgent::restore_alarm(const std::string& text) { registration_client_.remember_alarm(parse_alarm(text)); }

void UserAgent::restore_authorization(const crypto::Secret& record, TimePoint now) {
  now_ = now;
  authorization_.restore(record, now);
}

void UserAgent::authorize(const crypto::Secret& code, Authorization::Done done, TimePoint now) {
  now_ = now;
  if (lock_ != settings::Lock::kOpen) {
    const char* why = settings::refusal_of(lock_);
    if (const auto more = lock_refusals_.tell(now))
      ua_port_.report("settings.locked", Severity::kWarning, cat("Not authorized: ", why, *more), {});
    return done(absl::PermissionDeniedError(why));
  }
  authorization_.authorize(code.view(), std::move(done));
}

void UserAgent::on_time(TimePoint now) {
  now_ = now;
  transactions_.on_time(now);
  registration_client_.on_time(now);
  line_registrations_.on_time(now);
  calls_.on_time(now);
  forks_.on_time(now);
  control_.on_time(now);
  publication_.on_time(now);
  features_.on_time(now);
  authorization_.on_time(now);
  if (waiting_is_due()) put_in_force(*std::exchange(waiting_, std::nullopt), now);
}

std::optional<TimePoint> UserAgent::deadline() const {
  if (waiting_is_due()) return TimePoint{};
  std::optional<TimePoint> first;
  for (std::optional<TimePoint> one :
       {transactions_.deadline(), registration_client_.deadline(), line_registrations_.deadline(), calls_.deadline(),
        forks_.deadline(), control_.deadline(), publication_.deadline(), features_.deadline(),
        authorization_.deadline()}) {
    if (one.has_value() && (!first.has_value() || *one < *first)) first = one;
  }
  return first;
}

StateView UserAgent::view() {
  StateView view;
  view.registrations = registration_client_.views();
  view.calls = calls_.views();
  for (CallView& call : view.calls) {
    call.forks = forks_.views(call.call);
    features_.show(call);
  }
  view.features = features_.view();
  for (uint32_t line = 1; line <= settings_.lines.size(); ++line) {
    const LineSettings& one = settings_.lines[line - 1];
    const bool registered =
        registration_client_.active().has_value() && (line == 1 || line_registrations_.registered(line));
    view.lines.push_back({.number = one.directory_number,
                          .display_name = one.display_name,
                          .label = one.label,
                          .registered = registered});
  }
  view.remote = control_.view();
  view.off_hook = calls_.off_hook();
  view.time_zone = settings_.time_zone;
  view.date_template = settings_.date_template;
  view.policy_version = settings_.version;
  view.fips = settings_.fips;
  view.protected_device = settings_.protected_device;
  view.indication_tone = settings_.secure_indication_tone;
  view.fallback_allowed = settings_.fallback_allowed;
  view.forks_allowed = settings_.forks_allowed;
  view.authorization = authorization_.view();
  view.registered = registration_client_.active().has_value();
  view.reports_ordered = control_.reports_ordered();
  view.pending = control_.restart_sentence();
  if (view.pending.empty() && waiting_.has_value())
    view.pending = "registers with the new configuration when no call is up";
  if (!view.registered && registration_client_.fips_refused()) view.display_text = kFipsText;
  if (registration_client_.in_fallback()) view.display_text = kFallbackText;
  return view;
}

// Requests outside a dialog (cucm-calls.md 1.1). OPTIONS is answered as an INVITE would be (RFC 3261 section 11.2).
void UserAgent::receive_request(FlowId flow, const std::string& key, const Message& request) {
  if (features_.receive(flow, key, request, now_) || control_.receive(flow, key, request, now_) ||
      forks_.receive(flow, key, request, now_) || calls_.receive(flow, key, request, now_))
    return;
  const std::string tag = random_token(ua_port_, 4);
  const bool of_a_dialog = !request.to_tag().empty();
  Message response = make_response(request, 481, "", tag);
  if (request.method == "OPTIONS" && !of_a_dialog) {
    response = make_response(request, calls_.willingness(flow, request.uri, now_), "", tag);
    add_capabilities(response, settings_.kpml != 0);
  }
  const auto package = event_package(request);
  const bool subscribes = request.method == "SUBSCRIBE";
  if ((request.method == "NOTIFY" && !package.has_value()) || (subscribes && !serves_subscription(package)))
    response = bad_event(request, tag, settings_.kpml != 0);
  transactions_.respond(key, response, now_);
}

}  // namespace phone::signaling
