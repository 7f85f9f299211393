// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/control/restart.hpp"

#include <utility>

#include "services/signaling/sip/text.hpp"

namespace phone::signaling {

void Restart::enter(RestartEvent event, std::string cause) {
  const RestartState from = std::exchange(state_, next(state_, event));
  if (from == state_) return;
  delegate_.state_changed({"restart", name_of(from), name_of(state_), std::move(cause)});
  delegate_.changed();
}

void Restart::order(RestartOrder order, TimePoint now) {
  port_.report("control.ordered", Severity::kWarning, cat("the call manager orders: ", order.cause),
               {{"order", order.cause}, {"reason", cat(static_cast<int>(order.reason))}});
  if (state_ == RestartState::kRegistering) {
    if (!next_.has_value() || order.depth >= next_->depth) next_ = std::move(order);
    return;
  }
  if (!under_way() || order.depth >= order_.depth) order_ = std::move(order);
  fetch(now);
}

void Restart::fetch(TimePoint) {
  enter(RestartEvent::kOrdered, order_.cause);
  port_.fetch_configuration(cat("the call manager orders ", order_.cause),
                            [this, number = ++fetches_](const absl::StatusOr<uint64_t>& version) {
                              if (number == fetches_) fetched(version, delegate_.now());
                            });
}

void Restart::fetched(const absl::StatusOr<uint64_t>& version, TimePoint now) {
  wanted_ = version.ok() ? *version : 0;
  if (!version.ok())
    port_.report("control.not_fetched", Severity::kWarning,
                 cat("the configuration could not be fetched for ", order_.cause, ": ", version.status().message()),
                 {{"order", order_.cause}});
  arrives_by_ = now + kArrival;
  enter(RestartEvent::kFetched, version.ok() ? "the download has ended" : "the download has failed");
  pursue(now);
}

void Restart::policy_is(uint64_t version, TimePoint now) {
  policy_ = version;
  pursue(now);
}

void Restart::on_time(TimePoint now) { pursue(now); }

void Restart::pursue(TimePoint now) {
  if (state_ == RestartState::kArriving && (policy_ >= wanted_ || now >= arrives_by_)) {
    const bool only_if_needed = order_.depth == RestartOrder::Depth::kConfiguration;
    if (only_if_needed && !delegate_.other_profile_waits())
      enter(RestartEvent::kUnaffected, "no other registration is needed");
    else
      enter(RestartEvent::kArrived, "the policy is here");
  }
  if (state_ != RestartState::kWaiting || !delegate_.idle()) return;
  enter(RestartEvent::kIdle, "there is no call");
  delegate_.register_anew(
      order_,
      [this] {
        enter(RestartEvent::kDone, "the registration is being made");
        if (auto again = std::exchange(next_, std::nullopt); again.has_value()) {
          order_ = *std::move(again);
          fetch(delegate_.now());
        }
      },
      now);
}

std::optional<TimePoint> Restart::deadline() const {
  if (state_ == RestartState::kArriving) return arrives_by_;
  if (state_ == RestartState::kWaiting && delegate_.idle()) return TimePoint{};
  return std::nullopt;
}

std::string Restart::sentence() const {
  switch (state_) {
    case RestartState::kNone:
      return "";
    case RestartState::kFetching:
    case RestartState::kArriving:
      return cat("fetching the configuration: the call manager orders ", order_.cause);
    case RestartState::kWaiting:
      return cat("registers again when no call is up: the call manager orders ", order_.cause);
    case RestartState::kRegistering:
      return cat("registering again: the call manager orders ", order_.cause);
  }
  return "";
}

}  // namespace phone::signaling
