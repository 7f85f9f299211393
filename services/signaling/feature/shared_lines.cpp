// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/feature/shared_lines.hpp"

#include <algorithm>
#include <utility>

#include "services/signaling/feature/sharing_rules.hpp"
#include "services/signaling/sip/capabilities.hpp"
#include "services/signaling/sip/text.hpp"
#include "services/signaling/user/lines.hpp"

namespace phone::signaling {
namespace {

SharingOutcome judged(const Settings& settings) {
  return judge_sharing({.feature = SharedFeature::kSharedLine, .protected_device = settings.protected_device});
}

SharedCallState state_of(const DialogInfo::Dialog& dialog) {
  if (dialog.state != "confirmed") return SharedCallState::kAlerting;
  return dialog.held ? SharedCallState::kHeld : SharedCallState::kInUse;
}

}  // namespace

SharedLines::SharedLines(SipPort& port, TransactionLayer& transactions, Requests& requests, Delegate delegate)
    : port_(port),
      transactions_(transactions),
      delegate_(std::move(delegate)),
      subscriptions_(port, transactions, requests, {.event = "dialog", .accept = "application/dialog-info+xml"},
                     {.registered = delegate_.registered,
                      .failed = [this](const std::string& user, bool, const std::string& reason) {
                        port_.report("shared_line.not_told", Severity::kWarning,
                                     cat("calls of other devices on line ", user, " are not shown: ", reason), {});
                      }}) {}

void SharedLines::configure(const Settings& settings) {
  settings_ = settings;
  std::vector<std::string> shared;
  for (const LineSettings& line : settings.lines) {
    const bool wanted = line.shared && judged(settings).allowed && !line.directory_number.empty();
    if (wanted && std::find(shared.begin(), shared.end(), line.directory_number) == shared.end())
      shared.push_back(line.directory_number);
  }
  subscriptions_.configure(settings, shared);
  const size_t before = calls_.size();
  keep_what_is_shared();
  if (calls_.size() != before) delegate_.changed();
}

void SharedLines::keep_what_is_shared() {
  if (!judged(settings_).allowed) calls_.clear();
  if (settings_.lines.empty()) return;  // there is no configuration yet
  std::erase_if(calls_, [&](const SharedCall& one) { return one.line > settings_.lines.size(); });
}

void SharedLines::registered_with(const std::string& server) {
  server_ = server;
  if (calls_.empty() || told_by_ == server) return;
  calls_.clear();
  delegate_.changed();
}

std::string SharedLines::sharing() const {
  const bool shared =
      std::any_of(settings_.lines.begin(), settings_.lines.end(), [](const LineSettings& line) { return line.shared; });
  return shared ? std::string(judged(settings_).words) : std::string();
}

const SharedCall* SharedLines::find(const std::string& id) const {
  const auto found = std::find_if(calls_.begin(), calls_.end(), [&](const SharedCall& one) { return one.id == id; });
  return found == calls_.end() ? nullptr : &*found;
}

bool SharedLines::receive(FlowId flow, const std::string& key, const Message& request,
                          const std::function<int(const Message&)>& may_tell, TimePoint now) {
  if (request.method != "NOTIFY" || event_package(request) != EventPackage::kDialog) return false;
  std::optional<Subscriptions::Notified> notified;
  if (!request.to_tag().empty() && !(notified = subscriptions_.match(flow, request)).has_value()) return false;
  const auto answer = [&](int status, std::string phrase = "") {
    transactions_.respond(key, make_response(request, status, std::move(phrase), random_token(port_, 4)), now);
    return true;
  };
  if (notified.has_value() && notified->late) return answer(500);
  if (const int status = notified.has_value() ? 200 : may_tell(request); status != 200) return answer(status);
  if (const SharingOutcome outcome = judged(settings_); !outcome.allowed) {
    Message response = make_response(request, 403, "", random_token(port_, 4));
    response.add("Warning", cat("399 phone \"", outcome.words, "\""));
    transactions_.respond(key, response, now);
    return true;
  }
  const bool over = notified.has_value() && starts_with(request.field("Subscription-State").value_or(""), "terminated");
  if (over) subscriptions_.over(notified->user, now);
  if (notified.has_value() && request.body.empty()) return answer(200);
  const auto info = read_dialog_info(request.body);
  if (!info.ok()) return answer(400, std::string(info.status().message()));
  answer(200);
  told_over_ = flow;
  told_by_ = server_;
  take(notified.has_value() ? line_of_number(notified->user) : line_called(settings_, request.uri).value_or(1), *info);
  return true;
}

uint32_t SharedLines::line_of_number(const std::string& number) const {
  for (size_t i = 0; i < settings_.lines.size(); ++i) {
    if (settings_.lines[i].directory_number == number) return static_cast<uint32_t>(i + 1);
  }
  return 1;
}

void SharedLines::take(uint32_t line, const DialogInfo& info) {
  std::vector<SharedCall> next;
  for (const SharedCall& one : calls_) {
    const auto told = [&](const DialogInfo::Dialog& dialog) { return one.line == line && dialog.id == one.id; };
    const bool named = std::any_of(info.dialogs.begin(), info.dialogs.end(), told);
    if (!named && !(info.full && one.line == line)) next.push_back(one);
  }
  for (const DialogInfo::Dialog& dialog : info.dialogs) {
    if (dialog.state == "terminated" || next.size() == kMost) continue;
    next.push_back({.id = dialog.id,
                    .line = line,
                    .state = state_of(dialog),
                    // Of a private call the others are not told who is in it.
                    .remote_number = dialog.private_call ? "" : dialog.remote_number,
                    .remote_name = dialog.private_call ? "" : dialog.remote_name,
                    .private_call = dialog.private_call,
                    .call_id = dialog.call_id,
                    .local_tag = dialog.local_tag,
                    .remote_tag = dialog.remote_tag});
  }
  if (next == calls_) return;
  calls_ = std::move(next);
  delegate_.changed();
}

void SharedLines::granted(FlowId flow, bool asks, TimePoint now) {
  if (asks) subscriptions_.begin(flow, now);
}

void SharedLines::flow_lost(FlowId flow) {
  subscriptions_.flow_lost(flow);
  if (flow != told_over_ || calls_.empty()) return;
  calls_.clear();
  delegate_.changed();
}

}  // namespace phone::signaling
