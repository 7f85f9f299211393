// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Calls of precedence (cucm-calls.md 9): which call makes room for one of higher precedence, what the two ends are
// told, and what the user hears. decisions/2026-11-30-precedence.md has our own choices.
#include <algorithm>

#include "services/signaling/call/call_list.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

constexpr std::chrono::seconds kPreemptionTone{3};  // at least, before the new call rings

// A call without a precedence is a routine one.
Precedence rank(Precedence precedence) { return std::max(precedence, Precedence::kRoutine); }

}  // namespace

absl::Status CallList::check_precedence(Precedence precedence) const {
  if (precedence == Precedence::kNone) return absl::OkStatus();
  if (precedence > Precedence::kFlashOverride)
    return absl::InvalidArgumentError("a call is dialled with a precedence of 1 (routine) to 5 (flash override)");
  if (settings_.mlpp_domain.empty())
    return absl::FailedPreconditionError("the configuration allows no precedence (mlppDomainId)");
  return absl::OkStatus();
}

void CallList::add_precedence(const Call& call, Message& message) const {
  if (call.precedence == Precedence::kNone || settings_.mlpp_domain.empty()) return;
  message.add("Resource-Priority", write_resource_priority(call.precedence, settings_.mlpp_domain));
}

void CallList::take_precedence(Call& call, const Message& message) {
  const ResourcePriority priority = read_resource_priority(message, settings_.mlpp_domain);
  if (priority.precedence == Precedence::kNone || priority.precedence == call.precedence) return;
  call.precedence = priority.precedence;
  if (call.confirmed()) configure_media(call);  // its sound is marked by it
  delegate_.changed();
}

uint32_t CallList::dscp_of(const Call& call) const {
  if (rank(call.precedence) == Precedence::kRoutine) return settings_.dscp_media;
  return settings_.dscp_precedence.at(static_cast<size_t>(call.precedence) -
                                      static_cast<size_t>(Precedence::kPriority));
}

bool CallList::sounds_of_precedence(const Call& call) const {
  return settings_.mlpp_indication && rank(call.precedence) > Precedence::kRoutine;
}

bool CallList::has_possible_media(FlowId flow, bool takes_fallback, const std::optional<SessionDescription>& offer) {
  const auto connection = delegate_.connection(flow);
  if (!offer.has_value() || !connection.has_value()) return connection.has_value();
  Call probe;
  probe.incoming = true;
  probe.flow = flow;
  probe.peer_takes_fallback = takes_fallback;
  probe.local.address = local_address_for(*offer, without_port(connection->facts.local_address));
  probe.local.port = 1;
  return answer_offer(*offer, probe.local, rules(probe), nullptr,
                      [](size_t octets) {
                        return crypto::Secret(std::string(octets, '\0'));  // it is never used
                      })
      .ok();
}

// Whether a call of that precedence ends for one of the other. An executive override ends for another one only where
// the configuration says so (executiveOverridePreemptable).
bool CallList::yields(const Call& call, Precedence by) const {
  if (call.emergency) return false;
  if (rank(call.precedence) < rank(by)) return true;
  return settings_.executive_override_preemptable && by == Precedence::kExecutiveOverride && call.precedence == by;
}

// Ends the lowest call that yields, of the line or of all; false when there is none. Of equals the one that nobody
// talks in.
bool CallList::preempt_lowest(uint32_t line, bool of_line, Precedence by, TimePoint now) {
  Call* lowest = nullptr;
  for (Call& call : calls_) {
    if (!call.live() || (of_line && call.line != line) || !yields(call, by)) continue;
    const bool lower = lowest == nullptr || rank(call.precedence) < rank(lowest->precedence);
    const bool idler = lowest != nullptr && rank(call.precedence) == rank(lowest->precedence) && lowest->has_user() &&
                       !call.has_user();
    if (lower || idler) lowest = &call;
  }
  if (lowest == nullptr) return false;
  preempt(*lowest, by, now);
  return true;
}

// True: the line is free for the call that comes, because one of lower precedence was ended or none had to be.
bool CallList::make_room(uint32_t line, const ResourcePriority& priority, TimePoint now) {
  while (busy(line)) {
    if (!settings_.mlpp_preemption || !priority.preempts) return false;
    // A call that ends on a line that is full frees the phone too; one of another line does not free that line.
    if (!preempt_lowest(line, line_is_full(line), priority.precedence, now)) return false;
  }
  return true;
}

// The same for a call that the user dials: the appearances count, not the busy trigger.
bool CallList::has_room_to_dial(uint32_t line, bool emergency, Precedence precedence, TimePoint now) {
  const size_t most = kMaximumLive + (emergency ? 1 : 0);  // the ones on hold need no more of the phone
  for (;;) {
    const bool line_is_used_up = !emergency && live_calls(line) >= most_calls(line);
    if (live_calls() < most && !line_is_used_up) return true;
    if (!settings_.mlpp_preemption || precedence == Precedence::kNone) return false;
    if (!preempt_lowest(line, line_is_used_up, precedence, now)) return false;
  }
}

void CallList::preempt(Call& call, Precedence by, TimePoint now) {
  const std::string why = cat("preempted by a call of precedence ", name_of(by));
  const bool heard = call.has_user();
  if (heard) preempted_until_ = now + kPreemptionTone;  // nothing else is to ring first
  if (call.confirmed()) {
    send_bye(call, now, std::string(kPreemptedHere));
  } else if (is_unanswered(call.state)) {
    Message response = make_response(*call.invite, 486, "", call.dialog.local_tag);
    response.add("Reason", std::string(kPreemptedHere));
    respond(call.server_key, *call.invite, response, now);
  } else {
    transactions_.cancel(call.invite_key, now, std::string(kPreemptedHere));
  }
  end(call, why, 0, Tone::kNone);
  ua_port_.report("call.preempted", Severity::kWarning, cat("the call with ", call.remote_number, " was ", why),
                  {{"call", call.id}});
  if (heard) play_failure_tone(Tone::kPreemption);
}

// The tone goes on until the user has hung up, and for three seconds at least unless the user does so before; what
// rings waits for it.
void CallList::end_preemption_tone() {
  if (!std::exchange(preempted_until_, std::nullopt).has_value()) return;
  const bool rings = std::any_of(calls_.begin(), calls_.end(),
                                 [](const Call& call) { return call.state == SessionState::kRingingIn; });
  if (!rings) return;
  stop_failure_tone();
  ring_waiting();
}

void CallList::refuse_priority(const std::string& key, const Message& request, const std::string& tag, TimePoint now) {
  Message response = make_response(request, 417, "Unknown Resource-Priority", tag);
  if (const std::string known = accepted_resource_priorities(settings_.mlpp_domain); !known.empty())
    response.add("Accept-Resource-Priority", known);
  respond(key, request, response, now);
}

// The far end, or the network, ended it for another call.
bool CallList::end_preempted(Call& call, const Message& message, TimePoint now) {
  const auto why = preemption_of(message);
  if (!why.has_value()) return false;
  const bool heard = call.has_user();
  if (heard) preempted_until_ = now + kPreemptionTone;
  end(call, cat("preempted by a call of higher precedence (", *why, ")"), 0, Tone::kNone);
  if (heard) play_failure_tone(Tone::kPreemption);
  return true;
}

}  // namespace phone::signaling
