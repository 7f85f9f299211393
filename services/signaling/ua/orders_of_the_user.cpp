// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What the user does, passed on to the calls, to the publication and to the soft keys.
#include <string>
#include <utility>

#include "services/signaling/ua/user_agent.hpp"

namespace phone::signaling {

absl::StatusOr<CallView> UserAgent::dial(const DialOrder& order, TimePoint now) {
  now_ = now;
  return calls_.dial(order, now);
}

absl::StatusOr<CallView> UserAgent::decline(const std::string& call, TimePoint now) {
  now_ = now;
  return calls_.decline(call, now);
}

absl::StatusOr<CallView> UserAgent::ignore(const std::string& call, TimePoint now) {
  now_ = now;
  return calls_.ignore(call, now);
}

HookView UserAgent::set_hook(bool off_hook, TimePoint now) {
  now_ = now;
  HookView view = calls_.set_hook(off_hook, now);
  features_.hook_is(off_hook, now);
  return view;
}

absl::StatusOr<CallView> UserAgent::answer(const std::string& call, TimePoint now) {
  now_ = now;
  return calls_.answer(call, now);
}

absl::StatusOr<CallView> UserAgent::hang_up(const std::string& call, TimePoint now) {
  now_ = now;
  return calls_.hang_up(call, now);
}

absl::StatusOr<CallView> UserAgent::hold(const std::string& call, TimePoint now) {
  now_ = now;
  return calls_.hold(call, now);
}

absl::StatusOr<CallView> UserAgent::resume(const std::string& call, TimePoint now) {
  now_ = now;
  return calls_.resume(call, now);
}

absl::StatusOr<CallView> UserAgent::transfer(const std::string& call, const std::string& number,
                                             const std::string& to_call, TimePoint now) {
  now_ = now;
  return to_call.empty() ? calls_.transfer(call, number, now) : calls_.transfer_to(call, to_call, now);
}

void UserAgent::send_digits(const std::string& call, const crypto::Secret& digits,
                            std::function<void(const absl::Status&)> done, TimePoint now) {
  now_ = now;
  calls_.send_digits(call, digits, std::move(done), now);
}

void UserAgent::set_do_not_disturb(bool on, Publication::Done done, TimePoint now) {
  now_ = now;
  publication_.set(on, std::move(done), now);
}

void UserAgent::use_feature(const FeatureOrder& order, Features::Done done, TimePoint now) {
  now_ = now;
  features_.use(order, std::move(done), now);
}

}  // namespace phone::signaling
