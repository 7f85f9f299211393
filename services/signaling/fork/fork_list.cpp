// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/fork/fork_list.hpp"

#include <algorithm>
#include <utility>

#include "services/signaling/registration/register_request.hpp"
#include "services/signaling/sip/capabilities.hpp"
#include "services/signaling/sip/dialog_name.hpp"
#include "services/signaling/sip/message_body.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

// Whose sound is asked for (cucm-calls.md 2.10); nothing when it is not said.
std::optional<bool> is_far_end(std::string_view sdp) {
  std::optional<bool> far;
  while (!sdp.empty()) {
    std::string_view line = take_until(sdp, '\n');
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (iequals(line, "a=label:X-relay-nearend")) far = false;
    if (iequals(line, "a=label:X-relay-farend")) far = true;
  }
  return far;
}

}  // namespace

void ForkList::configure(const Settings& settings) {
  settings_ = settings;
  allow(settings.forks_allowed);
}

void ForkList::allow(bool allowed) {
  settings_.forks_allowed = allowed;
  if (allowed) return;
  for (Fork& fork : forks_) {
    if (fork.live()) hang_up(fork, "policy no longer allows it", delegate_.now());
  }
}

ForkList::Fork* ForkList::find(const std::string& id) {
  const auto found = std::find_if(forks_.begin(), forks_.end(), [&](const Fork& one) { return one.id == id; });
  return found == forks_.end() ? nullptr : &*found;
}

ForkList::Fork* ForkList::find_stream(const std::string& stream) {
  const auto found =
      std::find_if(forks_.begin(), forks_.end(), [&](const Fork& one) { return one.live() && one.stream == stream; });
  return found == forks_.end() ? nullptr : &*found;
}

ForkList::Fork* ForkList::find_dialog(const Message& request) {
  const auto found = std::find_if(forks_.begin(), forks_.end(), [&](const Fork& one) {
    if (!one.live() || one.dialog.call_id != request.call_id || one.dialog.remote_tag != request.from_tag())
      return false;
    return one.dialog.local_tag == request.to_tag() || (request.method == "CANCEL" && request.to_tag().empty());
  });
  return found == forks_.end() ? nullptr : &*found;
}

bool ForkList::receive(FlowId flow, const std::string& key, const Message& request, TimePoint now) {
  if (Fork* fork = find_dialog(request); fork != nullptr) {
    if (fork->flow == flow) {
      receive_in_dialog(*fork, key, request, now);
    } else if (request.method != "ACK") {
      refuse(key, request, 481, fork->dialog.local_tag, "", now);
    }
    return true;
  }
  const bool joins = request.method == "INVITE" && request.to_tag().empty() && request.count("Join") == 1 &&
                     request.count("Replaces") == 0;
  if (joins) receive_invite(flow, key, request, now);
  return joins;
}

void ForkList::refuse(const std::string& key, const Message& request, int status, const std::string& tag,
                      std::string why, TimePoint now) {
  Message response = make_response(request, status, "", tag);
  std::replace(why.begin(), why.end(), '"', '\'');
  if (!why.empty()) response.add("Warning", cat("399 phone \"", why, "\""));
  transactions_.respond(key, response, now);
}

void ForkList::receive_invite(FlowId flow, const std::string& key, const Message& request, TimePoint now) {
  const std::string tag = random_token(port_, 8);
  const auto refused = [&](int status, const std::string& why, const std::string& call = {}) {
    port_.report("call.fork_refused", Severity::kWarning,
                 cat("somebody asked for a copy of a call's sound and was refused: ", why), {{"call", call}});
    refuse(key, request, status, tag, why, now);
  };
  const auto name = parse_dialog_name(request.field("Join").value_or(""));
  if (!name.has_value()) return refused(400, "invalid Join");
  const auto joined = calls_.joined_call(*name);
  if (!joined.has_value()) return refused(481, "there is no such call");
  if (joined->flow != flow) return refused(481, "it came on a connection that is not the call's", joined->id);
  if (!settings_.forks_allowed) return refused(603, "policy does not allow recording or monitoring", joined->id);
  if (!joined->established) return refused(480, "the call is not established", joined->id);
  const auto connection = delegate_.connection(flow);
  if (!connection.has_value()) return refused(480, "there is no connection", joined->id);
  std::erase_if(forks_, [](const Fork& one) { return !one.live(); });
  if (forks_.size() == kMost) return refused(486, "too many copies are made already", joined->id);
  if (request.contacts.size() != 1 || !is_target(request.contacts.front().uri))
    return refused(400, "exactly one Contact with a SIP URI is required", joined->id);
  const auto sdp = session_description(request);
  if (!sdp.ok()) return refused(400, std::string(sdp.status().message()), joined->id);
  const auto far_end = is_far_end(*sdp);
  if (!far_end.has_value()) return refused(488, "the offer does not say whose sound it wants (a=label)", joined->id);

  Fork fork{.id = cat("fork-", random_token(port_, 4)),
            .stream = cat("fork-", random_token(port_, 4)),
            .call = joined->id,
            .call_stream = joined->stream,
            .far_end = *far_end,
            .flow = flow};
  fork.dialog.call_id = request.call_id;
  fork.dialog.local_tag = tag;
  fork.dialog.remote_tag = request.from_tag();
  fork.dialog.remote_cseq = request.cseq;
  fork.dialog.local_uri = request.to.uri;
  fork.dialog.remote_uri = request.from.uri;
  learn_dialog(fork.dialog, request, false);
  fork.local.address = without_port(connection->facts.local_address);
  fork.local.direction = Direction::kSendOnly;
  fork.local.codecs = settings_.codecs;
  fork.local.session_id =
      static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(port_.wall().time_since_epoch()).count());
  fork.asked = Fork::Asked{.key = key, .request = request, .answered = {}};
  forks_.push_back(std::move(fork));
  port_.open_stream(forks_.back().stream, forks_.back().local.address);
}

bool ForkList::stream_opened(const std::string& stream, uint16_t port, TimePoint now) {
  Fork* fork = find_stream(stream);
  if (fork == nullptr) return false;
  if (fork->state != ForkState::kOpening || !fork->asked.has_value()) return true;
  fork->local.port = port;
  enter(*fork, ForkEvent::kOpened, "media has opened the stream");
  const Fork::Asked asked = *std::exchange(fork->asked, std::nullopt);
  receive_offer(*fork, asked.key, asked.request, now);
  return true;
}

bool ForkList::stream_refused(const std::string& stream, const std::string& reason, TimePoint now) {
  Fork* fork = find_stream(stream);
  if (fork == nullptr) return false;
  if (fork->asked.has_value()) {
    refuse(fork->asked->key, fork->asked->request, 503, fork->dialog.local_tag, reason, now);
  }
  end(*fork, cat("media: ", reason));
  return true;
}

void ForkList::receive_in_dialog(Fork& fork, const std::string& key, const Message& request, TimePoint now) {
  const std::string& tag = fork.dialog.local_tag;
  if (request.method == "ACK") {
    if (fork.pending_ack.has_value() && fork.pending_ack->cseq == request.cseq) fork.pending_ack.reset();
    return;
  }
  if (request.method == "CANCEL") return receive_cancel(fork, key, request, now);
  if (request.cseq < fork.dialog.remote_cseq) return refuse(key, request, 500, tag, "CSeq is out of order", now);
  fork.dialog.remote_cseq = request.cseq;
  if (request.method == "BYE") {
    refuse(key, request, 200, tag, "", now);
    if (fork.asked.has_value()) refuse(fork.asked->key, fork.asked->request, 487, tag, "", now);
    return end(fork, "the call manager has ended it");
  }
  if (request.method == "INVITE" || request.method == "UPDATE") {
    if (fork.asked.has_value()) return refuse(key, request, 491, tag, "", now);
    return receive_offer(fork, key, request, now);
  }
  refuse(key, request, request.method == "INFO" || request.method == "OPTIONS" ? 200 : 405, tag, "", now);
}

// Of an INVITE that media has not agreed to yet; one that was answered is not affected (RFC 3261 section 9.2).
void ForkList::receive_cancel(Fork& fork, const std::string& key, const Message& request, TimePoint now) {
  const std::string& tag = fork.dialog.local_tag;
  refuse(key, request, 200, tag, "", now);
  if (!fork.asked.has_value() || fork.asked->request.cseq != request.cseq) return;
  const Fork::Asked asked = *std::exchange(fork.asked, std::nullopt);
  refuse(asked.key, asked.request, 487, tag, "", now);
  // Media may have begun what was asked: no copy is better than one that nobody is told of.
  fork.negotiated.has_value() ? hang_up(fork, "the call manager cancelled a change of it", now)
                              : end(fork, "cancelled by the call manager");
}

void ForkList::receive_offer(Fork& fork, const std::string& key, const Message& request, TimePoint now) {
  const std::string& tag = fork.dialog.local_tag;
  const bool first = !fork.negotiated.has_value();
  const auto refused = [&](int status, const std::string& why) {
    port_.report("call.fork_refused", Severity::kWarning, cat("a copy of the call's sound was refused: ", why),
                 {{"call", fork.call}});
    refuse(key, request, status, tag, why, now);
    if (first) end(fork, why);
  };
  const auto text = session_description(request);
  if (!text.ok()) return refused(400, std::string(text.status().message()));
  if (text->empty()) {
    if (request.method == "UPDATE") return respond_ok(fork, key, request, "", now);
    return refused(488, "the call manager is to offer");
  }
  const auto offer = parse_sdp(*text);
  if (!offer.ok()) return refused(400, cat("SDP: ", offer.status().message()));
  const auto joined = calls_.forked_call(fork.call);
  const bool encrypted = joined.has_value() && joined->encrypted, tls = transactions_.tls(fork.flow);
  if (encrypted && !tls) return refused(488, "keys for an encrypted copy travel over TLS only");
  const MediaRules rules{.codecs = settings_.codecs,
                         .suites = settings_.suites,
                         .encrypted = tls && (encrypted || settings_.encrypted_media),
                         .fallback = !encrypted};
  auto answered = answer_offer(*offer, fork.local, rules, first ? nullptr : &*fork.negotiated,
                               [this](size_t octets) { return crypto::Secret(port_.random_bytes(octets)); });
  if (!answered.ok()) return refused(488, std::string(answered.status().message()));
  if (encrypted && answered->negotiated.transmit.suite.empty())
    return refused(488, "an encrypted call is not copied in clear");
  ask_media(fork, {.key = key, .request = request, .answered = *std::move(answered)});
}

void ForkList::ask_media(Fork& fork, Fork::Asked asked) {
  StreamSetting setting = media_setting(asked.answered.negotiated);
  setting.stream = fork.stream;
  setting.call = fork.call;
  setting.direction = sends(setting.direction) ? Direction::kSendOnly : Direction::kInactive;
  setting.dscp = settings_.dscp_media;
  setting.has_user = false;
  setting.fork_of = fork.call_stream;
  setting.fork_far_end = fork.far_end;
  const std::string key = asked.key;
  fork.asked = std::move(asked);
  port_.configure_stream(setting,
                         [this, id = fork.id, key](const absl::Status& status) { on_media_asked(id, key, status); });
}

void ForkList::on_media_asked(const std::string& id, const std::string& key, const absl::Status& status) {
  Fork* fork = find(id);
  if (fork == nullptr || !fork->live() || !fork->asked.has_value() || fork->asked->key != key) return;
  const Fork::Asked asked = *std::exchange(fork->asked, std::nullopt);
  const TimePoint now = delegate_.now();
  if (!status.ok()) {
    refuse(key, asked.request, 488, fork->dialog.local_tag, std::string(status.message()), now);
    // What media does now is not known: no copy is better than one that nobody is told of.
    return fork->negotiated.has_value() ? hang_up(*fork, cat("media: ", status.message()), now)
                                        : end(*fork, cat("media: ", status.message()));
  }
  fork->negotiated = asked.answered.negotiated;
  const bool running = sends(fork->negotiated->direction);
  respond_ok(*fork, asked.key, asked.request, fork->origin.said(asked.answered.sdp), now);
  enter(*fork, running ? ForkEvent::kStarted : ForkEvent::kPaused, "the call manager's offer is answered");
}

std::string ForkList::contact(const Fork& fork) const {
  return contact_uri(settings_, transactions_.local_address(fork.flow), transactions_.transport(fork.flow), 1);
}

void ForkList::respond_ok(Fork& fork, const std::string& key, const Message& request, std::string sdp, TimePoint now) {
  Message response = make_response(request, 200, "", fork.dialog.local_tag);
  response.add("Contact", cat("<", contact(fork), ">"));
  response.add("Allow", std::string(allowed_methods())).add("Supported", supported_list());
  if (!sdp.empty()) response.add("Content-Type", "application/sdp");
  response.body = std::move(sdp);
  transactions_.respond(key, response, now);
  if (request.method != "INVITE") return;
  fork.pending_ack = PendingAck::begin(key, response, request.cseq, settings_, now);
}

// What the user sees and hears of it follows here and nowhere else.
void ForkList::enter(Fork& fork, ForkEvent event, std::string cause) {
  const ForkState from = std::exchange(fork.state, next(fork.state, event));
  if (from == fork.state) return;
  const char* whose = fork.far_end ? "what the user hears" : "what the user says";
  if (fork.state == ForkState::kRunning) {
    const bool encrypted = !fork.negotiated->transmit.suite.empty();
    port_.play_tone(Tone::kRecording, fork.stream);
    port_.report("call.fork_started", Severity::kWarning,
                 cat("the call manager gets a copy of ", whose, encrypted ? ", encrypted" : ", not encrypted"),
                 {{"call", fork.call}});
  } else if (from == ForkState::kRunning) {
    if (fork.state != ForkState::kEnded) port_.play_tone(Tone::kNone, fork.stream);
    port_.report("call.fork_ended", Severity::kInfo, cat("the copy of ", whose, " has ended: ", cause),
                 {{"call", fork.call}});
  }
  delegate_.state_changed({fork.id, name_of(from), name_of(fork.state), std::move(cause)});
  delegate_.changed();
}

void ForkList::hang_up(Fork& fork, std::string why, TimePoint now) {
  if (fork.asked.has_value()) {
    const Fork::Asked asked = *std::exchange(fork.asked, std::nullopt);
    refuse(asked.key, asked.request, 487, fork.dialog.local_tag, why, now);
  }
  if (fork.negotiated.has_value() && delegate_.connection(fork.flow).has_value()) {
    Requests::Plan plan;
    plan.flow = fork.flow;
    plan.make = [dialog = std::make_shared<Dialog>(fork.dialog), contact = contact(fork)]() -> std::optional<Message> {
      return in_dialog(*dialog, "BYE", contact, ++dialog->local_cseq);
    };
    plan.done = [](const TransactionLayer::Outcome&) {};
    requests_.send(std::move(plan), now);
  }
  end(fork, std::move(why));
}

void ForkList::end(Fork& fork, std::string why) {
  if (!fork.live()) return;
  port_.close_stream(fork.stream);
  enter(fork, ForkEvent::kOver, std::move(why));
  fork.asked.reset();
  fork.pending_ack.reset();
  fork.negotiated.reset();
}

void ForkList::follow_calls(TimePoint now) {
  for (Fork& fork : forks_) {
    if (!fork.live()) continue;
    const auto call = calls_.forked_call(fork.call);
    if (!call.has_value()) {
      hang_up(fork, "the call is over", now);
    } else if (call->encrypted && fork.negotiated.has_value() && fork.negotiated->transmit.suite.empty()) {
      hang_up(fork, "the call has become encrypted, and this copy is not", now);
    }
  }
}

// A media process that is new copies nothing; the call manager may ask again.
void ForkList::stream_facts(const std::string& incarnation, TimePoint now) {
  const bool restarted = !incarnation_.empty() && incarnation != incarnation_;
  incarnation_ = incarnation;
  if (!restarted) return;
  for (Fork& fork : forks_) {
    if (fork.live()) hang_up(fork, "media has restarted", now);
  }
}

void ForkList::flow_lost(FlowId flow) {
  for (Fork& fork : forks_) {
    if (fork.live() && fork.flow == flow) end(fork, "the connection to the call manager was lost");
  }
}

void ForkList::on_time(TimePoint now) {
  for (Fork& fork : forks_) {
    if (!fork.pending_ack.has_value() || now < fork.pending_ack->next_at) continue;
    if (!fork.pending_ack->repeat(transactions_, now))
      hang_up(fork, "the call manager did not acknowledge the answer (no ACK)", now);
  }
}

std::optional<TimePoint> ForkList::deadline() const {
  std::optional<TimePoint> first;
  for (const Fork& fork : forks_) {
    if (fork.pending_ack.has_value() && (!first.has_value() || fork.pending_ack->next_at < *first)) {
      first = fork.pending_ack->next_at;
    }
  }
  return first;
}

std::vector<ForkView> ForkList::views(const std::string& call) const {
  std::vector<ForkView> views;
  for (const Fork& fork : forks_) {
    if (fork.call != call || fork.state != ForkState::kRunning) continue;
    views.push_back({.far_end = fork.far_end, .encrypted = !fork.negotiated->transmit.suite.empty()});
  }
  return views;
}

}  // namespace phone::signaling
