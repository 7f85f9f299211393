// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// REFERs of the call manager and NOTIFYs of message-summary: each body is read whole before anything is done.
#include <utility>

#include "services/signaling/control/call_manager_control.hpp"
#include "services/signaling/sip/body_parts.hpp"
#include "services/signaling/sip/message_body.hpp"
#include "services/signaling/sip/phrases.hpp"
#include "services/signaling/sip/remotecc.hpp"
#include "services/signaling/sip/text.hpp"
#include "services/signaling/user/lines.hpp"

namespace phone::signaling {
namespace {

constexpr std::string_view kRequestType = "application/x-cisco-remotecc-request+xml";
constexpr std::string_view kResponseType = "application/x-cisco-remotecc-response+xml";
constexpr std::string_view kPageType = "application/x-cisco-remotecc-cm+xml";

// cucm-calls.md 3.4 and 6.3; the carrier is ours (section U 1).
CodeKind code_asked_for(std::string_view text) {
  constexpr uint8_t kAuthorizationPhrase = 7, kClientMatterPhrase = 8;
  const auto says = [&](uint8_t number) { return starts_with(text, phrase(kOtherPhrasePrefix, number)); };
  return says(kAuthorizationPhrase)  ? CodeKind::kAuthorization
         : says(kClientMatterPhrase) ? CodeKind::kClientMatter
                                     : CodeKind::kNone;
}

constexpr char kNoSuchLine[] = "the phone has no such line";

}  // namespace

// What one REFER asks for.
struct CallManagerControl::Asked {
  std::vector<RemoteRequest> requests;
  std::vector<std::string_view> orders;  // of service-control
  std::string_view page;                 // of a datapassthroughreq
  bool answers = false;                  // it answers something of the phone's: accepted, and nothing more
};

absl::StatusOr<CallManagerControl::Asked> CallManagerControl::read_refer(const Message& request) {
  const auto parts = body_parts(request);
  if (!parts.ok()) return parts.status();
  if (parts->size() > kMostRemoteParts) return absl::InvalidArgumentError("more than six parts");
  Asked asked;
  for (const BodyPart& part : *parts) {
    if (part.encoded) return absl::InvalidArgumentError("a part of the body is encoded");
    if (iequals(part.type, "text/plain")) asked.orders.push_back(part.content);
    if (iequals(part.type, kPageType)) asked.page = part.content;
    if (iequals(part.type, kResponseType)) asked.answers = true;
    if (!iequals(part.type, kRequestType)) continue;
    auto requests = read_remote_requests(part.content);
    if (!requests.ok()) return requests.status();
    for (RemoteRequest& one : *requests) asked.requests.push_back(std::move(one));
  }
  return asked;
}

std::optional<ControlAnswer> CallManagerControl::receive_refer(FlowId flow, const Message& request, TimePoint now) {
  if (!is_remotecc(request)) return std::nullopt;
  ControlAnswer said = take_refer(flow, request, now);
  if (said.status >= 300) report_refused(request, said, now);
  return said;
}

ControlAnswer CallManagerControl::take_refer(FlowId flow, const Message& request, TimePoint now) {
  const bool of_a_dialog = !request.to_tag().empty();
  if (const ControlAnswer source = judge_source(flow, request); source.status != 200 && !of_a_dialog) return source;
  const auto held = delegate_.held(flow);
  if (!held.has_value())
    return {.status = 403, .cause = "the connection does not carry the registration of this phone"};
  const auto asked = read_refer(request);
  if (!asked.ok()) return {.status = 400, .cause = cat(asked.status().message())};
  if (came_before(request)) return {.status = 482, .cause = "the same request came before"};
  std::string undone;
  const auto note = [&](std::string_view what, const absl::Status& status) {
    if (status.ok()) return;
    undone += cat(undone.empty() ? "" : "; ", what, ": ", status.message());
  };
  for (const RemoteRequest& one : asked->requests)
    note(name_of(one), std::visit([&](const auto& what) { return take(what, flow, asked->page, now); }, one));
  if (asked->requests.empty() && asked->orders.empty() && !asked->answers)
    note("a request", absl::InvalidArgumentError("nothing is asked"));
  for (const std::string_view order : asked->orders) {
    const ControlAnswer said = orders_.take(order,
                                            {.register_call_id = held->call_id,
                                             .speaks_dialect = held->speaks_dialect,
                                             .in_refer = true,
                                             .in_call = of_a_dialog},
                                            now);
    if (said.status != 200) note("service-control", absl::InvalidArgumentError(said.cause));
  }
  if (!undone.empty())
    port_.report("control.not_done", Severity::kInfo, cat("the call manager asks for what was not done: ", undone), {});
  delegate_.changed();
  return {.status = 202, .cause = undone};
}

ControlAnswer CallManagerControl::take_message_summary(const Message& request) {
  const std::string content = request.text("Content-Type");
  std::string_view rest = content;
  const std::string_view type = trim(take_until(rest, ';'));
  if (!iequals(type, "application/simple-message-summary") && !iequals(type, "text/plain"))
    return {.status = 400, .cause = "Bad MWI NOTIFY: the body is of another type"};
  auto update = read_message_summary(request.body);
  if (!update.ok()) return {.status = 400, .cause = cat(update.status().message())};
  if (came_before(request)) return {.status = 482, .cause = "the same request came before"};
  update->line = line_called(settings_, request.uri).value_or(1);
  state_.update(*update);
  delegate_.changed();
  return {};
}

absl::Status CallManagerControl::take(const BulkUpdate& request, FlowId, std::string_view, TimePoint) {
  bool all = true;
  for (const LineUpdate& line : request.lines) all = state_.update(line) && all;
  return all ? absl::OkStatus() : absl::NotFoundError(kNoSuchLine);
}

absl::Status CallManagerControl::take(const DoNotDisturbUpdate& request, FlowId, std::string_view, TimePoint) {
  state_.set(request.state);
  delegate_.calls.do_not_disturb(request.state);
  return absl::OkStatus();
}

absl::Status CallManagerControl::take(const HuntGroupUpdate& request, FlowId, std::string_view, TimePoint) {
  state_.set_hunt_group(request.logged_in);
  return absl::OkStatus();
}

absl::Status CallManagerControl::take(const PrivacyUpdate& request, FlowId, std::string_view, TimePoint) {
  state_.set_privacy(request.on);
  return absl::OkStatus();
}

absl::Status CallManagerControl::take(const StatusText& request, FlowId flow, std::string_view, TimePoint now) {
  if (request.dialog.has_value()) {
    if (absl::Status status = delegate_.calls.knows(flow, *request.dialog); !status.ok()) return status;
  }
  // A prompt for a code is shown with its call, as long as the code is wanted.
  if (const CodeKind kind = code_asked_for(request.text); kind != CodeKind::kNone) {
    if (absl::Status status = delegate_.calls.want_code(flow, request.dialog, kind); status.ok()) return status;
  }
  delegate_.calls.text(flow, request);
  return state_.show(request, now) ? absl::OkStatus() : absl::NotFoundError(kNoSuchLine);
}

absl::Status CallManagerControl::take(const PlayToneRequest& request, FlowId flow, std::string_view, TimePoint) {
  if (!request.to_user) return absl::UnimplementedError("this phone plays no tone to the far end");
  return delegate_.calls.play(flow, request);
}

absl::Status CallManagerControl::take(const StopToneRequest& request, FlowId flow, std::string_view, TimePoint) {
  return delegate_.calls.stop(flow, request);
}

absl::Status CallManagerControl::take(const ResumeCallRequest& request, FlowId flow, std::string_view, TimePoint) {
  return delegate_.calls.resume(flow, request.dialog);
}

absl::Status CallManagerControl::take(const HoldCallRequest& request, FlowId flow, std::string_view, TimePoint) {
  return delegate_.calls.hold(flow, request.dialog);
}

absl::Status CallManagerControl::take(const AnswerCallRequest& request, FlowId flow, std::string_view, TimePoint) {
  return delegate_.calls.answer(flow, request.dialog);
}

absl::Status CallManagerControl::take(const PlaceCallRequest& request, FlowId, std::string_view, TimePoint) {
  return delegate_.calls.place(request);
}

absl::Status CallManagerControl::take(const FeatureNotice& request, FlowId flow, std::string_view, TimePoint) {
  if (request.dialog.has_value()) {
    if (absl::Status status = delegate_.calls.knows(flow, *request.dialog); !status.ok()) return status;
  }
  port_.report("control.notice", Severity::kInfo,
               cat("the call manager says of ", request.feature, ": ", request.status),
               {{"feature", request.feature}, {"status", request.status}});
  delegate_.calls.notice(flow, request);
  return absl::OkStatus();
}

absl::Status CallManagerControl::take(const DataPassthrough& request, FlowId, std::string_view page, TimePoint) {
  if (page.empty()) return absl::InvalidArgumentError("the page is missing");
  if (!state_.push(request, page)) return absl::ResourceExhaustedError("the page is too large");
  if (request.last) delegate_.calls.page(*state_.view().page);
  return absl::OkStatus();
}
absl::Status CallManagerControl::take(const RegisterLinesRequest&, FlowId, std::string_view, TimePoint now) {
  delegate_.renew(now);
  return absl::OkStatus();
}

absl::Status CallManagerControl::take(const CapabilitiesNotice&, FlowId, std::string_view, TimePoint) {
  return absl::OkStatus();
}

absl::Status CallManagerControl::take(const UnknownRequest& request, FlowId, std::string_view, TimePoint) {
  return absl::UnimplementedError(cat("this phone does not know ", request.name));
}

}  // namespace phone::signaling
