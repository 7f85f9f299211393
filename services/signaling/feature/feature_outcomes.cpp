// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What the call manager tells of features: the outcome of a request, a page, a notice, a text.
#include <algorithm>
#include <utility>

#include "common/text/foreign_text.hpp"
#include "services/signaling/feature/conference_info.hpp"
#include "services/signaling/feature/conference_menu.hpp"
#include "services/signaling/feature/features.hpp"
#include "services/signaling/sip/capabilities.hpp"
#include "services/signaling/sip/message_body.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

constexpr uint32_t kConferenceList = 1;  // applicationid of ConfList's menu
constexpr char kNotSaid[] = "the call manager did not say what became of it";

absl::StatusOr<std::string_view> part_of(const Message& notify, std::string_view type) {
  const auto part = body_of_type(notify, type);
  // Some leave out the type of what can only be one thing.
  if (part.ok() && part->empty() && notify.count("Content-Type") == 0) return std::string_view(notify.body);
  return part;
}

}  // namespace

bool Features::receive(FlowId flow, const std::string& key, const Message& request, TimePoint now) {
  const auto may_tell = [&](const Message& message) { return delegate_.judge_source(flow, message); };
  return softkeys_.receive(flow, key, request, now) || watched_.receive(flow, key, request, may_tell, now) ||
         shared_.receive(flow, key, request, may_tell, now);
}

void Features::granted(FlowId flow, const RegistrationGranted& granted, TimePoint now) {
  watched_.registered(flow, granted.asks_for_presence, now);
  shared_.granted(flow, granted.asks_for_shared_lines, now);
  hook_status_.granted(flow, granted.takes_hook_status, now);
}

void Features::flow_lost(FlowId flow, TimePoint now) {
  softkeys_.flow_lost(flow, now);
  watched_.flow_lost(flow);
  shared_.flow_lost(flow);
  hook_status_.flow_lost(flow);
}

void Features::told_of_conference(const std::string& call, const Message* notify, bool over) {
  if (notify == nullptr) return finish(call, kNotSaid);
  const auto body = part_of(*notify, "application/x-cisco-remotecc-response+xml");
  if (body.ok() && !body->empty()) {
    const auto response = read_remote_response(*body);
    if (!response.ok()) return finish(call, "the call manager's answer cannot be read");
    if (response->code < 200) return;
    if (response->code < 300) return finish(call, "");
    return finish(
        call, cat("the call manager refused: ", response->code, response->reason.empty() ? "" : " ", response->reason));
  }
  if (over) finish(call, kNotSaid);
}

// The prefix of a park number is known from its button alone.
void Features::fetch_parked(const FeatureOrder& order, Done done, TimePoint now) {
  for (const WatchedNumber& one : watched_.views()) {
    if (!one.park_slot || one.number != order.number) continue;
    const auto call = calls_.dial({.number = cat(one.retrieval_prefix, one.number), .line = order.line}, now);
    if (!call.ok()) return done(call.status());
    return done(FeatureReply{.call = *call, .expected = {}});
  }
  done(absl::NotFoundError("no button of this phone is for that park number: call its retrieval prefix and number"));
}

// cucm-calls.md 2.6.
void Features::told_of_park(const Message* notify, bool over, const std::string& call) {
  const auto body = notify == nullptr ? absl::StatusOr<std::string_view>(std::string_view())
                                      : part_of(*notify, "application/dialog-info+xml");
  const auto info = body.ok() && !body->empty() ? read_dialog_info(*body) : absl::StatusOr<DialogInfo>(DialogInfo{});
  if (info.ok()) {
    for (const DialogInfo::Dialog& dialog : info->dialogs) {
      if (!dialog.parked.has_value()) continue;
      const std::string slot = text::clean(dialog.remote_number.empty() ? dialog.id : dialog.remote_number, 64);
      std::erase_if(parked_, [&](const ParkedCall& one) { return one.slot == slot; });
      const bool stays = dialog.state != "terminated" && dialog.parked != "retrieved" && dialog.parked != "abandoned" &&
                         parked_.size() < kMostParked;
      if (stays) parked_.push_back({.slot = slot, .state = *dialog.parked});
      finish(call, dialog.parked == "error" ? "the call manager could not park it" : "");
      delegate_.changed();
    }
  }
  if (over) finish(call, kNotSaid);
}

void Features::page(const PushedPage& page) {
  if (page.application != kConferenceList) return;
  const auto participants = read_conference_menu(page.xml);
  if (!participants.ok()) return;
  roster_ = Roster{.conference = page.conference, .participants = *participants};
  roster_page_ = page;
  roster_page_.xml.clear();
  delegate_.changed();
}

// INFO of the conference packages: who is in it, without being asked (cucm-calls.md 2.3).
absl::Status Features::conference_told(const std::string& call, std::string_view xml) {
  const auto info = read_conference_info(xml);
  if (!info.ok()) return info.status();
  if (!call_named(call).ok()) return absl::OkStatus();
  const std::optional<Roster> before = roster_;
  if (!roster_.has_value()) roster_ = Roster{};
  roster_->participants = told_by(*info, std::move(roster_->participants));
  if (roster_ != before) delegate_.changed();
  return absl::OkStatus();
}

void Features::notice(FlowId flow, const FeatureNotice& notice) {
  if (!notice.dialog.has_value() || !iequals(notice.feature, "Join")) return;
  const auto call = calls_.call_of(flow, *notice.dialog);
  if (!call.ok()) return;
  finish(*call, iequals(notice.status, "Complete") ? "" : cat("the call manager says: ", notice.status));
}

// While something is asked of a call, words about it say why it is not done, or where it went (Park).
void Features::text(FlowId flow, const StatusText& text) {
  if (!text.dialog.has_value() || text.text.empty()) return;
  const auto call = calls_.call_of(flow, *text.dialog);
  if (!call.ok()) return;
  const auto found = asked_.find(*call);
  if (found == asked_.end() || (found->second.what != "join" && found->second.what != "conference")) return;
  finish(*call, cat("the call manager says: ", text.text));
}

void Features::follow_calls(TimePoint now) {
  if (waiting_.empty() && asked_.empty() && !roster_.has_value()) return;
  const std::vector<CallView> calls = calls_.views();
  const auto view_of_call = [&](const std::string& id) {
    const auto found = std::find_if(calls.begin(), calls.end(), [&](const CallView& one) { return one.call == id; });
    return found == calls.end() ? nullptr : &*found;
  };
  std::vector<Waiting> waiting = std::exchange(waiting_, {});
  for (Waiting& one : waiting) {
    const CallView* call = view_of_call(one.call);
    const bool taken = call != nullptr && (call->state == CallState::kEstablished || call->sip_status == 200 ||
                                           (call->state == CallState::kEnded && call->established.has_value()));
    if (taken) {
      one.done(FeatureReply{.call = *call, .expected = one.expected});
    } else if (call == nullptr || call->state == CallState::kEnded) {
      one.done(absl::FailedPreconditionError(call == nullptr ? "the call has ended" : call->ended_by));
    } else if (now >= one.until) {
      one.done(FeatureReply{.call = *call, .expected = one.expected});
    } else {
      waiting_.push_back(std::move(one));
    }
  }
  std::erase_if(asked_, [&](const auto& one) {
    const CallView* call = view_of_call(one.first);
    return call == nullptr || call->state == CallState::kEnded;
  });
  const bool in_conference =
      std::any_of(calls.begin(), calls.end(), [](const CallView& call) { return call.conference; });
  if (!in_conference) {
    roster_.reset();
    roster_page_ = {};
  }
  for (const CallView& call : calls) {
    const auto found = asked_.find(call.call);
    if (call.conference && found != asked_.end() && found->second.what == "join") finish(call.call, "");
  }
}

void Features::on_time(TimePoint now) {
  softkeys_.on_time(now);
  watched_.on_time(now);
  shared_.on_time(now);
  for (auto& [call, asked] : asked_) {
    if (asked.until.has_value() && now >= *asked.until) finish(call, kNotSaid);
  }
  if (!waiting_.empty()) follow_calls(now);
}

std::optional<TimePoint> Features::deadline() const {
  std::optional<TimePoint> first;
  const auto take = [&](std::optional<TimePoint> one) {
    if (one.has_value() && (!first.has_value() || *one < *first)) first = one;
  };
  take(softkeys_.deadline());
  take(watched_.deadline());
  take(shared_.deadline());
  for (const auto& [call, asked] : asked_) take(asked.until);
  for (const Waiting& one : waiting_) take(one.until);
  return first;
}

FeatureView Features::view() const {
  return {.roster = roster_,
          .shared_calls = shared_.calls(),
          .watched_numbers = watched_.views(),
          .parked_calls = parked_,
          .sharing = shared_.sharing()};
}

void Features::show(CallView& call) const {
  const auto found = asked_.find(call.call);
  if (found == asked_.end()) return;
  call.asked = found->second.what;
  call.feature_failure = found->second.failure;
}

}  // namespace phone::signaling
