// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/sip/requests.hpp"

#include "services/signaling/sip/text.hpp"

namespace phone::signaling {

void Requests::send(Plan plan, TimePoint now) {
  auto chain = std::make_shared<Chain>();
  chain->plan = std::move(plan);
  try_send(chain, now);
}

void Requests::flow_lost(FlowId flow, TimePoint now) {
  std::erase_if(authenticators_, [&](const auto& one) { return one.first.first == flow; });
  transactions_.flow_lost(flow, now);
}

const DigestUser& Requests::user_of(uint32_t line) const {
  static const DigestUser kNobody;
  if (users_.empty()) return kNobody;
  return line >= 1 && line <= users_.size() ? users_[line - 1] : users_.front();
}

bool Requests::try_send(const std::shared_ptr<Chain>& chain, TimePoint now) {
  std::optional<Message> request = chain->plan.make();
  if (!request.has_value()) return false;
  if (auto found = authenticators_.find({chain->plan.flow, chain->plan.line}); found != authenticators_.end())
    found->second.authorize(*request, user_of(chain->plan.line), port_, chain->nonces);
  if (chain->bearer.has_value()) {
    if (const auto token = bearer_.token(chain->plan.flow); token.ok()) add_bearer(*request, *chain->bearer, *token);
  }
  const std::string key = transactions_.send(
      chain->plan.flow, *request,
      [this, chain](const TransactionLayer::Outcome& outcome) { on_outcome(chain, outcome); }, now);
  chain->plan.sent(key, *request);
  return true;
}

void Requests::on_outcome(const std::shared_ptr<Chain>& chain, const TransactionLayer::Outcome& outcome) {
  const int status = outcome.status();
  const bool answered = outcome.what == TransactionLayer::Outcome::kResponse;
  if (answered && (status == 401 || status == 407)) {
    const absl::Status taken = take_challenge(*chain, *outcome.response);
    if (taken.ok() && try_send(chain, outcome.now)) return;
    if (!taken.ok()) authenticators_.erase({chain->plan.flow, chain->plan.line});
    TransactionLayer::Outcome unanswered = outcome;
    unanswered.challenge = std::string(taken.message());
    return chain->plan.done(unanswered);
  }
  // Some servers answer a wrong password with 403: the refused nonce is not used again.
  if (answered && status == 403) authenticators_.erase({chain->plan.flow, chain->plan.line});
  chain->plan.done(outcome);
}

absl::Status Requests::take_bearer(Chain& chain, BearerForm form) {
  if (!bearer_.token) return absl::FailedPreconditionError("the call manager asks for an OAuth token (Bearer)");
  if (chain.bearer.has_value()) {
    bearer_.refused(chain.plan.flow);
    return absl::FailedPreconditionError("the call manager refused the OAuth token");
  }
  const auto token = bearer_.token(chain.plan.flow);
  if (!token.ok()) {
    return absl::FailedPreconditionError(
        cat("the call manager asks for an OAuth token (Bearer), and ", token.status().message()));
  }
  chain.bearer = form;
  return absl::OkStatus();
}

absl::Status Requests::take_challenge(Chain& chain, const Message& response) {
  if (const auto form = bearer_challenge(response); form.has_value()) return take_bearer(chain, *form);
  Authenticator& authenticator = authenticators_[{chain.plan.flow, chain.plan.line}];
  const auto taken = authenticator.take_challenge(response, user_of(chain.plan.line), chain.nonces);
  if (!taken.ok() || ++chain.challenges <= kMostChallenges) return taken.status();
  return absl::FailedPreconditionError(*taken == ChallengeTaken::kStale
                                           ? "the call manager keeps renewing its challenge"
                                           : "the call manager refused the digest credentials");
}

}  // namespace phone::signaling
