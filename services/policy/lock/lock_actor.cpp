// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/lock/lock_actor.hpp"

#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/crypto/secret.hpp"

namespace phone::policy {
namespace {

constexpr char kUnsaved[] = "the state of the lock cannot be stored, and until it is, no password is tried";

class LockKeeper {
 public:
  LockKeeper(LockActor::pointer self, StoredLock stored, LockDelegate delegate)
      : self_(self),
        delegate_(std::move(delegate)),
        lock_(std::in_place, std::move(stored), SettingsLock::Time::clock::now(), delegate_.hashes),
        saved_(lock_->stored()),
        published_(lock_->locked(SettingsLock::Time::clock::now())) {}

  void configure(const PasswordConfigured& configured) {
    const auto before = what_opens();
    const std::string told = lock_->configure(configured.password, configured.fips, configured.phone);
    if (!told.empty()) {
      const bool refused = !lock_->stored().refused.empty();
      delegate_.tell(refused ? "settings.password_refused" : "settings.password_changed",
                     refused ? mesh::Severity::kWarning : mesh::Severity::kInfo, told);
    }
    if (what_opens() != before) delegate_.password_changed();
    follow();
    delegate_.changed(published_);  // also if it is as before: who configured it has locked meanwhile
  }

  void allow(settings::Lock access) { access_ = access; }

  UnlockAnswer unlock(UnlockAttempt attempt) {
    if (access_ != settings::Lock::kOpen) return {.reason = settings::refusal_of(access_)};
    if (!save()) return {.reason = kUnsaved};
    const auto now = SettingsLock::Time::clock::now();
    const bool waited = lock_->wait(now) > std::chrono::seconds(0);
    UnlockAnswer answer = lock_->unlock(attempt.password, now);
    crypto::wipe(attempt.password);
    // While it waits no password is looked at: one event for each wait, so that asking again and again washes nothing
    // out of the log.
    const bool told_already = std::exchange(told_of_wait_, waited) && waited;
    if (lock_->has_password() && !told_already) {
      delegate_.tell(answer.unlocked ? "settings.unlocked" : "settings.unlock_refused",
                     answer.unlocked ? mesh::Severity::kInfo : mesh::Severity::kWarning,
                     answer.unlocked ? "The settings were unlocked with the phone's password"
                                     : absl::StrCat("The settings stay locked: ", answer.reason));
    }
    if (answer.unlocked) self_->delayed_send(self_, SettingsLock::kOpen, LockTick{++timer_});
    follow();
    return answer;
  }

  UnlockAnswer check(PasswordCheck asked) {
    if (!save()) return {.reason = kUnsaved};
    const auto now = SettingsLock::Time::clock::now();
    const bool waited = lock_->remote_wait(now) > std::chrono::seconds(0);
    UnlockAnswer answer = lock_->check(asked.password, now);
    crypto::wipe(asked.password);
    const bool told_already = std::exchange(told_of_remote_wait_, waited) && waited;
    if (lock_->has_password() && !told_already) {
      delegate_.tell(
          answer.unlocked ? "web.signed_in" : "web.sign_in_refused",
          answer.unlocked ? mesh::Severity::kInfo : mesh::Severity::kWarning,
          answer.unlocked
              ? absl::StrCat("Somebody at ", asked.from, " signed in to the web pages with the password")
              : absl::StrCat("A sign-in to the web pages from ", asked.from, " was refused: ", answer.reason));
    }
    follow();
    return answer;
  }

  void restore(StoredLock stored) {
    saved_ = stored;
    lock_.emplace(std::move(stored), SettingsLock::Time::clock::now(), delegate_.hashes);
    publish();
  }
  void lock_again() {
    lock_->lock();
    follow();
  }
  void tick(std::uint64_t timer) {
    if (timer == timer_) lock_again();
  }

 private:
  std::optional<PasswordRecord> what_opens() const {
    const StoredLock& stored = lock_->stored();
    return stored.in_force ? std::optional(stored.passwords.front()) : std::nullopt;
  }
  // Else a power cycle would be a way around the count of wrong passwords. False: what is new is not on flash.
  bool save() {
    if (saved_ == lock_->stored()) return true;
    const absl::Status saved = delegate_.save(lock_->stored());
    if (saved.ok()) {
      saved_ = lock_->stored();
    } else if (std::exchange(told_of_save_, std::string(saved.message())) != saved.message()) {
      delegate_.tell("settings.not_saved", mesh::Severity::kError,
                     absl::StrCat("The lock of the settings could not be saved: ", saved.message()));
    }
    if (saved.ok()) told_of_save_.clear();
    return saved.ok();
  }
  void follow() {
    (void)save();
    publish();
  }
  void publish() {
    const bool locked = lock_->locked(SettingsLock::Time::clock::now());
    if (std::exchange(published_, locked) != locked) delegate_.changed(locked);
  }

  LockActor::pointer self_;
  const LockDelegate delegate_;
  std::optional<SettingsLock> lock_;
  StoredLock saved_;
  settings::Lock access_ = settings::Lock::kOpen;
  bool published_;
  std::string told_of_save_;  // why it failed; told once
  bool told_of_wait_ = false, told_of_remote_wait_ = false;
  std::uint64_t timer_ = 0;
};

LockActor::behavior_type keep(LockActor::pointer self, StoredLock stored, LockDelegate delegate) {
  const auto keeper = std::make_shared<LockKeeper>(self, std::move(stored), std::move(delegate));
  return {[keeper](const PasswordConfigured& configured) { keeper->configure(configured); },
          [keeper](const AccessConfigured& configured) { keeper->allow(configured.lock); },
          [keeper](const UnlockAttempt& attempt) { return keeper->unlock(attempt); },
          [keeper](const PasswordCheck& asked) { return keeper->check(asked); },
          [keeper](const LockAgain&) { keeper->lock_again(); },
          [keeper](const LockRestored& restored) { keeper->restore(restored.stored); },
          [keeper](const LockTick& tick) { keeper->tick(tick.timer); }};
}

}  // namespace

LockActor spawn_lock(caf::actor_system& system, StoredLock stored, LockDelegate delegate) {
  return system.spawn<caf::detached>(&keep, std::move(stored), std::move(delegate));
}

}  // namespace phone::policy
