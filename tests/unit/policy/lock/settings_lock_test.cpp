// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F4: the password of the settings: which are taken, how they are kept, and what wrong ones cost.
#include "services/policy/lock/settings_lock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/policy/lock/password_rules.hpp"

namespace phone::policy {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;
using Time = SettingsLock::Time;

constexpr char kPhone[] = "SEP0A1B2C3D4E5F";

struct WeakRow {
  const char* password;
  const char* why;  // empty: taken
};
class F4_PasswordRules_Table : public ::testing::TestWithParam<WeakRow> {};
TEST_P(F4_PasswordRules_Table, SaysWhyNot) { EXPECT_EQ(weakness_of(GetParam().password, kPhone), GetParam().why); }
INSTANTIATE_TEST_SUITE_P(Rows, F4_PasswordRules_Table,
                         ::testing::Values(WeakRow{"", "it is shorter than 6 characters"},
                                           WeakRow{"48151", "it is shorter than 6 characters"},
                                           WeakRow{"111111", "it repeats itself"},
                                           WeakRow{"121212", "it repeats itself"},
                                           WeakRow{"481481", "it repeats itself"},
                                           WeakRow{"123456", "it is a sequence"}, WeakRow{"765432", "it is a sequence"},
                                           WeakRow{"890123", "it is a sequence"}, WeakRow{"246802", "it is a sequence"},
                                           WeakRow{"abcdef", "it is a sequence"},
                                           WeakRow{"159753", "it is one of the most common passwords"},
                                           WeakRow{"PassWord", "it is one of the most common passwords"},
                                           WeakRow{"1b2c3d4e", "it is part of the phone's name"},
                                           WeakRow{"48 15 16", "it has characters other than printable ASCII"},
                                           WeakRow{"48151623", ""}, WeakRow{"*4815#", ""}, WeakRow{"lab-pin", ""}));

TEST(F4_PasswordRules, OneThatIsTooLongIsRefused) {
  std::string lengthy;
  while (lengthy.size() <= 64) lengthy += std::to_string(lengthy.size() * 7919);
  EXPECT_EQ(weakness_of(lengthy, kPhone), "it is longer than 64 characters");
}

TEST(F4_PasswordRecord, IsASlowHashWithItsOwnSaltAndInFipsModePbkdf2) {
  for (const bool fips : {false, true}) {
    const auto record = make_record("48151623", fips), again = make_record("48151623", fips);
    ASSERT_TRUE(record.ok() && again.ok());
    EXPECT_EQ(record->method, fips ? "pbkdf2-sha256" : "scrypt");
    EXPECT_GE(record->cost, fips ? 210'000U : 16'384U);
    EXPECT_EQ(record->salt.size(), 16U);
    EXPECT_NE(record->salt, again->salt);
    EXPECT_NE(record->hash, again->hash);
    EXPECT_TRUE(fits(*record, "48151623"));
    EXPECT_FALSE(fits(*record, "48151624"));
    EXPECT_FALSE(fits(*record, ""));
  }
}

TEST(F4_PasswordRecord, OneThatIsSpoiledFitsNothing) {
  const auto record = make_record("48151623", false);
  ASSERT_TRUE(record.ok());
  auto spoiled = *record;
  spoiled.method = "md5";
  EXPECT_FALSE(fits(spoiled, "48151623"));
  spoiled = *record;
  spoiled.cost = 1U << 30U;  // would take a day and all memory
  EXPECT_FALSE(fits(spoiled, "48151623"));
  spoiled = *record;
  spoiled.hash.clear();
  EXPECT_FALSE(fits(spoiled, "48151623"));
}

// As fast as tests want it: the password itself, with its method.
SettingsLock::Hashes plain() {
  return {.make = [](std::string_view password, bool fips) -> absl::StatusOr<PasswordRecord> {
            return PasswordRecord{
                .method = fips ? "pbkdf2-sha256" : "scrypt", .salt = {}, .hash = std::string(password), .cost = 1};
          },
          .fits = [](const PasswordRecord& record, std::string_view password) { return record.hash == password; }};
}

struct F4_SettingsLock : ::testing::Test {
  SettingsLock lock{{}, Time(), plain()};
  Time now{seconds(1000)};
};

TEST_F(F4_SettingsLock, WithoutAPasswordNothingIsLocked) {
  EXPECT_FALSE(lock.locked(now));
  EXPECT_TRUE(lock.unlock("anything", now).unlocked);
}

TEST_F(F4_SettingsLock, OpensForFiveMinutesWithTheRightPassword) {
  EXPECT_EQ(lock.configure("48151623", false, kPhone), "The settings have another password");
  EXPECT_TRUE(lock.locked(now));
  EXPECT_TRUE(lock.unlock("48151623", now).unlocked);
  EXPECT_FALSE(lock.locked(now + seconds(299)));
  EXPECT_TRUE(lock.locked(now + seconds(300)));
  EXPECT_TRUE(lock.unlock("48151623", now).unlocked);
  lock.lock();
  EXPECT_TRUE(lock.locked(now));
}

TEST_F(F4_SettingsLock, WrongOnesLockForGrowingTimesEvenTheRightOneOut) {
  (void)lock.configure("48151623", false, kPhone);
  for (int i = 0; i < 2; ++i) {
    const auto answer = lock.unlock("00000000", now);
    EXPECT_FALSE(answer.unlocked);
    EXPECT_EQ(answer.wait, seconds(0));
  }
  for (const int wait : {30, 60, 120, 240, 480, 960, 1920, 3600, 3600}) {
    const auto answer = lock.unlock("00000000", now);
    EXPECT_EQ(answer.wait, seconds(wait));
    EXPECT_EQ(answer.reason, "wrong password; wait " + std::to_string(wait) + " s");
    const auto early = lock.unlock("48151623", now + seconds(wait - 1));
    EXPECT_FALSE(early.unlocked) << "the right one is not looked at";
    EXPECT_THAT(early.reason, HasSubstr("wait 1 s after"));
    now += seconds(wait);
  }
  EXPECT_TRUE(lock.unlock("48151623", now).unlocked);
  lock.lock();
  EXPECT_EQ(lock.unlock("00000000", now).wait, seconds(0)) << "counted anew after the right one";
}

TEST_F(F4_SettingsLock, FromTheNetworkItOpensNothingAndItsWaitsAreApart) {
  EXPECT_FALSE(lock.check("anything", now).unlocked) << "without a password nobody gets in";
  (void)lock.configure("48151623", false, kPhone);
  EXPECT_TRUE(lock.check("48151623", now).unlocked);
  EXPECT_TRUE(lock.locked(now)) << "the settings stay locked";
  EXPECT_EQ(lock.check("00000000", now).wait, seconds(0));
  EXPECT_EQ(lock.check("00000000", now).wait, seconds(0));
  EXPECT_EQ(lock.check("00000000", now).wait, seconds(30));
  EXPECT_THAT(lock.check("48151623", now + seconds(29)).reason, HasSubstr("wait 1 s after 3 wrong passwords"));
  EXPECT_TRUE(lock.unlock("48151623", now).unlocked) << "the person at the phone does not wait";
  SettingsLock again(lock.stored(), now, plain());
  EXPECT_EQ(again.remote_wait(now), seconds(30)) << "a restart is no way around it";
  EXPECT_EQ(again.wait(now), seconds(0));
  EXPECT_TRUE(again.check("48151623", now + seconds(30)).unlocked);
  EXPECT_EQ(again.stored().remote_failures, 0U);
}

TEST_F(F4_SettingsLock, ARestartIsNoWayAroundTheWait) {
  (void)lock.configure("48151623", false, kPhone);
  for (int i = 0; i < 4; ++i) (void)lock.unlock("00000000", now += seconds(100));
  SettingsLock again(lock.stored(), now, plain());
  EXPECT_EQ(again.wait(now), seconds(60));
  EXPECT_FALSE(again.unlock("48151623", now + seconds(59)).unlocked);
  EXPECT_TRUE(again.unlock("48151623", now + seconds(60)).unlocked);
}

TEST_F(F4_SettingsLock, AWeakNewPasswordLeavesTheOneBefore) {
  (void)lock.configure("48151623", false, kPhone);
  EXPECT_EQ(lock.configure("111111", false, kPhone),
            "The configured phone password is refused: it repeats itself; the one before stays in force");
  EXPECT_EQ(lock.configure("111111", false, kPhone), "") << "told once";
  EXPECT_FALSE(lock.unlock("111111", now).unlocked);
  EXPECT_TRUE(lock.unlock("48151623", now).unlocked);
}

TEST_F(F4_SettingsLock, AWeakFirstPasswordLocksForEverybodyUntilThereIsABetterOne) {
  EXPECT_THAT(lock.configure("1234", false, kPhone),
              HasSubstr("the settings stay locked until a better one is configured"));
  EXPECT_TRUE(lock.locked(now));
  EXPECT_THAT(lock.unlock("1234", now).reason, HasSubstr("no password unlocks"));
  (void)lock.configure("48151623", false, kPhone);
  EXPECT_TRUE(lock.unlock("48151623", now).unlocked);
}

TEST_F(F4_SettingsLock, NoneOfTheLastOnesComesBack) {
  for (const char* password : {"48151623", "42424815", "16234208"})
    EXPECT_NE(lock.configure(password, false, kPhone), "");
  EXPECT_THAT(lock.configure("48151623", false, kPhone), HasSubstr("it was used before"));
  EXPECT_TRUE(lock.unlock("16234208", now).unlocked);
  for (const char* password : {"90210902", "77001177", "31415926"}) (void)lock.configure(password, false, kPhone);
  EXPECT_EQ(lock.stored().passwords.size(), SettingsLock::kHistory);
  EXPECT_EQ(lock.configure("48151623", false, kPhone), "The settings have another password") << "long ago";
}

TEST_F(F4_SettingsLock, OneThatWasSwitchedOffMayComeBack) {
  (void)lock.configure("48151623", false, kPhone);
  EXPECT_EQ(lock.configure("", false, kPhone), "");
  EXPECT_FALSE(lock.locked(now));
  (void)lock.configure("48151623", false, kPhone);
  EXPECT_TRUE(lock.locked(now));
  EXPECT_TRUE(lock.stored().refused.empty());
  EXPECT_EQ(lock.stored().passwords.size(), 1U);
}

TEST_F(F4_SettingsLock, FipsModeHashesTheSamePasswordAnew) {
  (void)lock.configure("48151623", false, kPhone);
  EXPECT_EQ(lock.stored().passwords.front().method, "scrypt");
  (void)lock.configure("48151623", true, kPhone);
  EXPECT_EQ(lock.stored().passwords.front().method, "pbkdf2-sha256");
  EXPECT_EQ(lock.stored().passwords.size(), 1U);
  EXPECT_EQ(lock.configure("48151623", true, kPhone), "") << "and then no more";
}

TEST_F(F4_SettingsLock, AnotherPasswordEndsAnOpenLock) {
  (void)lock.configure("48151623", false, kPhone);
  (void)lock.unlock("48151623", now);
  (void)lock.configure("42424815", false, kPhone);
  EXPECT_TRUE(lock.locked(now));
}

}  // namespace
}  // namespace phone::policy
