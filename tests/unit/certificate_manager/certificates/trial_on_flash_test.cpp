// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F86: what a start makes of a trial that it finds on flash: after a cut at each write, with a record that is spoilt,
// with a token that fails. The key of the LSC before is destroyed by the end of the trial alone.
#include <gtest/gtest.h>
#include <openssl/ec.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "services/certificate_manager/certificates/lsc_change.hpp"
#include "services/certificate_manager/state_record.hpp"
#include "tests/unit/certificate_manager/issue.hpp"
#include "tests/unit/temporary_directory.hpp"

namespace phone::certificates {
namespace {

namespace fs = std::filesystem;
using Files = std::map<std::string, std::string>;

// A token in memory, of which keys can be made to fail.
class TestToken : public TokenPort {
 public:
  crypto::PublicKey make() {
    crypto::EvpPkeyPtr key(EVP_EC_gen("P-256"));
    EVP_PKEY_up_ref(key.get());
    auto shown = *crypto::PublicKey::adopt(key.get());
    held[crypto::spki_fingerprint(shown)] = std::move(key);
    return shown;
  }
  absl::StatusOr<std::vector<KeyId>> keys() override {
    std::vector<KeyId> all;
    for (const auto& [id, key] : held) all.push_back(id);
    return all;
  }
  absl::StatusOr<std::string> sign(const KeyId& id, const TokenOperation& operation) override {
    if (failing.contains(id)) return absl::InternalError("C_Sign: CKR_DEVICE_ERROR");
    const auto found = held.find(id);
    if (found == held.end()) return absl::NotFoundError("no such key");
    const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context(
        EVP_PKEY_CTX_new(found->second.get(), nullptr), EVP_PKEY_CTX_free);
    std::string signature(256, '\0');
    size_t size = signature.size();
    EVP_PKEY_sign_init(context.get());
    EVP_PKEY_sign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                  reinterpret_cast<const unsigned char*>(operation.input.data()), operation.input.size());
    signature.resize(size);
    return signature;
  }
  absl::Status destroy(const KeyId& id) override {
    held.erase(id);
    return absl::OkStatus();
  }

  std::map<KeyId, crypto::EvpPkeyPtr> held;
  std::set<KeyId> failing;
};

class F86_TrialOnFlash : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto mic = token_.make();
    mic_ = crypto::spki_fingerprint(mic);
    ASSERT_TRUE(write_chain(state_, Kind::kMic, chain_for(mic)).ok());
    open();
    first_ = install();
    prove(first_);
    settled_ = files();
    second_ = install();
    changed_ = files();
    ASSERT_EQ(changed_.size(), settled_.size() + 2);
  }

  static Chain chain_for(const crypto::PublicKey& key) {
    return {*crypto::Certificate::parse(issue("SEP0A1B2C3D4E5F", key.spki()))};
  }
  KeyId install() {
    const auto key = token_.make();
    const auto drop = change_->install(7, chain_for(key), held_);
    EXPECT_TRUE(drop.ok()) << drop.status();
    for (const KeyId& old : *drop) token_.destroy(old).IgnoreError();
    return crypto::spki_fingerprint(key);
  }
  void prove(const KeyId& key) {
    const auto judged = change_->used({key, true, "10.0.0.1", ""}, held_);
    EXPECT_EQ(judged.end, TrialEnd::kProven);
    for (const KeyId& old : judged.drop) token_.destroy(old).IgnoreError();
  }
  // A start of the process.
  void open() {
    auto opened = open_certificates(state_, token_);
    ASSERT_TRUE(opened.ok()) << opened.status();
    held_ = std::move(opened->certificates);
    problems_ = std::move(opened->problems);
    change_.emplace(state_, std::move(opened->trial));
  }

  KeyId in_force() const {
    const auto lsc = held_.find(Kind::kLsc);
    return lsc == held_.end() ? "" : lsc->second.key;
  }
  // Of the LSC that would come back; empty when there is no trial or none would.
  KeyId before() const {
    return change_->trial() && change_->trial()->before ? change_->trial()->before->key : KeyId();
  }
  std::set<KeyId> keys() {
    const auto all = *token_.keys();
    return {all.begin(), all.end()};
  }

  Files files() const {
    Files all;
    for (const auto& entry : fs::directory_iterator(state_)) {
      std::ifstream in(entry.path(), std::ios::binary);
      std::ostringstream content;
      content << in.rdbuf();
      all[entry.path().filename()] = content.str();
    }
    return all;
  }
  void put(const Files& all) const {
    for (const auto& [name, content] : files()) fs::remove(state_ / name);
    for (const auto& [name, content] : all) std::ofstream(state_ / name, std::ios::binary) << content;
  }
  // What a change leaves when it is cut after so many of its three writes.
  Files cut_after(size_t writes) const {
    Files all = settled_;
    const std::vector<std::string> order = {"lsc-before.pem", "trial", "lsc.pem"};
    for (size_t i = 0; i < writes; ++i) all[order[i]] = changed_.at(order[i]);
    return all;
  }
  static void spoil(std::string& content) { content[content.size() / 2] ^= 1; }

  const tests::TemporaryDirectory directory_;
  const fs::path state_ = directory_;
  TestToken token_;
  Certificates held_;
  std::optional<LscChange> change_;
  std::vector<std::string> problems_;
  KeyId mic_, first_, second_;
  Files settled_, changed_;
};

// For every start that may follow a cut: the old one in force, or the new one on trial, and the same when the record is
// spoilt besides.
TEST_F(F86_TrialOnFlash, ACutAtEachWriteOfAChangeLeavesTheOldOneOrTheNewOneOnTrial) {
  for (const bool spoilt : {false, true}) {
    for (size_t writes = 0; writes <= 3; ++writes) {
      SCOPED_TRACE(testing::Message() << writes << " writes" << (spoilt ? ", the record spoilt" : ""));
      TearDown();
      token_.held.clear();
      SetUp();
      Files all = cut_after(writes);
      if (spoilt && writes >= 2) spoil(all.at("trial"));
      put(all);
      open();
      if (writes == 3) {
        EXPECT_EQ(in_force(), second_);
        EXPECT_EQ(before(), first_);
        EXPECT_EQ(keys(), (std::set<KeyId>{mic_, first_, second_}));
        EXPECT_EQ(files(), all);
      } else {
        EXPECT_EQ(in_force(), first_);
        EXPECT_FALSE(change_->trial());
        EXPECT_EQ(keys(), (std::set<KeyId>{mic_, first_}));
        EXPECT_EQ(files(), settled_);
      }
    }
  }
}

TEST_F(F86_TrialOnFlash, ACutInTheEndOfATrialLeavesTheProvenOneAlone) {
  Files all = changed_;
  all.erase("trial");
  put(all);
  open();
  EXPECT_EQ(in_force(), second_);
  EXPECT_FALSE(change_->trial());
  EXPECT_EQ(keys(), (std::set<KeyId>{mic_, second_}));
  EXPECT_FALSE(files().contains("lsc-before.pem"));
}

// With either key failing at each of those cuts: the next start, at which the token is well, finds what it would have.
TEST_F(F86_TrialOnFlash, ATokenThatFailsAtAStartDecidesNothing) {
  for (const bool first : {true, false}) {
    for (size_t writes = 0; writes <= 3; ++writes) {
      SCOPED_TRACE(testing::Message() << (first ? "the first" : "the second") << " fails, " << writes << " writes");
      TearDown();
      token_.held.clear();
      SetUp();
      put(cut_after(writes));
      token_.failing = {first ? first_ : second_};
      open();
      EXPECT_TRUE(keys().contains(first_));
      token_.failing.clear();
      open();
      EXPECT_EQ(in_force(), writes == 3 ? second_ : first_);
      EXPECT_EQ(before(), writes == 3 ? first_ : KeyId());
      EXPECT_EQ(keys().contains(second_), writes == 3);
    }
  }
}

TEST_F(F86_TrialOnFlash, ATokenThatFailsForTheOneBeforeLeavesItToComeBack) {
  token_.failing = {first_};
  open();
  EXPECT_EQ(in_force(), second_);
  EXPECT_EQ(before(), first_);
  EXPECT_EQ(files(), changed_);
  for (int i = 0; i < kMostRefusals; ++i) change_->used({second_, false, "10.0.0.1", "alert"}, held_);
  EXPECT_EQ(in_force(), first_);
}

TEST_F(F86_TrialOnFlash, ATokenThatFailsForTheNewOneHasTheOneBeforeServeUntilTheNextStart) {
  token_.failing = {second_};
  open();
  EXPECT_EQ(in_force(), first_);
  ASSERT_FALSE(problems_.empty());
  EXPECT_EQ(problems_.back(), "the LSC on trial cannot be used: the previous one is in use again");
  EXPECT_EQ(files(), changed_);
  EXPECT_EQ(keys(), (std::set<KeyId>{mic_, first_, second_}));
}

TEST_F(F86_TrialOnFlash, WithoutOneBeforeTheTrialOutlivesATokenThatFails) {
  change_->remove(8, held_).IgnoreError();
  prove(mic_);
  ASSERT_EQ(in_force(), "");
  const KeyId third = install();
  const Files alone = files();
  token_.failing = {third};
  open();
  EXPECT_EQ(in_force(), "") << "the MIC serves";
  EXPECT_EQ(files(), alone);
  token_.failing.clear();
  open();
  EXPECT_EQ(in_force(), third);
  EXPECT_TRUE(change_->trial()) << "nothing has proven it";
}

TEST_F(F86_TrialOnFlash, AKeyThatIsGoneIsProofEnough) {
  token_.held.erase(second_);
  open();
  EXPECT_EQ(in_force(), first_);
  EXPECT_FALSE(change_->trial());
  EXPECT_EQ(files(), settled_);
  open();
  EXPECT_TRUE(problems_.empty());
}

TEST_F(F86_TrialOnFlash, ASpoiltRecordAndASpoiltCertificateBringTheOneBeforeBack) {
  Files all = changed_;
  spoil(all.at("trial"));
  spoil(all.at("lsc.pem"));
  put(all);
  open();
  EXPECT_EQ(in_force(), first_);
  EXPECT_EQ(files(), settled_);
  EXPECT_TRUE(keys().contains(first_));
}

TEST_F(F86_TrialOnFlash, ASpoiltRecordOfADeletionStillBringsTheLscBack) {
  prove(second_);
  ASSERT_TRUE(change_->remove(8, held_).ok());
  Files all = files();
  spoil(all.at("trial"));
  put(all);
  open();
  EXPECT_EQ(in_force(), "");
  EXPECT_EQ(before(), second_);
  for (int i = 0; i < kMostRefusals; ++i) change_->used({mic_, false, "10.0.0.1", "alert"}, held_);
  EXPECT_EQ(in_force(), second_);
}

// Whose key it is cannot be told then: none is destroyed while the trial goes on.
TEST_F(F86_TrialOnFlash, ASpoiltCertificateBeforeSparesEveryKey) {
  Files all = changed_;
  spoil(all.at("lsc-before.pem"));
  put(all);
  open();
  EXPECT_EQ(in_force(), second_);
  EXPECT_TRUE(change_->trial());
  EXPECT_EQ(keys(), (std::set<KeyId>{mic_, first_, second_}));
}

}  // namespace
}  // namespace phone::certificates
