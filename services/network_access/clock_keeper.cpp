// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/clock_keeper.hpp"

#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/clock/present_time.hpp"
#include "common/flash/file.hpp"
#include "common/text/foreign_text.hpp"

namespace phone::network {
namespace {

constexpr std::chrono::hours kKeepTimeEvery(1);
constexpr std::chrono::seconds kLookEvery(10);
constexpr char kServiceSettings[] = "timesyncd.conf", kTimeToSet[] = "set-time";

}  // namespace

absl::Status ClockKeeper::start() {
  (void)tell();
  clock::keep_last_seen(files_.last_time);
  hourly_ = std::make_unique<os::Timer>(loop_, [this] {
    clock::accept_clock();
    if (tell()) delegate_.judge_again();
    clock::keep_last_seen(files_.last_time);
    hourly_->expire_in(kKeepTimeEvery);
  });
  hourly_->expire_in(kKeepTimeEvery);
  look_ = std::make_unique<os::Timer>(loop_, [this] {
    look();
    look_->expire_in(kLookEvery);
  });
  look_->expire_in(std::chrono::milliseconds(0));
  watch_ = std::make_unique<clock::ClockWatch>(loop_, [this] {
    clock::accept_clock();
    (void)tell();
    look();
    delegate_.judge_again();
  });
  return watch_->start();
}

void ClockKeeper::stop() {
  watch_.reset();
  // Their callbacks use the pointers: reset() alone would clear them meanwhile.
  for (auto* const timer : {&hourly_, &look_}) {
    if (*timer) (*timer)->cancel();
    timer->reset();
  }
  clock::keep_last_seen(files_.last_time);
}

bool ClockKeeper::tell() {
  const bool known = clock::present().known;
  if (known_.exchange(known) == known) return false;
  event_log_.add(known ? "clock.known" : "clock.wrong", known ? mesh::Severity::kInfo : mesh::Severity::kWarning,
                 known ? "The time is known; what was not judged by it is judged now"
                       : "The clock is wrong: it is before moments that have certainly passed. No certificate is "
                         "refused for its dates until there is a time",
                 {}, true);
  loop_.post([this] { publish(); });
  return true;
}

void ClockKeeper::change_policy(TimePolicy policy) {
  loop_.post([this, policy = std::move(policy)]() mutable {
    keeper_.change_policy(std::move(policy));
    write_settings();
  });
}

void ClockKeeper::change_lease(std::vector<std::string> servers) {
  loop_.post([this, servers = std::move(servers)]() mutable {
    keeper_.change_lease(std::move(servers));
    write_settings();
  });
}

void ClockKeeper::take_date(std::string server, absl::Time date, std::function<void(const DateVerdict&)> done) {
  const bool posted =
      loop_.post([this, server = std::move(server), date, done] { done(judge(text::printable(server), date)); });
  if (!posted) done({.taken = false, .reason = "this process ends"});
}

// The floor rises with the time that this process runs; for people and for a Date an hour is exact enough, and facts
// that change each second would be published each second.
TimeKeeper::Now ClockKeeper::now() const {
  clock::Floor floor = clock::floor();
  floor.time = absl::UnixEpoch() + absl::Trunc(floor.time - absl::UnixEpoch(), absl::Hours(1));
  return {.clock = absl::Now(), .present = clock::present(), .floor = floor};
}

void ClockKeeper::look() {
  std::error_code error;
  keeper_.change_synchronized(std::filesystem::exists(files_.synchronized, error));
  publish();
}

// Facts that have not changed are published to nobody.
void ClockKeeper::publish() { delegate_.publish(keeper_.facts(now())); }

void ClockKeeper::write_settings() {
  if (std::string settings = keeper_.service_settings(); std::exchange(settings_, settings) != settings) {
    write(kServiceSettings, settings_);
  }
  publish();
}

void ClockKeeper::write(const char* name, const std::string& content) {
  std::error_code error;
  if (!std::filesystem::is_directory(files_.time_dir, error)) return;
  // Read by the time service under its own user; nothing in it is secret.
  const auto written = flash::write(files_.time_dir / name, content, 0644);
  if (std::string why(written.message()); !written.ok() && std::exchange(write_failure_, why) != why) {
    event_log_.add("clock.unwritten", mesh::Severity::kWarning,
                   absl::StrCat("The time service could not be told its settings: ", why));
  }
}

DateVerdict ClockKeeper::judge(const std::string& server, absl::Time date) {
  const TimeKeeper::Now before = now();
  DateVerdict verdict = keeper_.take_date(server, date, before);
  if (!verdict.taken) {
    event_log_.add("clock.date_refused", mesh::Severity::kWarning,
                   absl::StrCat("The time of ", server, " is not taken: ", verdict.reason));
    return verdict;
  }
  if (verdict.sets_clock) {
    write(kTimeToSet, absl::StrCat(absl::ToUnixSeconds(date), "\n"));
    event_log_.add("clock.set", mesh::Severity::kInfo,
                   absl::StrCat("No time server sets the clock, so ", server,
                                " does: ", absl::FormatTime("%Y-%m-%d %H:%M:%S UTC", date, absl::UTCTimeZone())),
                   {}, true);
  }
  publish();
  return verdict;
}

}  // namespace phone::network
