// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/feature/watched_numbers.hpp"

#include <algorithm>
#include <utility>

#include "services/signaling/feature/presence_info.hpp"
#include "services/signaling/sip/capabilities.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {

WatchedNumbers::WatchedNumbers(SipPort& port, TransactionLayer& transactions, Requests& requests, Delegate delegate)
    : port_(port),
      transactions_(transactions),
      delegate_(std::move(delegate)),
      subscriptions_(port, transactions, requests,
                     {.event = "presence", .accept = "application/pidf+xml, application/cpim-pidf+xml"},
                     {.registered = delegate_.registered,
                      .failed = [this](const std::string& user, bool refused, std::string reason) {
                        WatchedNumber* watched = find(user);
                        if (watched == nullptr) return;
                        take(*watched, refused ? WatchedState::kRefused : WatchedState::kUnknown, std::move(reason));
                      }}) {}

WatchedNumber* WatchedNumbers::find(const std::string& number) {
  const auto found =
      std::find_if(watched_.begin(), watched_.end(), [&](const WatchedNumber& one) { return one.number == number; });
  return found == watched_.end() ? nullptr : &*found;
}

void WatchedNumbers::configure(const Settings& settings) {
  std::vector<WatchedNumber> next;
  std::vector<std::string> users;
  for (const SpeedDial& dial : settings.speed_dials) {
    const std::string number = dial.number.substr(0, dial.number.find(','));
    if (!dial.watched || number.empty()) continue;
    if (std::find(users.begin(), users.end(), number) != users.end()) continue;
    const WatchedNumber* known = find(number);
    WatchedNumber one = known == nullptr ? WatchedNumber{} : *known;
    one.number = number;
    one.label = dial.label;
    one.pickup = dial.pickup;
    one.park_slot = dial.park_slot;
    one.retrieval_prefix = dial.retrieval_prefix;
    next.push_back(std::move(one));
    users.push_back(number);
  }
  watched_ = std::move(next);
  subscriptions_.configure(settings, users);
  delegate_.changed();
}

void WatchedNumbers::registered(FlowId flow, bool asks, TimePoint now) {
  if (asks) subscriptions_.begin(flow, now);
}

void WatchedNumbers::take(WatchedNumber& watched, WatchedState state, std::string reason) {
  const WatchedNumber before = watched;
  watched.state = state;
  watched.reason = std::move(reason);
  if (!(watched == before)) delegate_.changed();
}

bool WatchedNumbers::receive(FlowId flow, const std::string& key, const Message& request,
                             const std::function<int(const Message&)>& may_tell, TimePoint now) {
  if (request.method != "NOTIFY" || event_package(request) != EventPackage::kPresence) return false;
  const auto answer = [&](int status, std::string phrase = "") {
    transactions_.respond(key, make_response(request, status, std::move(phrase), random_token(port_, 4)), now);
    return true;
  };
  WatchedNumber* watched = nullptr;
  if (request.to_tag().empty()) {
    if (const int status = may_tell(request); status != 200) return answer(status);
    told_over_ = flow;
    watched = find(request.from.user);
    if (watched == nullptr) return answer(404, "The phone watches no such number");
  } else {
    const auto notified = subscriptions_.match(flow, request);
    if (!notified.has_value()) return false;
    if (notified->late) return answer(500);
    watched = find(notified->user);
    if (watched == nullptr) return answer(481);
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
  if (over) subscriptions_.over(watched->number, now);
  return true;
}

void WatchedNumbers::flow_lost(FlowId flow) {
  const bool asked = subscriptions_.flow_lost(flow);
  if (!asked && flow != told_over_) return;
  if (flow == told_over_) told_over_ = 0;
  for (WatchedNumber& one : watched_) take(one, WatchedState::kUnknown, "the connection to the call manager was lost");
}

}  // namespace phone::signaling
