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

void SharedLines::configure(const Settings& settings) {
  settings_ = settings;
  const size_t before = calls_.size();
  if (!judged(settings).allowed) calls_.clear();
  std::erase_if(calls_, [&](const SharedCall& one) { return one.line > settings.lines.size(); });
  if (calls_.size() != before) changed_();
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
  if (request.method != "NOTIFY" || event_package(request) != EventPackage::kDialog || !request.to_tag().empty())
    return false;
  const auto answer = [&](int status, std::string phrase = "") {
    transactions_.respond(key, make_response(request, status, std::move(phrase), random_token(port_, 4)), now);
    return true;
  };
  if (const int status = may_tell(request); status != 200) return answer(status);
  if (const SharingOutcome outcome = judged(settings_); !outcome.allowed) {
    Message response = make_response(request, 403, "", random_token(port_, 4));
    response.add("Warning", cat("399 phone \"", outcome.words, "\""));
    transactions_.respond(key, response, now);
    return true;
  }
  const auto info = read_dialog_info(request.body);
  if (!info.ok()) return answer(400, std::string(info.status().message()));
  answer(200);
  told_over_ = flow;
  take(line_called(settings_, request.uri).value_or(1), *info);
  return true;
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
  changed_();
}

void SharedLines::flow_lost(FlowId flow) {
  if (flow != told_over_ || calls_.empty()) return;
  calls_.clear();
  changed_();
}

}  // namespace phone::signaling
