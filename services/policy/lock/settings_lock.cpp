// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/lock/settings_lock.hpp"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/policy/lock/password_rules.hpp"

namespace phone::policy {

using std::chrono::seconds;

seconds wait_after(std::uint32_t failures) {
  if (failures < SettingsLock::kFreeTries) return seconds(0);
  const std::uint32_t doublings = std::min(failures - SettingsLock::kFreeTries, 16U);
  return std::min<seconds>(SettingsLock::kFirstWait * (1LL << doublings), SettingsLock::kLongestWait);
}

SettingsLock::SettingsLock(StoredLock stored, Time now, Hashes hashes)
    : stored_(std::move(stored)), hashes_(std::move(hashes)) {
  if (stored_.passwords.size() > kHistory) stored_.passwords.resize(kHistory);
  if (stored_.passwords.empty() && std::exchange(stored_.in_force, false)) stored_.sealed = true;
  wait_until_ = now + wait_after(stored_.failures);
  remote_wait_until_ = now + wait_after(stored_.remote_failures);
}

std::string SettingsLock::configure(std::string_view password, bool fips, std::string_view phone) {
  if (password.empty()) {
    stored_.in_force = stored_.sealed = false;
    stored_.refused.clear();
    return {};
  }
  auto& held = stored_.passwords;
  const bool same = stored_.in_force && hashes_.fits(held.front(), password);
  const bool approved = !fips || (same && held.front().method.starts_with("pbkdf2"));
  if (same && approved) {
    stored_.sealed = false;
    stored_.refused.clear();
    return {};
  }
  // One that was switched off meanwhile comes back; it is no earlier one.
  const bool returns = !stored_.in_force && !held.empty() && hashes_.fits(held.front(), password);
  std::string why;
  if (!same && !returns) {
    why = weakness_of(password, phone);
    const auto used = [&](const PasswordRecord& one) { return hashes_.fits(one, password); };
    if (why.empty() && std::any_of(held.begin(), held.end(), used)) why = "it was used before";
  }
  auto made =
      why.empty() ? hashes_.make(password, fips) : absl::StatusOr<PasswordRecord>(absl::InvalidArgumentError(why));
  if (!made.ok()) {
    const std::string said(made.status().message());
    if (!stored_.in_force) stored_.sealed = true;
    const std::string text = absl::StrCat("The configured phone password is refused: ", said,
                                          stored_.sealed ? "; the settings stay locked until a better one is configured"
                                                         : "; the one before stays in force");
    return std::exchange(stored_.refused, said) == said ? std::string() : text;
  }
  if (same || returns) held.erase(held.begin());
  held.insert(held.begin(), *std::move(made));
  if (held.size() > kHistory) held.resize(kHistory);
  stored_.in_force = true;
  stored_.sealed = false;
  stored_.refused.clear();
  lock();
  return "The settings have another password";
}

namespace {

seconds left_of(SettingsLock::Time until, SettingsLock::Time now) {
  return now >= until ? seconds(0) : std::chrono::ceil<seconds>(until - now);
}

}  // namespace

seconds SettingsLock::wait(Time now) const { return left_of(wait_until_, now); }
seconds SettingsLock::remote_wait(Time now) const { return left_of(remote_wait_until_, now); }

SettingsLock::Answer SettingsLock::judge(std::string_view password, Time now, Tries tries) const {
  if (stored_.sealed) {
    return {.reason = absl::StrCat("no password unlocks: the configured one was refused, ", stored_.refused)};
  }
  if (const seconds left = left_of(tries.wait_until, now); left > seconds(0)) {
    return {.reason = absl::StrCat("wait ", left.count(), " s after ", tries.failures, " wrong passwords"),
            .wait = left};
  }
  if (!hashes_.fits(stored_.passwords.front(), password)) {
    const seconds next = wait_after(++tries.failures);
    tries.wait_until = now + next;
    return {
        .reason = absl::StrCat("wrong password", next > seconds(0) ? absl::StrCat("; wait ", next.count(), " s") : ""),
        .wait = next};
  }
  tries.failures = 0;
  return {.unlocked = true, .reason = {}};
}

SettingsLock::Answer SettingsLock::unlock(std::string_view password, Time now) {
  if (!has_password()) return {.unlocked = true, .reason = {}};
  Answer answer = judge(password, now, {stored_.failures, wait_until_});
  if (answer.unlocked) open_until_ = now + kOpen;
  return answer;
}

SettingsLock::Answer SettingsLock::check(std::string_view password, Time now) {
  if (!has_password()) return {.reason = "the phone has no password (phonePassword of the configuration)"};
  return judge(password, now, {stored_.remote_failures, remote_wait_until_});
}

}  // namespace phone::policy
