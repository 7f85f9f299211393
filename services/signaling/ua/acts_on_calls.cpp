// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What the call manager may do to calls, as the user agent does it.
#include "services/signaling/sip/text.hpp"
#include "services/signaling/ua/user_agent.hpp"

namespace phone::signaling {
namespace {

struct ToneName {
  std::string_view name;
  Tone tone;
};
// cucm-calls.md 6.2: those that this phone has.
constexpr ToneName kToneNames[] = {{"DtInsideDialTone", Tone::kDial}, {"DtOutsideDialTone", Tone::kDial},
                                   {"DtLineBusyTone", Tone::kBusy},   {"DtAlertingTone", Tone::kRingback},
                                   {"DtReorderTone", Tone::kReorder}, {"DtCallWaitingTone", Tone::kCallWaiting},
                                   {"DtZipZip", Tone::kZipZip}};

}  // namespace

// The user has done nothing, and may not be in the room: it is heard and told.
void UserAgent::tell_of_microphone(std::string_view done, const std::string& call) {
  ua_port_.play_tone(Tone::kZipZip, "");
  ua_port_.report("control.microphone", Severity::kWarning,
                  cat("the call manager has ", done, " a call on this phone: the microphone is in use"),
                  {{"call", call}});
}

CallActs UserAgent::acts_on_calls() {
  using Act = absl::StatusOr<CallView> (CallList::*)(const std::string&, TimePoint);
  const auto on_call = [this](Act act) {
    return [this, act](FlowId flow, const DialogId& name) {
      const auto call = calls_.call_of(flow, name);
      return call.ok() ? (calls_.*act)(*call, now_).status() : call.status();
    };
  };
  return {.knows = [this](FlowId flow, const DialogId& name) { return calls_.call_of(flow, name).status(); },
          .resume = on_call(&CallList::resume),
          .hold = on_call(&CallList::hold),
          .answer =
              [this](FlowId flow, const DialogId& name) {
                const auto call = calls_.call_of(flow, name);
                if (!call.ok()) return call.status();
                ua_port_.select_transducer(AutoAnswer::kSpeaker);  // cucm-calls.md 2.12
                const absl::Status answered = calls_.answer(*call, now_).status();
                if (answered.ok()) tell_of_microphone("answered", *call);
                return answered;
              },
          .place =
              [this](const PlaceCallRequest& request) {
                const auto call = calls_.dial(
                    {.number = request.number,
                     .line = request.line,
                     .global_call = is_global_call(request.global_call) ? request.global_call : std::string()},
                    now_);
                if (call.ok()) tell_of_microphone("placed", call->call);
                return call.status();
              },
          .play =
              [this](FlowId flow, const PlayToneRequest& request) {
                for (const ToneName& one : kToneNames) {
                  if (!iequals(one.name, request.tone)) continue;
                  std::string id;
                  if (request.dialog.has_value()) {
                    auto call = calls_.call_of(flow, *request.dialog);
                    if (!call.ok()) return call.status();
                    id = *std::move(call);
                  }
                  return calls_.play_for_call_manager(one.tone, id);
                }
                return absl::Status(absl::UnimplementedError(cat("the tone ", request.tone, " is not known")));
              },
          .stop =
              [this](FlowId flow, const StopToneRequest& request) {
                if (request.dialog.has_value()) {
                  const auto call = calls_.call_of(flow, *request.dialog);
                  if (!call.ok()) return call.status();
                }
                calls_.stop_for_call_manager();
                return absl::OkStatus();
              },
          .do_not_disturb = [this](DoNotDisturb state) { calls_.set_do_not_disturb(state); },
          .want_code = [this](FlowId flow, const std::optional<DialogId>& name,
                              CodeKind kind) { return calls_.want_code(flow, name, kind); },
          .page = [this](const PushedPage& page) { features_.page(page); },
          .notice = [this](FlowId flow, const FeatureNotice& notice) { features_.notice(flow, notice); },
          .text = [this](FlowId flow, const StatusText& text) { features_.text(flow, text); }};
}

}  // namespace phone::signaling
