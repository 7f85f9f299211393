// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F83, F88: what a card does that SoftHSM does not (moody_token.cpp): each in its own words, no key lost, and no PIN
// locked by trying.
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/mount.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "services/certificate_manager/state_record.hpp"
#include "services/certificate_manager/token/manufacture.hpp"
#include "services/certificate_manager/token/token.hpp"
#include "services/certificate_manager/token/token_directory.hpp"

namespace phone::certificates {
namespace {

namespace fs = std::filesystem;

class F83_F88_TokenMoods : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    char directory[] = "/tmp/phone-moods-XXXXXX";
    std::ifstream file(PHONE_SHARED_DIR "/testdata/cisco/pki/mic-rsa2048.pem");
    const std::string pem((std::istreambuf_iterator<char>(file)), {});
    if (pem.empty() || !fs::exists(kSoftHsm)) return;
    state_ = mkdtemp(directory);
    std::atexit([] { fs::remove_all(state_); });
    setenv("MOODY_TOKEN", (state_ / "mood").c_str(), 1);
    made_ = manufacture({.state = state_,
                         .module = PHONE_MOODY_TOKEN,
                         .device = "SEP0A1B2C3D4E5F",
                         .certificate_pem = pem,
                         .key_pem = crypto::Secret::copy_of(pem)});
  }
  void SetUp() override {
    if (state_.empty()) GTEST_SKIP() << "no SoftHSM2 or no testdata";
    ASSERT_TRUE(made_.ok()) << made_;
    mood("");
    fs::remove(refused());
    fs::remove(state_ / "mood.logins");
  }
  void TearDown() override {
    if (!state_.empty()) mood("");
  }

  static void mood(const std::string& words) { std::ofstream(state_ / "mood", std::ios::trunc) << words; }
  static fs::path refused() { return state_ / "pin.refused"; }
  static Token::Options right() { return {PHONE_MOODY_TOKEN, *read_pin(state_), refused()}; }
  static Token::Options wrong() { return {PHONE_MOODY_TOKEN, crypto::Secret::copy_of("4711-and-wrong"), refused()}; }
  static long logins() {
    std::ifstream in(state_ / "mood.logins");
    return std::count(std::istreambuf_iterator<char>(in), {}, '\n');
  }
  static crypto::PublicKey chain_key() {
    return certificates_on_flash(state_).certificates.at(Kind::kMic).leaf().public_key();
  }
  // With the MIC's key only, whatever became of the session.
  static absl::Status sign_mic(Token& token) {
    const auto operation = trial_operation(chain_key(), "text");
    return token.sign(crypto::spki_fingerprint(chain_key()), *operation).status();
  }

  static inline fs::path state_;
  static inline absl::Status made_;
};

TEST_F(F83_F88_TokenMoods, SlotsWithOtherNumbersAreNoLoss) {
  {
    mood("slots=7");  // as a reader more at the next boot
    const auto token = Token::open(right());
    ASSERT_TRUE(token.ok()) << token.status();
    EXPECT_TRUE(sign_mic(**token).ok());
    // While the process runs: the session is closed, and its token is elsewhere.
    mood("slots=3 reset=1");
    EXPECT_TRUE(sign_mic(**token).ok()) << sign_mic(**token);
    mood("slots=0 reset=2");
    EXPECT_TRUE((*token)->generate(KeyType::kEc, 256).ok());
    const auto keys = (*token)->keys();
    ASSERT_TRUE(keys.ok()) << keys.status();
    EXPECT_EQ(keys->size(), 2U);
    // What an enrolment left behind goes with the next start, and the MIC stays.
    const auto opened = open_certificates(state_, **token);
    ASSERT_TRUE(opened.ok()) << opened.status();
    EXPECT_TRUE(opened->certificates.contains(Kind::kMic));
    EXPECT_EQ((*token)->keys()->size(), 1U);
  }
}

TEST_F(F83_F88_TokenMoods, OneThatIsAwayIsNamedAndComesBackByItself) {
  const auto token = Token::open(right());
  ASSERT_TRUE(token.ok()) << token.status();
  mood("away");
  EXPECT_EQ(sign_mic(**token).message(),
            "no token labelled \"phone\": it was removed, or phone-manufacture has not been run");
  EXPECT_TRUE(absl::IsNotFound(Token::worth_a_try(right())));
  mood("reset=5");
  EXPECT_TRUE(Token::worth_a_try(right()).ok());
  EXPECT_TRUE(sign_mic(**token).ok()) << sign_mic(**token);
}

// A supervisor starts a process again and again; each used to log in.
TEST_F(F83_F88_TokenMoods, AWrongPinIsTriedOnceHoweverOftenTheServiceStarts) {
  for (const char* counts : {"", "forgets"}) {
    mood(counts);
    fs::remove(state_ / "mood.logins");
    EXPECT_EQ(Token::open(wrong()).status().message(), "C_Login: the token's PIN is wrong") << counts;
    for (int i = 0; i < 20; ++i) {
      const absl::Status again = Token::open(wrong()).status();
      EXPECT_TRUE(absl::IsPermissionDenied(again)) << again;
      EXPECT_EQ(again.message(), "the token's PIN is wrong; it is not tried again, so that the token does not lock it");
    }
    EXPECT_FALSE(Token::worth_a_try(wrong()).ok());
    EXPECT_EQ(logins(), 1) << counts;
    // Another PIN is another try, and being let in is the end of it.
    EXPECT_TRUE(Token::worth_a_try(right()).ok());
    EXPECT_TRUE(Token::open(right()).ok());
    EXPECT_EQ(logins(), 2) << counts;
    EXPECT_FALSE(fs::exists(refused()));
  }
}

TEST_F(F83_F88_TokenMoods, APinThatTheTokenTookMeanwhileIsTriedAgain) {
  EXPECT_FALSE(Token::open(wrong()).ok());
  EXPECT_FALSE(Token::worth_a_try(wrong()).ok());
  // The security officer has given the token this PIN, and has logged in with it to see: it counts no wrong ones now.
  EXPECT_TRUE(Token::open({PHONE_MOODY_TOKEN, *read_pin(state_), {}}).ok());
  EXPECT_TRUE(Token::worth_a_try(wrong()).ok());
}

// Where the note finds no room: not in the same process, at least.
TEST_F(F83_F88_TokenMoods, AWrongPinIsNotTriedAgainWithoutRoomForTheNote) {
  Token::Options options = wrong();
  options.refused_pin = state_ / "no" / "such" / "place";
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(Token::open(options).ok());
  EXPECT_EQ(logins(), 1);
}

TEST_F(F83_F88_TokenMoods, ALockedPinAndALastTryAreSaidWithoutALogin) {
  mood("locked");
  EXPECT_EQ(Token::open(right()).status().message(),
            "the token's PIN is locked after too many wrong ones: its security officer can unlock it");
  mood("final-try");
  EXPECT_EQ(Token::open(right()).status().message(),
            "the token locks its PIN with the next wrong one: the PIN is not tried");
  EXPECT_EQ(logins(), 0);
}

TEST_F(F83_F88_TokenMoods, AFullOneIsNamedAndLosesNothing) {
  const auto token = Token::open(right());
  ASSERT_TRUE(token.ok()) << token.status();
  mood("full");
  EXPECT_EQ((*token)->generate(KeyType::kRsa, 2048).status(),
            absl::ResourceExhaustedError("C_GenerateKeyPair: the token is full"));
  EXPECT_TRUE(sign_mic(**token).ok());
  mood("");
  const auto made = (*token)->generate(KeyType::kEc, 256);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_TRUE((*token)->destroy(crypto::spki_fingerprint(*made)).ok());
}

// SoftHSM itself, its directory on a file system without room.
TEST_F(F83_F88_TokenMoods, WithoutRoomOnFlashTheOldKeysServeAndANewOneIsRefused) {
  const fs::path tokens = state_ / "tokens";
  const std::string copy = absl::StrCat("cp -a ", tokens.string(), " ", state_.string(), "/kept");
  ASSERT_EQ(std::system(copy.c_str()), 0);
  if (mount("none", tokens.c_str(), "tmpfs", 0, "size=256k,nr_inodes=40") != 0)
    GTEST_SKIP() << "no mount: root is needed";
  EXPECT_EQ(std::system(absl::StrCat("cp -a ", state_.string(), "/kept/. ", tokens.string(), "; cd ", tokens.string(),
                                     "; for i in $(seq 60); do touch fill.$i || break; done 2>/dev/null; true")
                            .c_str()),
            0);
  {
    const auto token = Token::open(right());
    EXPECT_TRUE(token.ok()) << token.status();
    if (token.ok()) {
      const auto before = (*token)->keys();
      const auto refused = (*token)->generate(KeyType::kEc, 256);
      EXPECT_EQ(std::string(refused.status().message()),
                "C_GenerateKeyPair: the token has failed, as one without room on its flash does");
      EXPECT_TRUE(sign_mic(**token).ok());
      EXPECT_EQ((*token)->keys().value_or(std::vector<KeyId>()), before.value_or(std::vector<KeyId>()));
      EXPECT_EQ(std::system(absl::StrCat("rm ", tokens.string(), "/fill.*").c_str()), 0);
      const auto made = (*token)->generate(KeyType::kEc, 256);
      EXPECT_TRUE(made.ok()) << made.status();
      EXPECT_TRUE(made.ok() && (*token)->destroy(crypto::spki_fingerprint(*made)).ok());
    }
  }
  umount2(tokens.c_str(), MNT_DETACH);
}

}  // namespace
}  // namespace phone::certificates
