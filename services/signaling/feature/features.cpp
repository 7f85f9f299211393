// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/feature/features.hpp"

#include <algorithm>
#include <utility>

#include "services/signaling/sip/text.hpp"
#include "services/signaling/user/lines.hpp"

namespace phone::signaling {
namespace {

constexpr std::string_view kSoftkeyType = "application/x-cisco-remotecc-request+xml";
constexpr std::string_view kChoiceType = "multipart/mixed;boundary=uniqueBoundary";
constexpr std::chrono::seconds kInvitePatience{8};  // shorter than what the gateway waits
constexpr size_t kMostJoined = 6;

absl::StatusOr<FeatureReply> replied(std::optional<CallView> call, std::string expected = "") {
  return FeatureReply{.call = std::move(call), .expected = std::move(expected)};
}

bool is_established(const CallView& call) { return call.state == CallState::kEstablished; }

}  // namespace

Features::Features(SipPort& port, TransactionLayer& transactions, Requests& requests, CallList& calls,
                   Delegate delegate)
    : calls_(calls),
      port_(port),
      delegate_(std::move(delegate)),
      softkeys_(port, transactions, requests, delegate_.registered),
      watched_(port, transactions, requests, {.registered = delegate_.registered, .changed = delegate_.changed}),
      shared_(port, transactions, requests, {.registered = delegate_.registered, .changed = delegate_.changed}),
      hook_status_(port, requests, delegate_.registered) {}

void Features::configure(const Settings& settings) {
  settings_ = settings;
  softkeys_.configure(settings);
  watched_.configure(settings);
  shared_.configure(settings);
  hook_status_.configure(settings);
}

absl::StatusOr<CallView> Features::call_named(const std::string& id) const {
  for (const CallView& one : calls_.views()) {
    if (one.call == id && one.state != CallState::kEnded) return one;
  }
  return absl::NotFoundError("no such call");
}

// What this phone is configured for, over the connection that it has.
SecurityLevel Features::own_level() const {
  const auto connection = delegate_.registered();
  if (!connection.has_value()) return SecurityLevel::kUnknown;
  const SecurityLevel signalling = level_of_suite(connection->facts.cipher_suite);
  return settings_.encrypted_media ? signalling : std::min(signalling, SecurityLevel::kAuthenticated);
}

void Features::use(const FeatureOrder& order, Done done, TimePoint now) {
  const FeatureUris& uris = settings_.feature_uris;
  const auto with_number = [&](const std::string& base) -> absl::StatusOr<std::string> {
    if (absl::Status valid = check_dialable(order.number); !valid.ok()) return valid;
    return cat(base, "-", order.number);
  };
  const auto invite_to = [&](const absl::StatusOr<std::string>& user, std::string shown, bool remembered = false) {
    if (!user.ok()) return done(user.status());
    invite({.user = *user, .shown = std::move(shown), .remembered = remembered}, order.line, "", std::move(done), now);
  };
  if (order.line > settings_.lines.size()) return done(absl::NotFoundError("the phone has no such line"));
  switch (order.feature) {
    case Feature::kConference:
      return conference(order, std::move(done), now);
    case Feature::kJoin:
      return join(order, std::move(done), now);
    case Feature::kParticipants:
      return press("ConfList", "", order, std::move(done), now);
    case Feature::kDropLast:
      return press("RmLastConf", "", order, std::move(done), now);
    case Feature::kDrop:
    case Feature::kMute:
      return choose_participant(order, std::move(done), now);
    case Feature::kPark:
      return press("ParkMonitor", "park", order, std::move(done), now);
    case Feature::kDirectedPark: {
      const auto parked = calls_.park_at(order.call, order.number, now);
      return done(parked.ok() ? replied(*parked) : parked.status());
    }
    case Feature::kFetchParked:
      return fetch_parked(order, std::move(done), now);
    case Feature::kDivert:
      return press("IDivert", "divert", order, std::move(done), now);
    case Feature::kCallBack:
      return press("CallBack", "", order, std::move(done), now);
    case Feature::kMaliciousCall:
      return press("MCID", "", order, std::move(done), now);
    case Feature::kQualityReport:
      return press("QRT", "", order, std::move(done), now);
    case Feature::kHuntGroup:
      return press("HLog", "", order, std::move(done), now);
    case Feature::kPrivacy:
      return press("Privacy", "", order, std::move(done), now);
    case Feature::kPickup:
      return invite_to(uris.pickup, "call pickup");
    case Feature::kOtherPickup:
      return invite_to(uris.other_pickup, "other pickup");
    case Feature::kGroupPickup:
      return invite_to(with_number(uris.group_pickup), cat("pickup in group ", order.number));
    case Feature::kNumberPickup:
      return invite_to(with_number(uris.number_pickup), cat("pickup at ", order.number));
    case Feature::kMeetMe: {
      const SharingOutcome outcome = judge_sharing({.feature = SharedFeature::kMeetMe, .own = own_level()});
      if (!outcome.allowed) return done(absl::FailedPreconditionError(std::string(outcome.words)));
      return invite_to(with_number(uris.meet_me), order.number, true);
    }
    case Feature::kForwardAll: {
      const auto all = calls_.views();
      if (std::any_of(all.begin(), all.end(), [](const CallView& call) { return call.has_user; }))
        return done(absl::FailedPreconditionError("forward all is set while no call has the microphone"));
      const auto user = order.number.empty() ? uris.forward_all : with_number(uris.forward_all);
      if (!user.ok()) return done(user.status());
      return invite({.user = *user,
                     .shown = order.number.empty() ? "forward all off" : cat("forward all to ", order.number),
                     .media_is_optional = true},
                    order.line, "", std::move(done), now);
    }
    case Feature::kBarge:
    case Feature::kConferenceBarge:
      return barge(order, std::move(done), now);
    case Feature::kResumeShared:
      return resume_shared(order, std::move(done), now);
    case Feature::kExtensionMobility: {
      const SharingOutcome outcome =
          judge_sharing({.feature = SharedFeature::kExtensionMobility, .protected_device = settings_.protected_device});
      return done(settings_.protected_device ? absl::FailedPreconditionError(std::string(outcome.words))
                                             : absl::UnimplementedError(std::string(outcome.words)));
    }
  }
  done(absl::InvalidArgumentError("there is no such feature"));
}

void Features::send_softkey(const SoftkeyEvent& event, bool subscribes, SoftkeyRequests::Plan plan, TimePoint now) {
  plan.body = write_softkey_event(event);
  plan.type = std::string(kSoftkeyType);
  plan.subscribes = subscribes;
  softkeys_.send(std::move(plan), now);
}

void Features::conference(const FeatureOrder& order, Done done, TimePoint now) {
  const auto call = call_named(order.call);
  if (!call.ok()) return done(call.status());
  SharingFacts facts{.feature = SharedFeature::kConference,
                     .protected_device = settings_.protected_device,
                     .own = own_level(),
                     .others = call->security.far_end};
  SharingOutcome outcome = judge_sharing(facts);
  if (!outcome.allowed) return done(absl::FailedPreconditionError(std::string(outcome.words)));
  if (!order.number.empty()) {
    if (!order.other_calls.empty())
      return done(absl::InvalidArgumentError("a conference begins with a number or another call"));
    if (absl::Status valid = check_dialable(order.number); !valid.ok()) return done(valid);
    if (const auto held = calls_.hold_for_conference(order.call, now); !held.ok()) return done(held.status());
    const auto second = calls_.dial({.number = order.number, .line = call->line}, now);
    if (!second.ok()) return done(second.status());
    return done(replied(*second));
  }
  if (order.other_calls.size() != 1)
    return done(absl::InvalidArgumentError("a conference is made of a call and one other; more are joined"));
  const auto other = call_named(order.other_calls.front());
  if (!other.ok()) return done(other.status());
  if (other->call == call->call) return done(absl::InvalidArgumentError("a conference is made of two calls"));
  if (!is_established(*call) || !is_established(*other))
    return done(absl::FailedPreconditionError("the call is not established"));
  facts.others = std::min(facts.others, other->security.far_end);
  outcome = judge_sharing(facts);
  const auto first = calls_.dialog_of(call->call), second = calls_.dialog_of(other->call);
  if (!first.has_value() || !second.has_value()) return done(absl::NotFoundError("no such call"));
  begin(call->call, "conference", now);
  SoftkeyRequests::Plan plan;
  plan.answered = [this, id = call->call, expected = sentence_of(facts, outcome), done](const absl::Status& status,
                                                                                        TimePoint later) {
    if (!status.ok()) {
      finish(id, std::string(status.message()));
      cancel(id, later);
      return done(status);
    }
    const auto same = call_named(id);
    done(replied(same.ok() ? std::optional(*same) : std::nullopt, expected));
  };
  plan.told = [this, id = call->call](const Message* notify, bool over, TimePoint) {
    told_of_conference(id, notify, over);
  };
  plan.of_call = call->call;
  send_softkey({.name = "Conference", .dialog = *first, .consultation = *second, .line = call->line}, true,
               std::move(plan), now);
}

// cucm-calls.md 2.4: each other call is selected first.
void Features::join(const FeatureOrder& order, Done done, TimePoint now) {
  const auto call = call_named(order.call);
  if (!call.ok()) return done(call.status());
  SharingFacts facts{.feature = SharedFeature::kConference,
                     .protected_device = settings_.protected_device,
                     .own = own_level(),
                     .others = call->security.far_end};
  if (const SharingOutcome outcome = judge_sharing(facts); !outcome.allowed)
    return done(absl::FailedPreconditionError(std::string(outcome.words)));
  if (order.other_calls.empty() || order.other_calls.size() > kMostJoined)
    return done(absl::InvalidArgumentError("name one to six other calls"));
  for (const std::string& id : order.other_calls) {
    const auto other = call_named(id);
    if (!other.ok()) return done(other.status());
    if (id == order.call) return done(absl::InvalidArgumentError("a call is joined with others"));
    if (!is_established(*other)) return done(absl::FailedPreconditionError("the call is not established"));
    facts.others = std::min(facts.others, other->security.far_end);
  }
  if (!is_established(*call)) return done(absl::FailedPreconditionError("the call is not established"));
  begin(call->call, "join", now);
  select_next(*call, order.other_calls, sentence_of(facts, judge_sharing(facts)), std::move(done), now);
}

void Features::select_next(CallView call, std::vector<std::string> others, std::string expected, Done done,
                           TimePoint now) {
  const bool last = others.empty();
  const std::string next = last ? call.call : others.back();
  if (!last) others.pop_back();
  const auto dialog = calls_.dialog_of(next);
  if (!dialog.has_value()) {
    finish(call.call, "a call has ended before it was joined");
    return done(absl::NotFoundError("a call has ended before it was joined"));
  }
  SoftkeyRequests::Plan plan;
  plan.answered = [this, call, others = std::move(others), expected, last, done](const absl::Status& status,
                                                                                 TimePoint later) {
    if (!status.ok()) {
      finish(call.call, std::string(status.message()));
      cancel(call.call, later);
      return done(status);
    }
    if (!last) return select_next(call, others, expected, done, later);
    const auto same = call_named(call.call);
    done(replied(same.ok() ? std::optional(*same) : std::nullopt, expected));
  };
  send_softkey({.name = last ? "Join" : "Select", .dialog = *dialog, .consultation = {}, .line = call.line}, false,
               std::move(plan), now);
}

// After a refusal the phone takes it back; what is answered to that does not matter (cucm-calls.md 1.2).
void Features::cancel(const std::string& call, TimePoint now) {
  const auto dialog = calls_.dialog_of(call);
  if (!dialog.has_value() || !delegate_.registered().has_value()) return;
  SoftkeyRequests::Plan plan;
  plan.answered = [](const absl::Status&, TimePoint) {};
  send_softkey({.name = "Cancel", .dialog = *dialog, .consultation = {}}, false, std::move(plan), now);
}

void Features::press(std::string_view event, std::string_view what, const FeatureOrder& order, Done done,
                     TimePoint now) {
  SoftkeyEvent softkey{.name = event, .dialog = {}, .consultation = {}, .line = std::max(order.line, 1U)};
  std::optional<CallView> about;
  const bool of_no_call = event == "HLog" || event == "Privacy" || (event == "QRT" && order.call.empty());
  if (!of_no_call) {
    const auto call = call_named(order.call);
    if (!call.ok()) return done(call.status());
    const auto dialog = calls_.dialog_of(order.call);
    if (!dialog.has_value()) return done(absl::NotFoundError("no such call"));
    if (event == "ConfList" && !call->conference)
      return done(absl::FailedPreconditionError("the call is not a conference"));
    softkey.dialog = *dialog;
    softkey.line = call->line;
    about = *call;
    if (!what.empty()) begin(order.call, std::string(what), now);
  }
  const bool parks = event == "ParkMonitor";
  SoftkeyRequests::Plan plan;
  plan.answered = [this, about, what = std::string(what), done](const absl::Status& status, TimePoint) {
    if (!status.ok()) {
      if (about.has_value() && !what.empty()) finish(about->call, std::string(status.message()));
      return done(status);
    }
    done(replied(about));
  };
  if (parks) {
    plan.of_call = order.call;
    plan.parks = true;
    plan.told = [this, id = order.call](const Message* notify, bool over, TimePoint) {
      told_of_park(notify, over, id);
    };
  }
  send_softkey(softkey, parks, std::move(plan), now);
}

// cucm-calls.md 2.5: modal, first the key, then the participant.
void Features::choose_participant(const FeatureOrder& order, Done done, TimePoint now) {
  if (!roster_.has_value()) return done(absl::FailedPreconditionError("the participants have not been listed yet"));
  // An INFO names who is in it, and only the list of the call manager can be chosen from.
  if (roster_page_.application == 0)
    return done(absl::FailedPreconditionError("the participants have not been listed yet"));
  const auto& all = roster_->participants;
  const bool known =
      std::any_of(all.begin(), all.end(), [&](const Participant& one) { return one.id == order.participant; });
  if (!known) return done(absl::NotFoundError("the conference has no such participant"));
  const auto choice = [page = roster_page_](std::string_view text) {
    return write_page_choice({.application = page.application,
                              .transaction = page.transaction,
                              .conference = page.conference,
                              .choice = text});
  };
  SoftkeyRequests::Plan key{.body = choice(order.feature == Feature::kDrop ? "Remove" : "Mute"),
                            .type = std::string(kChoiceType)};
  key.answered = [this, item = choice(order.participant), done](const absl::Status& status, TimePoint later) {
    if (!status.ok()) return done(status);
    SoftkeyRequests::Plan second{.body = item, .type = std::string(kChoiceType)};
    second.answered = [done](const absl::Status& last, TimePoint) {
      if (!last.ok()) return done(last);
      done(replied(std::nullopt));
    };
    softkeys_.send(std::move(second), later);
  };
  softkeys_.send(std::move(key), now);
}

void Features::barge(const FeatureOrder& order, Done done, TimePoint now) {
  const SharingFacts facts{
      .feature = SharedFeature::kBarge, .protected_device = settings_.protected_device, .own = own_level()};
  const SharingOutcome outcome = judge_sharing(facts);
  if (!outcome.allowed) return done(absl::FailedPreconditionError(std::string(outcome.words)));
  const SharedCall* call = shared_.find(order.shared_call);
  if (call == nullptr) return done(absl::NotFoundError("no such call on a shared line"));
  if (call->private_call) return done(absl::FailedPreconditionError("the call is private"));
  if (call->state == SharedCallState::kAlerting) return done(absl::FailedPreconditionError("the call is not answered"));
  if (call->call_id.empty()) return done(absl::FailedPreconditionError("the call manager has not named its dialog"));
  const LineSettings* line = line_of(settings_, call->line);
  if (line == nullptr) return done(absl::NotFoundError("the phone has no such line"));
  // cucm-calls.md 2.11: to the own number, with the dialog in Join.
  invite({.user = line->directory_number,
          .shown = call->remote_number.empty() ? line->directory_number : call->remote_number,
          .join = cat(call->call_id, ";to-tag=", call->local_tag, ";from-tag=", call->remote_tag),
          .purpose = order.feature == Feature::kBarge ? "barge" : "cbarge"},
         call->line, sentence_of(facts, outcome), std::move(done), now);
}

// cucm-calls.md 2.11: an INVITE with Replaces to the own number takes the place of the other device. Its form is ours
// (section U 2).
void Features::resume_shared(const FeatureOrder& order, Done done, TimePoint now) {
  const SharingOutcome outcome =
      judge_sharing({.feature = SharedFeature::kSharedLine, .protected_device = settings_.protected_device});
  if (!outcome.allowed) return done(absl::FailedPreconditionError(std::string(outcome.words)));
  const SharedCall* call = shared_.find(order.shared_call);
  if (call == nullptr) return done(absl::NotFoundError("no such call on a shared line"));
  if (call->state != SharedCallState::kHeld)
    return done(absl::FailedPreconditionError("the call is not on hold at its device"));
  if (call->private_call) return done(absl::FailedPreconditionError("the call is private"));
  if (call->call_id.empty()) return done(absl::FailedPreconditionError("the call manager has not named its dialog"));
  const LineSettings* line = line_of(settings_, call->line);
  if (line == nullptr) return done(absl::NotFoundError("the phone has no such line"));
  invite({.user = line->directory_number,
          .shown = call->remote_number.empty() ? line->directory_number : call->remote_number,
          .replaces = cat(call->call_id, ";to-tag=", call->local_tag, ";from-tag=", call->remote_tag),
          .purpose = "resume"},
         call->line, "", std::move(done), now);
}

void Features::invite(FeatureInvite feature, uint32_t line, std::string expected, Done done, TimePoint now) {
  const auto call = calls_.dial({.line = line, .feature = std::move(feature)}, now);
  if (!call.ok()) return done(call.status());
  waiting_.push_back(
      {.call = call->call, .expected = std::move(expected), .done = std::move(done), .until = now + kInvitePatience});
}

void Features::begin(const std::string& call, std::string what, TimePoint now) {
  asked_[call] = {.what = std::move(what), .failure = {}, .until = now + kOutcomePatience};
  delegate_.changed();
}

void Features::finish(const std::string& call, const std::string& failure) {
  const auto found = asked_.find(call);
  if (found == asked_.end() || found->second.what.empty()) return;
  const std::string what = std::exchange(found->second.what, {});
  found->second.until.reset();
  if (!failure.empty()) {
    found->second.failure = cat(what, ": ", failure);
    port_.report("feature.failed", Severity::kWarning, found->second.failure, {{"call", call}});
  } else {
    port_.report("feature.done", Severity::kInfo, cat("the call manager has done it: ", what), {{"call", call}});
  }
  delegate_.changed();
}

}  // namespace phone::signaling
