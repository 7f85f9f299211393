// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What the user calls, from which line, and over which server.
#include <algorithm>

#include "services/signaling/call/call_list.hpp"
#include "services/signaling/registration/register_request.hpp"
#include "services/signaling/sip/text.hpp"
#include "services/signaling/user/lines.hpp"

namespace phone::signaling {
namespace {

bool is_speed_dial_key(char c) { return kKeypad.find(c) != std::string_view::npos || c == ','; }

}  // namespace

absl::Status check_dialable(std::string_view number) {
  const bool fits = std::all_of(number.begin(), number.end(), [](char c) {
    return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') || c == '*' || c == '#' || c == '+';
  });
  if (fits && !number.empty() && number.size() <= 64) return absl::OkStatus();
  return absl::InvalidArgumentError("a number has 1 to 64 characters: digits, *, #, + and letters");
}

size_t CallList::live_calls(uint32_t line) const {
  return static_cast<size_t>(
      std::count_if(calls_.begin(), calls_.end(), [&](const Call& call) { return call.live() && call.line == line; }));
}

size_t CallList::most_calls(uint32_t line) const {
  const LineSettings* settings = line_of(settings_, line);
  return settings == nullptr || settings->max_calls == 0 ? kMaximumLive : std::min(settings->max_calls, kMaximumLive);
}

bool CallList::line_is_full(uint32_t line) const {
  const LineSettings* settings = line_of(settings_, line);
  const size_t most = most_calls(line), trigger = settings == nullptr ? 0 : settings->busy_trigger;
  return live_calls(line) >= (trigger == 0 ? most : std::min(trigger, most));
}

bool CallList::busy(uint32_t line) const { return line_is_full(line) || live_calls() >= kMaximumLive; }

absl::StatusOr<CallList::Destination> CallList::destination_of(const DialOrder& order) const {
  if (order.feature.has_value())
    return Destination{.number = order.feature->shown, .line = std::max(order.line, 1U), .feature = order.feature};
  const int named = (order.number.empty() ? 0 : 1) + (order.speed_dial == 0 ? 0 : 1) + (order.redial ? 1 : 0);
  if (named != 1) return absl::InvalidArgumentError("name one: a number, a speed dial, or the number dialled last");
  Destination to;
  to.line = order.line == 0 ? 1 : order.line;
  to.number = order.number;
  if (order.redial) {
    const HistoryEntry* last = history_.last_placed();
    if (last == nullptr) return absl::FailedPreconditionError("no number has been dialled");
    to.number = last->number;
    if (order.line == 0 && line_of(settings_, last->line) != nullptr) to.line = last->line;
  }
  if (order.speed_dial != 0) {
    if (order.speed_dial > settings_.speed_dials.size()) return absl::NotFoundError("no such speed dial");
    const SpeedDial& button = settings_.speed_dials[order.speed_dial - 1];
    std::string_view rest = button.number;
    to.number = rest.substr(0, rest.find(','));
    rest.remove_prefix(to.number.size());
    to.number.insert(0, button.retrieval_prefix);
    if (!std::all_of(rest.begin(), rest.end(), is_speed_dial_key))
      return absl::InvalidArgumentError("the speed dial has something other than keys after its number");
    to.keys = crypto::Secret::copy_of(rest);
  }
  if (absl::Status valid = check_dialable(to.number); !valid.ok()) return valid;
  if (line_of(settings_, to.line) == nullptr && !settings_.lines.empty())
    return absl::InvalidArgumentError("the phone has no such line");
  return to;
}

absl::StatusOr<CallView> CallList::dial(const DialOrder& order, TimePoint now) {
  auto to = destination_of(order);
  if (!to.ok()) return to.status();
  if (absl::Status allowed = check_precedence(order.precedence); !allowed.ok()) return allowed;
  const bool emergency = !to->feature.has_value() && is_emergency(settings_, to->number);
  auto over = delegate_.active();
  if (!over.has_value() && emergency) {
    const auto standing = delegate_.connections();
    if (standing.empty()) return absl::FailedPreconditionError("no call manager is connected");
    over = standing.front();
  }
  if (!over.has_value()) return absl::FailedPreconditionError("the phone is not registered");
  if (!has_room_to_dial(to->line, emergency, order.precedence, now))
    return absl::ResourceExhaustedError("the phone has no free call appearance");
  give_user_to(nullptr, now);
  preempted_until_.reset();
  stop_failure_tone();
  Call& call = place(*to, *over, now);
  call.emergency = emergency;
  call.precedence = order.precedence;
  call.global_call = order.global_call;
  ua_port_.open_stream(call.stream, call.local.address);
  return view_of(call);
}

Call& CallList::place(const Destination& to, const RegistrationClient::Connection& over, TimePoint now) {
  Call& call = begin(false, now);
  call.line = to.line;
  call.remote_number = to.number;
  call.feature = to.feature;
  call.pending_keys.keys = to.keys;
  address(call, over);
  remember(call);
  return call;
}

void CallList::address(Call& call, const RegistrationClient::Connection& over) {
  call.flow = over.flow;
  call.server = over.target.address;
  call.tried.push_back(over.flow);
  call.local.address = without_port(over.facts.local_address);
  call.dialog.call_id = cat(random_token(ua_port_, 12), "@", call.local.address);
  Settings near = settings_, far = settings_;
  if (const LineSettings* line = line_of(settings_, call.line); line != nullptr) {
    near.directory_number = line->directory_number;
    call.dialog.local_display = line->display_name;
  }
  call.own_number = near.directory_number;
  call.dialog.local_uri = address_of_record(near, over.target);
  far.directory_number = call.remote_number;
  if (call.feature.has_value()) {
    far.directory_number =
        percent_encoded(call.feature->user, [](char c) { return is_token_character(c) && c != '%' && c != '`'; });
  }
  std::string target = address_of_record(far, over.target);
  size_t hash = 0;
  while ((hash = target.find('#')) != std::string::npos) target.replace(hash, 1, "%23");
  call.dialog.remote_uri = call.dialog.remote_target = target;
}

bool CallList::try_next_server(Call& call, int status, TimePoint now) {
  // The far end is busy, or does not want the call: another server would ring it again.
  const bool final = status == 486 || status == 600 || status == 603 || status == 487;
  if (!call.emergency || final || is_cancelling(call.state) || call.confirmed() || !call.live()) return false;
  for (const RegistrationClient::Connection& one : delegate_.connections()) {
    if (std::find(call.tried.begin(), call.tried.end(), one.flow) != call.tried.end()) continue;
    ua_port_.report("call.emergency_elsewhere", Severity::kWarning,
                    cat("a server did not take an emergency call (", status, "): the next one is asked"),
                    {{"call", call.id}});
    // Nothing more is sent to a far end that was heard through the server before.
    if (call.negotiated.has_value()) leave_early_media(call);
    call.dialog = Dialog{.session = call.dialog.session};
    call.dialog.session.remote.clear();
    call.dialog.local_tag = random_token(ua_port_, 8);
    call.early_tag.clear();
    call.early.clear();
    call.early_media_said = false;
    call.credentials.clear();
    call.timer = SessionTimer{};
    drop_offer(call);
    forget_kpml(call);
    address(call, one);
    prepare_local(call);
    send_invite(call, now);
    return true;
  }
  return false;
}

}  // namespace phone::signaling
