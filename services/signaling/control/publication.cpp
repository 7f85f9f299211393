// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/control/publication.hpp"

#include <algorithm>
#include <utility>

#include "common/text/foreign_text.hpp"
#include "services/signaling/registration/register_request.hpp"
#include "services/signaling/sip/refusal_words.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

using std::chrono::seconds;

constexpr int kMostTries = 2;
constexpr uint64_t kLongestExpires = 86400;
constexpr seconds kShortestRefresh{30};

}  // namespace

void Publication::set(bool do_not_disturb, Done done, TimePoint now) {
  const auto connection = registered_();
  if (!connection.has_value()) return done(absl::FailedPreconditionError("the phone is not registered"));
  if (connection->target.srst)
    return done(absl::FailedPreconditionError("CM Fallback Service Operating: an SRST router has no do not disturb"));
  if (done_) return done(absl::FailedPreconditionError("the call manager has not answered the change before yet"));
  if (flow_ != connection->flow) {
    call_id_ = cat(random_token(port_, 12), "@", settings_.device_name);
    local_tag_ = random_token(port_, 8);
    entity_tag_.clear();
    flow_ = connection->flow;
    server_ = connection->target.address;
  }
  on_ = do_not_disturb;
  done_ = std::move(done);
  refresh_at_.reset();
  send(true, kMostTries, now);
}

void Publication::send(bool whole, int tries, TimePoint now) {
  Requests::Plan plan;
  plan.flow = flow_;
  plan.make = [this, whole, flow = flow_]() -> std::optional<Message> {
    const auto connection = registered_();
    if (!connection.has_value() || connection->flow != flow) return std::nullopt;
    return make_publication({.settings = settings_,
                             .target = connection->target,
                             .local_address = connection->facts.local_address,
                             .call_id = call_id_,
                             .local_tag = local_tag_,
                             .cseq = ++cseq_,
                             .expires = expires_},
                            whole ? std::optional(on_) : std::nullopt, entity_tag_);
  };
  plan.done = [this, tries, flow = flow_](const TransactionLayer::Outcome& outcome) {
    const int status = outcome.status();
    if (flow == flow_ && status >= 200) answered(outcome.response, status, tries, outcome.now);
  };
  requests_.send(std::move(plan), now);
}

void Publication::answered(const Message* response, int status, int tries, TimePoint now) {
  if (response == nullptr) return finish(absl::UnavailableError("the call manager did not answer"));
  if (status < 300) {
    entity_tag_ = response->text("SIP-ETag");
    const auto granted = number(trim(response->text("Expires")));
    const seconds holds{static_cast<int64_t>(
        std::min<uint64_t>(granted.value_or(static_cast<uint64_t>(expires_.count())), kLongestExpires))};
    if (on_ && !entity_tag_.empty()) refresh_at_ = now + std::max(holds * 9 / 10, kShortestRefresh);
    return finish(absl::OkStatus());
  }
  if (status == 412 && tries > 0) {
    entity_tag_.clear();
    return send(true, tries - 1, now);
  }
  const auto least = number(trim(response->text("Min-Expires")));
  if (status == 423 && tries > 0 && least.has_value() && *least > static_cast<uint64_t>(expires_.count()) &&
      *least <= kLongestExpires) {
    expires_ = seconds(static_cast<int64_t>(*least));
    return send(true, tries - 1, now);
  }
  finish(absl::FailedPreconditionError(cat("the call manager refused: ", refusal_words(*response))));
}

// Of a refresh nobody waits for the outcome.
void Publication::finish(const absl::Status& status) {
  const Done done = std::exchange(done_, nullptr);
  if (done) return done(status);
  if (!status.ok())
    port_.report("control.not_published", Severity::kWarning,
                 cat("do not disturb is not known to the call manager any more: ", status.message()), {});
}

void Publication::flow_lost(FlowId flow) {
  if (flow != flow_) return;
  flow_ = 0;
  refresh_at_.reset();
  if (done_) finish(absl::UnavailableError("the connection to the call manager was lost"));
}

void Publication::registered(TimePoint now) {
  const auto connection = registered_();
  const bool same = connection.has_value() && connection->target.address == server_ && connection->flow != flow_;
  if (!same || !on_ || entity_tag_.empty() || done_) return;
  flow_ = connection->flow;
  send(false, kMostTries, now);
}

void Publication::write(RecordWriter& record) const {
  if (!on_ || entity_tag_.empty()) return;
  record.text("published_to", server_);
  record.text("published_tag", entity_tag_);
  record.text("published_call_id", call_id_);
  record.text("published_local_tag", local_tag_);
  record.count("published_cseq", cseq_);
}

void Publication::restore(std::string_view record) {
  constexpr size_t kLongest = 256;
  constexpr uint32_t kAhead = 16;  // requests may have left since
  read_record(record, [&](const RecordedFact& fact) {
    const std::pair<std::string_view, std::string*> texts[] = {{"published_to", &server_},
                                                               {"published_tag", &entity_tag_},
                                                               {"published_call_id", &call_id_},
                                                               {"published_local_tag", &local_tag_}};
    for (const auto& [name, to] : texts) {
      if (fact.name == name) *to = text::clean(fact.value, kLongest);
    }
    if (fact.name == "published_cseq") cseq_ = static_cast<uint32_t>(fact.count & 0x7FFFFFFF) + kAhead;
  });
  on_ = !entity_tag_.empty() && !call_id_.empty() && !local_tag_.empty();
}

void Publication::on_time(TimePoint now) {
  if (!refresh_at_.has_value() || now < *refresh_at_) return;
  refresh_at_.reset();
  if (!done_) send(false, kMostTries, now);
}

}  // namespace phone::signaling
