// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/feature/softkey_requests.hpp"

#include <algorithm>
#include <utility>

#include "common/product/product.hpp"
#include "services/signaling/registration/register_request.hpp"
#include "services/signaling/sip/refusal_words.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
SoftkeyRequests::Asked* SoftkeyRequests::find(uint64_t id) {
  const auto found = std::find_if(asked_.begin(), asked_.end(), [&](const Asked& one) { return one.id == id; });
  return found == asked_.end() ? nullptr : &*found;
}

SoftkeyRequests::Plan SoftkeyRequests::take(uint64_t id) {
  const auto found = std::find_if(asked_.begin(), asked_.end(), [&](const Asked& one) { return one.id == id; });
  Plan plan = std::move(found->plan);
  asked_.erase(found);
  return plan;
}

void SoftkeyRequests::send(Plan plan, TimePoint now) {
  const auto connection = registered_();
  if (!connection.has_value()) return plan.answered(absl::FailedPreconditionError("the phone is not registered"), now);
  if (asked_.size() == kMost)
    return plan.answered(absl::ResourceExhaustedError("the call manager has not answered the requests before yet"),
                         now);
  Asked asked{.id = ++last_, .plan = std::move(plan), .flow = connection->flow};
  asked.call_id = cat(random_token(port_, 12), "@", settings_.device_name);
  asked.local_tag = random_token(port_, 8);
  asked.until = now + kTellPatience;
  asked_.push_back(std::move(asked));
  Requests::Plan request;
  request.flow = connection->flow;
  request.make = [this, id = last_]() -> std::optional<Message> {
    Asked* one = find(id);
    return one == nullptr ? std::nullopt : make(*one);
  };
  request.done = [this, id = last_](const TransactionLayer::Outcome& outcome) { on_answer(id, outcome); };
  requests_.send(std::move(request), now);
}

std::optional<Message> SoftkeyRequests::make(Asked& asked) const {
  const auto connection = registered_();
  if (!connection.has_value() || connection->flow != asked.flow) return std::nullopt;
  const std::string own = address_of_record(settings_, connection->target);
  const std::string host = own.substr(own.find('@') + 1);
  const std::string content_id = cat(asked.local_tag, "@", without_port(connection->facts.local_address));
  Message message;
  message.is_request = true;
  message.method = "REFER";
  message.uri = cat("sip:", host);
  message.add("From", cat("<", own, ">;tag=", asked.local_tag)).add("To", cat("<sip:", host, ">"));
  message.add("Call-ID", asked.call_id).add("CSeq", cat(++asked.cseq, " REFER")).add("Max-Forwards", "70");
  message.add("User-Agent", product::user_agent());
  if (!asked.plan.subscribes) message.add("Require", "norefersub");
  message.add("Referred-By", cat("<", own, ">")).add("Refer-To", cat("<cid:", content_id, ">"));
  message.add("Content-Id", cat("<", content_id, ">"));
  message.add("Contact",
              cat("<", contact_uri(settings_, connection->facts.local_address, transport_of(connection->target)), ">"));
  message.add("Content-Type", asked.plan.type);
  message.body = asked.plan.body;
  return message;
}

void SoftkeyRequests::on_answer(uint64_t id, const TransactionLayer::Outcome& outcome) {
  Asked* asked = find(id);
  const int status = outcome.status();
  if (asked == nullptr || status < 200) return;
  if (outcome.response == nullptr || status >= 300) {
    const Plan plan = take(id);
    const absl::Status why =
        outcome.response == nullptr
            ? absl::UnavailableError("the call manager did not answer")
            : absl::FailedPreconditionError(cat("the call manager refused: ", outcome.challenge.empty()
                                                                                  ? refusal_words(*outcome.response)
                                                                                  : outcome.challenge));
    return plan.answered(why, outcome.now);
  }
  if (!asked->plan.subscribes) return take(id).answered(absl::OkStatus(), outcome.now);
  asked->taken = true;
  asked->remote_tag = outcome.response->to_tag();
  const auto answered = asked->plan.answered;
  answered(absl::OkStatus(), outcome.now);
}

bool SoftkeyRequests::receive(FlowId flow, const std::string& key, const Message& request, TimePoint now) {
  const auto connection = registered_();
  const auto found = std::find_if(asked_.begin(), asked_.end(), [&](const Asked& one) {
    const bool its_flow = one.flow == flow || (one.flow == 0 && connection.has_value() && connection->flow == flow);
    return one.call_id == request.call_id && one.local_tag == request.to_tag() && its_flow &&
           // A NOTIFY may overtake the 202.
           (one.remote_tag.empty() || one.remote_tag == request.from_tag());
  });
  if (found == asked_.end() || request.method != "NOTIFY") return false;
  const auto answer = [&](int status) {
    transactions_.respond(key, make_response(request, status, "", found->local_tag), now);
  };
  if (!found->plan.subscribes) return answer(481), true;
  if (request.cseq <= found->remote_cseq) return answer(500), true;
  found->remote_cseq = request.cseq;
  found->flow = flow;
  answer(200);
  const std::string state = request.field("Subscription-State").value_or("");
  const bool over = iequals(trim(std::string_view(state).substr(0, state.find(';'))), "terminated");
  found->until = now + kLongestTold;
  const auto told = found->plan.told;
  if (over) take(found->id);
  told(&request, over, now);
  return true;
}

void SoftkeyRequests::flow_lost(FlowId flow, TimePoint now) {
  for (size_t i = 0; i < asked_.size();) {
    if (asked_[i].flow != flow) {
      ++i;
      continue;
    }
    const bool taken = asked_[i].taken;
    const Plan plan = take(asked_[i].id);
    if (taken)
      plan.told(nullptr, true, now);
    else
      plan.answered(absl::UnavailableError("the connection to the call manager was lost"), now);
  }
}

void SoftkeyRequests::on_time(TimePoint now) {
  for (size_t i = 0; i < asked_.size();) {
    if (now < asked_[i].until || !asked_[i].taken) {
      ++i;
      continue;
    }
    take(asked_[i].id).told(nullptr, true, now);
  }
}

std::optional<TimePoint> SoftkeyRequests::deadline() const {
  std::optional<TimePoint> first;
  for (const Asked& one : asked_) {
    if (one.taken && (!first.has_value() || one.until < *first)) first = one.until;
  }
  return first;
}

}  // namespace phone::signaling
