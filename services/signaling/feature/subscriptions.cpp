// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/feature/subscriptions.hpp"

#include <algorithm>
#include <utility>

#include "common/product/product.hpp"
#include "services/signaling/registration/register_request.hpp"
#include "services/signaling/sip/refusal_words.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

using std::chrono::seconds;

constexpr seconds kShortest{60}, kLongest{86400}, kAfterRefusal{300};

}  // namespace

Subscriptions::One* Subscriptions::find(const std::string& user) {
  const auto found = std::find_if(all_.begin(), all_.end(), [&](const One& one) { return one.user == user; });
  return found == all_.end() ? nullptr : &*found;
}

void Subscriptions::configure(const Settings& settings, const std::vector<std::string>& users) {
  settings_ = settings;
  std::vector<One> next;
  for (const std::string& user : users) {
    One* known = find(user);
    next.push_back(known == nullptr ? One{.user = user} : std::move(*known));
  }
  all_ = std::move(next);
}

void Subscriptions::begin(FlowId flow, TimePoint now) {
  const bool other = std::exchange(flow_, flow) != flow;
  for (One& one : all_) {
    if (!other && !one.call_id.empty()) continue;
    one.call_id = cat(random_token(port_, 12), "@", settings_.device_name);
    one.local_tag = random_token(port_, 8);
    one.remote_tag.clear();
    one.cseq = 100;
    one.remote_cseq = 0;
    one.longer.reset();  // another server has limits of its own
    one.due = now;
  }
  pursue(now);
}

// One at a time, of the server that registers the phone now.
bool Subscriptions::may_ask() const {
  const auto connection = delegate_.registered();
  return !one_is_out_ && flow_ != 0 && connection.has_value() && connection->flow == flow_;
}

void Subscriptions::pursue(TimePoint now) {
  if (!may_ask()) return;
  for (One& one : all_) {
    if (!one.due.has_value() || now < *one.due) continue;
    one.due.reset();
    one_is_out_ = true;
    Requests::Plan plan;
    plan.flow = flow_;
    plan.make = [this, user = one.user]() -> std::optional<Message> {
      One* same = find(user);
      return same == nullptr ? std::nullopt : make(*same);
    };
    plan.done = [this, user = one.user, flow = flow_](const TransactionLayer::Outcome& outcome) {
      on_answer(user, flow, outcome);
    };
    return requests_.send(std::move(plan), now);
  }
}

std::optional<Message> Subscriptions::make(One& one) const {
  const auto connection = delegate_.registered();
  if (!connection.has_value() || connection->flow != flow_) return std::nullopt;
  Settings of_user = settings_;
  of_user.directory_number =
      percent_encoded(one.user, [](char c) { return (is_token_character(c) && c != '%' && c != '`') || c == '+'; });
  const std::string target = address_of_record(of_user, connection->target);
  Message message;
  message.is_request = true;
  message.method = "SUBSCRIBE";
  message.uri = target;
  message.add("From", cat("<", address_of_record(settings_, connection->target), ">;tag=", one.local_tag));
  message.add("To", cat("<", target, ">", one.remote_tag.empty() ? "" : cat(";tag=", one.remote_tag)));
  message.add("Call-ID", one.call_id).add("CSeq", cat(++one.cseq, " SUBSCRIBE")).add("Max-Forwards", "70");
  message.add("User-Agent", product::user_agent());
  message.add("Contact",
              cat("<", contact_uri(settings_, connection->facts.local_address, transport_of(connection->target)), ">"));
  message.add("Event", std::string(package_.event)).add("Accept", std::string(package_.accept));
  message.add("Expires", cat(expires_of(one).count()));
  return message;
}

void Subscriptions::on_answer(const std::string& user, FlowId flow, const TransactionLayer::Outcome& outcome) {
  const int status = outcome.status();
  if (status < 200) return;
  one_is_out_ = false;
  One* one = find(user);
  if (one == nullptr || flow != flow_) return pursue(outcome.now);
  const Message* response = outcome.response;
  if (response == nullptr) {
    delegate_.failed(user, false, "the call manager did not answer");
    one->due = outcome.now + kAfterRefusal;
  } else if (status < 300) {
    one->remote_tag = response->to_tag();
    const auto granted = number(trim(response->text("Expires")));
    const seconds holds{static_cast<int64_t>(std::min<uint64_t>(
        granted.value_or(static_cast<uint64_t>(expires_of(*one).count())), static_cast<uint64_t>(kLongest.count())))};
    one->due = outcome.now + std::max(holds * 9 / 10, kShortest);
  } else if (const auto least = number(trim(response->text("Min-Expires")));
             status == 423 && least.has_value() && *least > static_cast<uint64_t>(expires_of(*one).count()) &&
             *least <= static_cast<uint64_t>(kLongest.count())) {
    one->longer = seconds(static_cast<int64_t>(*least));
    one->due = outcome.now;
  } else if (status == 489) {
    package_is_unknown();
  } else {
    delegate_.failed(user, true, cat("the call manager refused: ", refusal_words(*response)));
    one->remote_tag.clear();
    one->due = outcome.now + kAfterRefusal;
  }
  pursue(outcome.now);
}

// RFC 6665 section 8.3.2: no other subscription of this package will do better at this server. It is said once, and
// asked again when another connection registers the phone.
void Subscriptions::package_is_unknown() {
  port_.report("subscription.unknown", Severity::kWarning,
               cat("the call manager does not serve the event package ", package_.event,
                   " (489 Bad Event): it is asked again when the phone registers over a new connection"),
               {{"package", std::string(package_.event)}});
  for (One& one : all_) {
    one.due.reset();
    delegate_.failed(one.user, true, cat("the call manager does not serve the event package ", package_.event));
  }
}

std::optional<Subscriptions::Notified> Subscriptions::match(FlowId flow, const Message& request) {
  const auto found = std::find_if(all_.begin(), all_.end(), [&](const One& one) {
    return !one.call_id.empty() && one.call_id == request.call_id && one.local_tag == request.to_tag() &&
           (one.remote_tag.empty() || one.remote_tag == request.from_tag());
  });
  if (found == all_.end() || flow != flow_) return std::nullopt;
  if (request.cseq <= found->remote_cseq) return Notified{.user = found->user, .late = true};
  found->remote_cseq = request.cseq;
  return Notified{.user = found->user};
}

void Subscriptions::over(const std::string& user, TimePoint now) {
  One* one = find(user);
  if (one == nullptr) return;
  one->remote_tag.clear();
  one->due = now + kAfterRefusal;
}

bool Subscriptions::flow_lost(FlowId flow) {
  if (flow != flow_ || flow == 0) return false;
  flow_ = 0;
  one_is_out_ = false;
  for (One& one : all_) one.due.reset();
  return true;
}

std::optional<TimePoint> Subscriptions::deadline() const {
  std::optional<TimePoint> first;
  if (!may_ask()) return first;
  for (const One& one : all_) {
    if (one.due.has_value() && (!first.has_value() || *one.due < *first)) first = one.due;
  }
  return first;
}

}  // namespace phone::signaling
