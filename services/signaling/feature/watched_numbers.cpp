// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/feature/watched_numbers.hpp"

#include <algorithm>
#include <utility>

#include "common/product/product.hpp"
#include "services/signaling/feature/presence_info.hpp"
#include "services/signaling/registration/register_request.hpp"
#include "services/signaling/sip/capabilities.hpp"
#include "services/signaling/sip/refusal_words.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

using std::chrono::seconds;

constexpr seconds kShortestWatch{60}, kLongestWatch{86400}, kAfterRefusal{300};

}  // namespace

WatchedNumbers::Watched* WatchedNumbers::find(const std::string& number) {
  const auto found =
      std::find_if(watched_.begin(), watched_.end(), [&](const Watched& one) { return one.shown.number == number; });
  return found == watched_.end() ? nullptr : &*found;
}

void WatchedNumbers::configure(const Settings& settings) {
  settings_ = settings;
  std::vector<Watched> next;
  for (const SpeedDial& dial : settings.speed_dials) {
    const std::string number = dial.number.substr(0, dial.number.find(','));
    if (!dial.watched || number.empty()) continue;
    const bool twice =
        std::any_of(next.begin(), next.end(), [&](const Watched& one) { return one.shown.number == number; });
    if (twice) continue;
    Watched* known = find(number);
    Watched one = known == nullptr ? Watched{} : std::move(*known);
    one.shown.number = number;
    one.shown.label = dial.label;
    one.shown.pickup = dial.pickup;
    next.push_back(std::move(one));
  }
  watched_ = std::move(next);
  delegate_.changed();
}

void WatchedNumbers::registered(FlowId flow, bool asks, TimePoint now) {
  if (!asks) return;
  const bool other = std::exchange(flow_, flow) != flow;
  for (Watched& one : watched_) {
    if (!other && !one.call_id.empty()) continue;
    one.call_id = cat(random_token(port_, 12), "@", settings_.device_name);
    one.local_tag = random_token(port_, 8);
    one.remote_tag.clear();
    one.cseq = 100;
    one.remote_cseq = 0;
    one.due = now;
  }
  pursue(now);
}

// One at a time, of the server that registers the phone now.
bool WatchedNumbers::may_ask() const {
  const auto connection = delegate_.registered();
  return !one_is_out_ && flow_ != 0 && connection.has_value() && connection->flow == flow_;
}

void WatchedNumbers::pursue(TimePoint now) {
  if (!may_ask()) return;
  for (Watched& one : watched_) {
    if (!one.due.has_value() || now < *one.due) continue;
    one.due.reset();
    one_is_out_ = true;
    Requests::Plan plan;
    plan.flow = flow_;
    plan.make = [this, number = one.shown.number]() -> std::optional<Message> {
      Watched* same = find(number);
      return same == nullptr ? std::nullopt : make(*same);
    };
    plan.done = [this, number = one.shown.number, flow = flow_](const TransactionLayer::Outcome& outcome) {
      on_answer(number, flow, outcome);
    };
    return requests_.send(std::move(plan), now);
  }
}

std::optional<Message> WatchedNumbers::make(Watched& watched) const {
  const auto connection = delegate_.registered();
  if (!connection.has_value() || connection->flow != flow_) return std::nullopt;
  Settings of_number = settings_;
  of_number.directory_number = percent_encoded(
      watched.shown.number, [](char c) { return (is_token_character(c) && c != '%' && c != '`') || c == '+'; });
  const std::string target = address_of_record(of_number, connection->target);
  Message message;
  message.is_request = true;
  message.method = "SUBSCRIBE";
  message.uri = target;
  message.add("From", cat("<", address_of_record(settings_, connection->target), ">;tag=", watched.local_tag));
  message.add("To", cat("<", target, ">", watched.remote_tag.empty() ? "" : cat(";tag=", watched.remote_tag)));
  message.add("Call-ID", watched.call_id).add("CSeq", cat(++watched.cseq, " SUBSCRIBE")).add("Max-Forwards", "70");
  message.add("User-Agent", product::user_agent());
  message.add("Contact",
              cat("<", contact_uri(settings_, connection->facts.local_address, connection->target.tls), ">"));
  message.add("Event", "presence").add("Accept", "application/pidf+xml, application/cpim-pidf+xml");
  message.add("Expires", cat(watched.expires.count()));
  return message;
}

void WatchedNumbers::take(Watched& watched, WatchedState state, std::string reason) {
  const WatchedNumber before = watched.shown;
  watched.shown.state = state;
  watched.shown.reason = std::move(reason);
  if (!(watched.shown == before)) delegate_.changed();
}

void WatchedNumbers::on_answer(const std::string& number, FlowId flow, const TransactionLayer::Outcome& outcome) {
  const int status = outcome.status();
  if (status < 200) return;
  one_is_out_ = false;
  Watched* watched = find(number);
  if (watched == nullptr || flow != flow_) return pursue(outcome.now);
  const Message* response = outcome.response;
  if (response == nullptr) {
    take(*watched, WatchedState::kUnknown, "the call manager did not answer");
    watched->due = outcome.now + kAfterRefusal;
  } else if (status < 300) {
    watched->remote_tag = response->to_tag();
    const auto granted = signaling::number(trim(response->text("Expires")));
    const seconds holds{static_cast<int64_t>(
        std::min<uint64_t>(granted.value_or(static_cast<uint64_t>(watched->expires.count())), kLongestWatch.count()))};
    watched->due = outcome.now + std::max(holds * 9 / 10, kShortestWatch);
  } else if (const auto least = signaling::number(trim(response->text("Min-Expires")));
             status == 423 && least.has_value() && *least > static_cast<uint64_t>(watched->expires.count()) &&
             *least <= static_cast<uint64_t>(kLongestWatch.count())) {
    watched->expires = seconds(static_cast<int64_t>(*least));
    watched->due = outcome.now;
  } else {
    take(*watched, WatchedState::kRefused, cat("the call manager refused: ", refusal_words(*response)));
    watched->remote_tag.clear();
    watched->due = outcome.now + kAfterRefusal;
  }
  pursue(outcome.now);
}

bool WatchedNumbers::receive(FlowId flow, const std::string& key, const Message& request,
                             const std::function<int(const Message&)>& may_tell, TimePoint now) {
  if (request.method != "NOTIFY" || event_package(request) != EventPackage::kPresence) return false;
  const auto answer = [&](int status, std::string phrase = "") {
    transactions_.respond(key, make_response(request, status, std::move(phrase), random_token(port_, 4)), now);
    return true;
  };
  Watched* watched = nullptr;
  if (request.to_tag().empty()) {
    if (const int status = may_tell(request); status != 200) return answer(status);
    told_over_ = flow;
    watched = find(request.from.user);
    if (watched == nullptr) return answer(404, "The phone watches no such number");
  } else {
    const auto found = std::find_if(watched_.begin(), watched_.end(), [&](const Watched& one) {
      return !one.call_id.empty() && one.call_id == request.call_id && one.local_tag == request.to_tag() &&
             (one.remote_tag.empty() || one.remote_tag == request.from_tag());
    });
    if (found == watched_.end() || flow != flow_) return false;
    if (request.cseq <= found->remote_cseq) return answer(500);
    found->remote_cseq = request.cseq;
    watched = &*found;
  }
  const std::string subscription = request.field("Subscription-State").value_or("");
  const bool over = starts_with(subscription, "terminated") && !request.to_tag().empty();
  if (request.body.empty()) {  // the first NOTIFY of a subscription may come before the state is known
    if (over) take(*watched, WatchedState::kUnknown, "the call manager has ended the subscription");
  } else {
    const auto state = read_presence(request.body);
    if (!state.ok()) return answer(400, std::string(state.status().message()));
    take(*watched, *state, "");
  }
  answer(200);
  if (over) {
    watched->remote_tag.clear();
    watched->due = now + kAfterRefusal;
  }
  return true;
}

void WatchedNumbers::flow_lost(FlowId flow) {
  if (flow != flow_ && flow != told_over_) return;
  if (flow == told_over_) told_over_ = 0;
  if (flow == flow_) {
    flow_ = 0;
    one_is_out_ = false;
  }
  for (Watched& one : watched_) {
    one.due.reset();
    take(one, WatchedState::kUnknown, "the connection to the call manager was lost");
  }
}

void WatchedNumbers::on_time(TimePoint now) { pursue(now); }

std::optional<TimePoint> WatchedNumbers::deadline() const {
  std::optional<TimePoint> first;
  if (!may_ask()) return first;
  for (const Watched& one : watched_) {
    if (one.due.has_value() && (!first.has_value() || *one.due < *first)) first = one.due;
  }
  return first;
}

std::vector<WatchedNumber> WatchedNumbers::views() const {
  std::vector<WatchedNumber> all;
  for (const Watched& one : watched_) all.push_back(one.shown);
  return all;
}

}  // namespace phone::signaling
