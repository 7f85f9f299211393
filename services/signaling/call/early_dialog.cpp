// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// A call before its INVITE is answered: the dialogs that provisional responses make, reliable ones in both directions
// (RFC 3262), UPDATE (RFC 3311), and how long it rings.
#include <algorithm>

#include "services/signaling/call/call_list.hpp"
#include "services/signaling/sip/capabilities.hpp"
#include "services/signaling/sip/message_body.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr size_t kMostEarly = 8;
constexpr minutes kRingsAgain{1};    // RFC 3261 section 13.3.1.1
constexpr minutes kRingsAtMost{10};  // unanswered
constexpr minutes kPatience{4};      // without a provisional response; longer than a proxy's timer C (section 16.6)

bool requires_reliable(const Message& message) {
  const auto options = list_items(message, "Require");
  return std::any_of(options.begin(), options.end(), [](const std::string& one) { return iequals(one, "100rel"); });
}

}  // namespace

Dialog dialog_with(const Call& call, const std::string& tag) {
  Dialog dialog = call.dialog;
  for (const EarlyDialog& early : call.early) {
    if (early.tag != tag) continue;
    dialog.remote_tag = early.tag;
    dialog.remote_target = early.target;
    dialog.routes = early.routes;
  }
  return dialog;
}

EarlyDialog* CallList::learn_early(Call& call, const Message& message) {
  const std::string tag = message.is_request ? message.from_tag() : message.to_tag();
  if (tag.empty()) return nullptr;
  auto found =
      std::find_if(call.early.begin(), call.early.end(), [&](const EarlyDialog& one) { return one.tag == tag; });
  if (found == call.early.end()) {
    if (call.early.size() >= kMostEarly) return nullptr;
    call.early.push_back({.tag = tag, .target = call.dialog.remote_target, .routes = {}});
    found = call.early.end() - 1;
    found->routes = list_items(message, "Record-Route");
    if (!message.is_request) std::reverse(found->routes.begin(), found->routes.end());
  }
  if (!message.contacts.empty() && is_target(message.contacts.front().uri))
    found->target = message.contacts.front().uri;
  return &*found;
}

void CallList::receive_provisional(Call& call, const Message& response, TimePoint now) {
  call.gives_up = std::min<TimePoint>(now + kPatience, call.invite_until.value_or(TimePoint::max()));
  if (response.status == 100) return;
  EarlyDialog* early = learn_early(call, response);
  if (early == nullptr) return;
  if (requires_reliable(response)) acknowledge_provisional(call, *early, response, now);
  if (!response.body.empty()) take_early_media(call, response, now);
}

// In their order: one that comes before those before it is repeated by the far end.
void CallList::acknowledge_provisional(Call& call, EarlyDialog& early, const Message& response, TimePoint now) {
  const uint64_t rseq = number(response.field("RSeq").value_or("")).value_or(0);
  if (rseq == 0 || rseq >= (uint64_t{1} << 31) || (early.rseq != 0 && rseq != early.rseq + 1)) return;
  early.rseq = static_cast<uint32_t>(rseq);
  Requests::Plan plan;
  plan.flow = call.flow;
  plan.line = call.line;
  plan.make = [this, id = call.id, tag = early.tag,
               acknowledged = cat(rseq, " ", response.cseq, " INVITE")]() -> std::optional<Message> {
    Call* same = find(id);
    if (same == nullptr || !same->live()) return std::nullopt;
    Message prack = in_dialog(dialog_with(*same, tag), "PRACK", contact(*same), ++same->dialog.local_cseq);
    prack.add("RAck", acknowledged);
    return prack;
  };
  plan.done = [](const TransactionLayer::Outcome&) {};
  requests_.send(std::move(plan), now);
}

void CallList::send_ringing(Call& call, TimePoint now) {
  call.rings_on = now + kRingsAgain;
  if (call.pending_prack.has_value()) return;  // it is being repeated already
  Message ringing = make_response(*call.invite, 180, "", call.dialog.local_tag);
  ringing.add("Contact", cat("<", contact(call), ">")).add("Allow", std::string(allowed_methods()));
  add_precedence(call, ringing);
  name_session(*call.invite, ringing);
  if (requires_reliable(*call.invite)) {
    const bool first = call.rseq == 0;
    call.rseq = first ? 1 + static_cast<uint8_t>(ua_port_.random_bytes(1)[0]) : call.rseq + 1;
    ringing.add("Require", "100rel").add("RSeq", cat(call.rseq));
    // The first reliable response to an INVITE without an offer carries one (RFC 3261 section 13.2.1).
    if (first && !call.offer.has_value()) {
      prepare_local(call);
      ringing.add("Content-Type", "application/sdp");
      ringing.body = describe(call, write_offer(call.local));
    }
    call.pending_prack = PendingPrack{.response = ringing,
                                      .rseq = call.rseq,
                                      .next_at = now + settings_.t1,
                                      .until = now + 64 * settings_.t1,
                                      .interval = settings_.t1};
  }
  transactions_.respond(call.server_key, ringing, now);
}

void CallList::receive_prack(Call& call, const std::string& key, const Message& request, TimePoint now) {
  const std::string& tag = call.dialog.local_tag;
  const bool waits = call.pending_prack.has_value() && call.invite.has_value();
  const std::string expected = waits ? cat(call.pending_prack->rseq, " ", call.invite->cseq, " INVITE") : "";
  if (!waits || trim(request.field("RAck").value_or("")) != expected) return reply(key, request, 481, tag, "", now);
  const bool offered = !call.pending_prack->response.body.empty();
  call.pending_prack.reset();
  if (!offered && !request.body.empty()) return reply(key, request, 488, tag, "", now);
  reply(key, request, 200, tag, "", now);
  if (!offered) return;
  auto negotiated = judge_answer(call, request);
  if (!negotiated.ok()) {
    refuse_media(call, call.server_key, *call.invite, negotiated.status(), now);
    return end(call, cat("media: ", negotiated.status().message()), 488, Tone::kNone);
  }
  call.negotiated = std::move(*negotiated);
  configure_media(call);
}

// INVITE and UPDATE before the INVITE is answered.
void CallList::receive_early_offer(Call& call, const std::string& key, const Message& request, TimePoint now) {
  const std::string& tag = call.dialog.local_tag;
  const bool unanswered = call.incoming && call.offer.has_value() && !call.negotiated.has_value();
  const auto sdp = session_description(request);
  if (request.method == "UPDATE" && sdp.ok() && sdp->empty()) {
    take_target(call, request, now);
    return respond_ok(call, key, request, "", now);
  }
  if ((request.method == "INVITE" && call.incoming) || (request.method == "UPDATE" && unanswered)) {
    // RFC 3261 section 14.2, RFC 3311 section 5.2.
    Message response = make_response(request, 500, "", tag);
    response.add("Retry-After", cat(static_cast<uint8_t>(ua_port_.random_bytes(1)[0]) % 11));
    return respond(key, request, response, now);
  }
  if (request.method == "INVITE" || !call.negotiated.has_value() || call.asked.has_value())
    return reply(key, request, 491, tag, "", now);
  receive_offer(call, key, request, now);
}

void CallList::begin_ringing(Call& call, const Message& invite, TimePoint now) {
  call.gives_up = now + kRingsAtMost;
  const auto expires = number(invite.field("Expires").value_or(""));
  if (!expires.has_value() || *expires >= static_cast<uint64_t>(seconds(kRingsAtMost).count())) return;
  call.gives_up = now + seconds(*expires);
  call.gives_up_with = 487;  // RFC 3261 section 13.3.1
}

void CallList::ring_on(Call& call, TimePoint now) {
  if (call.pending_prack.has_value() && now >= call.pending_prack->next_at) {
    PendingPrack& waiting = *call.pending_prack;
    if (now >= waiting.until) {
      reply(call.server_key, *call.invite, 504, call.dialog.local_tag, "", now);
      return end(call, "the caller did not acknowledge that it rings (no PRACK)", 504, Tone::kNone);
    }
    transactions_.respond(call.server_key, waiting.response, now);
    waiting.interval *= 2;
    waiting.next_at = std::min(now + waiting.interval, waiting.until);
  }
  if (call.gives_up.has_value() && now >= *call.gives_up) {
    call.gives_up.reset();
    if (is_unanswered(call.state)) {
      reply(call.server_key, *call.invite, call.gives_up_with, call.dialog.local_tag, "", now);
      return end(call, call.gives_up_with == 487 ? "the caller's time was over" : "nobody answered",
                 static_cast<uint32_t>(call.gives_up_with), Tone::kNone);
    }
    if (is_inviting(call.state)) {
      const bool rang = call.invite_until.has_value() && now >= *call.invite_until;
      call.cancelled_why = rang ? "nobody answered" : "the call manager no longer reports on the call";
      return hang_up(call, now);
    }
  }
  if (call.state == SessionState::kRingingIn && call.rings_on.has_value() && now >= *call.rings_on)
    send_ringing(call, now);
}

}  // namespace phone::signaling
