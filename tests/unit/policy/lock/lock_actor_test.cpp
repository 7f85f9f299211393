// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F4: what the lock's actor tells, and that it takes over what another process has stored.
#include "services/policy/lock/lock_actor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>
#include <vector>

namespace phone::policy {
namespace {

// As fast as tests want it: the password itself.
SettingsLock::Hashes readable() {
  return {.make = [](std::string_view password, bool) -> absl::StatusOr<PasswordRecord> {
            return PasswordRecord{.method = "scrypt", .salt = {}, .hash = std::string(password), .cost = 1};
          },
          .fits = [](const PasswordRecord& record, std::string_view password) { return record.hash == password; }};
}

StoredLock with_password(const std::string& password) {
  SettingsLock lock({}, SettingsLock::Time(), readable());
  EXPECT_NE(lock.configure(password, false, "SEP0A1B2C3D4E5F"), "");
  return lock.stored();
}

struct F4_LockActor : ::testing::Test {
  explicit F4_LockActor(StoredLock stored = with_password("48151623"))
      : system(config),
        self(system),
        lock(spawn_lock(system, std::move(stored),
                        {.save =
                             [this](const StoredLock&) {
                               const std::lock_guard guard(mutex);
                               return full ? absl::ResourceExhaustedError("no space left") : absl::OkStatus();
                             },
                         .changed =
                             [this](bool locked) {
                               const std::lock_guard guard(mutex);
                               changes.push_back(locked);
                             },
                         .tell =
                             [this](const std::string& kind, mesh::Severity, const std::string&) {
                               const std::lock_guard guard(mutex);
                               told.push_back(kind);
                             },
                         .password_changed =
                             [this] {
                               const std::lock_guard guard(mutex);
                               ++password_changes;
                             },
                         .hashes = readable()})) {}
  ~F4_LockActor() override { self->send_exit(lock, caf::exit_reason::user_shutdown); }

  bool unlocks(const std::string& password) {
    bool unlocked = false;
    self->request(lock, std::chrono::seconds(10), UnlockAttempt{password})
        .receive(
            [&](const UnlockAnswer& answer) {
              unlocked = answer.unlocked;
              reason = answer.reason;
            },
            [](const caf::error& error) { ADD_FAILURE() << to_string(error); });
    return unlocked;
  }

  void flash_is_full(bool is) {
    const std::lock_guard guard(mutex);
    full = is;
  }

  std::mutex mutex;
  bool full = false;
  int password_changes = 0;
  std::string reason;  // of the last answer
  std::vector<bool> changes;
  std::vector<std::string> told;
  caf::actor_system_config config;
  caf::actor_system system;
  caf::scoped_actor self;
  LockActor lock;
};

// Else a power cycle would forget the wrong ones.
TEST_F(F4_LockActor, AWrongPasswordThatCannotBeStoredIsTheLastOneTried) {
  flash_is_full(true);
  EXPECT_FALSE(unlocks("00000000"));
  EXPECT_FALSE(unlocks("48151623")) << "even the right one: the wrong one before it is not stored";
  EXPECT_THAT(reason, ::testing::HasSubstr("cannot be stored"));
  EXPECT_EQ(told, (std::vector<std::string>{"settings.unlock_refused", "settings.not_saved"}));
  flash_is_full(false);
  EXPECT_TRUE(unlocks("48151623"));
}

TEST_F(F4_LockActor, SaysThatAnotherPasswordIsInForceAndNotThatTheSameOneIs) {
  self->send(lock, PasswordConfigured{"48151623", false, "SEP0A1B2C3D4E5F"});
  EXPECT_FALSE(unlocks("00000000"));
  EXPECT_EQ(password_changes, 0);
  self->send(lock, PasswordConfigured{"31415926", false, "SEP0A1B2C3D4E5F"});
  EXPECT_FALSE(unlocks("00000000"));
  EXPECT_EQ(password_changes, 1);
  self->send(lock, PasswordConfigured{"11111111", false, "SEP0A1B2C3D4E5F"});
  EXPECT_FALSE(unlocks("00000000"));
  EXPECT_EQ(password_changes, 1) << "it is too weak, so the one before stays in force";
  self->send(lock, PasswordConfigured{"", false, "SEP0A1B2C3D4E5F"});
  EXPECT_TRUE(unlocks(""));
  EXPECT_EQ(password_changes, 2) << "the one before opens nothing once there is none";
}

// Else whoever stands before the phone could push older events out of the audit log.
TEST_F(F4_LockActor, AWaitIsToldOnceHoweverOftenSomebodyTries) {
  for (int i = 0; i < 50; ++i) EXPECT_FALSE(unlocks("00000000"));
  EXPECT_FALSE(unlocks("48151623")) << "it waits";
  const std::lock_guard guard(mutex);
  EXPECT_EQ(told, std::vector<std::string>(4, "settings.unlock_refused")) << "three that were looked at, and the wait";
}

TEST_F(F4_LockActor, ASignInFromAfarIsToldWithItsAddressAndAWaitOnce) {
  const auto right = [&](const std::string& password) {
    bool unlocked = false;
    self->request(lock, std::chrono::seconds(10), PasswordCheck{password, "192.0.2.7"})
        .receive([&](const UnlockAnswer& answer) { unlocked = answer.unlocked; },
                 [](const caf::error& error) { ADD_FAILURE() << to_string(error); });
    return unlocked;
  };
  EXPECT_TRUE(right("48151623"));
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(right("00000000"));
  EXPECT_FALSE(right("48151623")) << "it waits";
  EXPECT_TRUE(unlocks("48151623")) << "at the phone nobody waits";
  const std::lock_guard guard(mutex);
  EXPECT_EQ(told, (std::vector<std::string>{"web.signed_in", "web.sign_in_refused", "web.sign_in_refused",
                                            "web.sign_in_refused", "web.sign_in_refused", "settings.unlocked"}));
}

TEST_F(F4_LockActor, TakesOverWhatTheProcessBeforeHasStored) {
  EXPECT_TRUE(unlocks("48151623"));
  self->send(lock, LockRestored{with_password("16234815")});
  EXPECT_FALSE(unlocks("48151623"));
  EXPECT_TRUE(unlocks("16234815"));
  const std::lock_guard guard(mutex);
  EXPECT_EQ(changes, (std::vector<bool>{false, true, false}));
}

}  // namespace
}  // namespace phone::policy
