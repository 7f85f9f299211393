// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "services/policy/lock/password_record.hpp"

namespace phone::policy {

// What is kept over restarts.
struct StoredLock {
  std::vector<PasswordRecord> passwords;  // in force first, then earlier ones, at most SettingsLock::kHistory
  bool in_force = false;                  // the first of them is; else there is no password now
  bool sealed = false;                    // a password is configured that cannot be one: nobody unlocks
  std::string refused;                    // why the configured password is not in force
  std::uint32_t failures = 0;             // wrong ones in a row
  std::uint32_t remote_failures = 0;      // the same, at the administrator's web pages
  friend bool operator==(const StoredLock&, const StoredLock&) = default;
};

// The password of the settings. A machine: its slow hashes make it one for a thread of its own.
class SettingsLock {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::size_t kHistory = 5;
  static constexpr std::uint32_t kFreeTries = 3;  // wrong ones before the first wait
  static constexpr std::chrono::seconds kOpen{300}, kFirstWait{30}, kLongestWait{3600};

  struct Hashes {
    std::function<absl::StatusOr<PasswordRecord>(std::string_view, bool fips)> make = make_record;
    std::function<bool(const PasswordRecord&, std::string_view)> fits = policy::fits;
  };

  // A wait that was going on begins anew: a restart is no way around it.
  SettingsLock(StoredLock stored, Time now, Hashes hashes);

  // As the configuration has it; empty: none. Answers what there is to tell, empty: nothing.
  std::string configure(std::string_view password, bool fips, std::string_view phone);

  struct Answer {
    bool unlocked = false;
    std::string reason;
    std::chrono::seconds wait{0};  // no password is looked at before
  };
  Answer unlock(std::string_view password, Time now);
  void lock() { open_until_ = {}; }
  // Whether it is the password, for somebody on the network: opens nothing, and its waits are apart from those of
  // unlock(), so that nobody out there can lock the person at the phone out. `unlocked` is the verdict; without a
  // password none is right.
  Answer check(std::string_view password, Time now);

  bool has_password() const { return stored_.in_force || stored_.sealed; }
  bool locked(Time now) const { return has_password() && now >= open_until_; }
  Time open_until() const { return open_until_; }
  std::chrono::seconds wait(Time now) const;
  std::chrono::seconds remote_wait(Time now) const;
  const StoredLock& stored() const { return stored_; }

 private:
  StoredLock stored_;
  const Hashes hashes_;
  struct Tries {
    std::uint32_t& failures;
    Time& wait_until;
  };
  Answer judge(std::string_view password, Time now, Tries tries) const;

  Time open_until_{}, wait_until_{}, remote_wait_until_{};
};

// After so many wrong passwords in a row.
std::chrono::seconds wait_after(std::uint32_t failures);

}  // namespace phone::policy
