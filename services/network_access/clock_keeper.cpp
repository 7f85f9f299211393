// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/clock_keeper.hpp"

#include "common/clock/present_time.hpp"

namespace phone::network {
namespace {

constexpr std::chrono::hours kKeepTimeEvery(1);

}  // namespace

absl::Status ClockKeeper::start(os::EventLoop& loop) {
  (void)tell();
  clock::keep_last_seen(last_time_);
  hourly_ = std::make_unique<os::Timer>(loop, [this] {
    clock::accept_clock();
    if (tell()) judge_again_();
    clock::keep_last_seen(last_time_);
    hourly_->expire_in(kKeepTimeEvery);
  });
  hourly_->expire_in(kKeepTimeEvery);
  watch_ = std::make_unique<clock::ClockWatch>(loop, [this] {
    clock::accept_clock();
    (void)tell();
    judge_again_();
  });
  return watch_->start();
}

void ClockKeeper::stop() {
  watch_.reset();
  if (hourly_) hourly_->cancel();  // its callback uses the pointer: reset() alone would clear it meanwhile
  hourly_.reset();
  clock::keep_last_seen(last_time_);
}

bool ClockKeeper::tell() {
  const bool known = clock::present().known;
  if (known_.exchange(known) == known) return false;
  event_log_.add(known ? "clock.known" : "clock.wrong", known ? mesh::Severity::kInfo : mesh::Severity::kWarning,
                 known ? "The time is known; what was not judged by it is judged now"
                       : "The clock is wrong: it is before moments that have certainly passed. No certificate is "
                         "refused for its dates until there is a time",
                 {}, true);
  return true;
}

}  // namespace phone::network
