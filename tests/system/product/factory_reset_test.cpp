// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Proves F97's factory reset on a whole phone: refused while the settings are locked; then nothing but the MIC with its
// key is left on flash, in the token neither; a power cut on the way changes nothing about that; and the phone begins
// anew.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/system/scene/scene.hpp"

namespace phone::system {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr char kSecret[] = "Planted-Secret-4711";
constexpr char kDigest[] = "Digest-Password-0815";

class F97_FactoryReset_Lab : public Scene {
 protected:
  rig::Outcome told(const std::vector<std::string>& words, const std::string& input = "") {
    auto outcome = rig::run(
        {.argv = phone_->inside() +
                 std::vector<std::string>{"sh", "-c", "exec /usr/lib/phone/phonectl \"$@\" 2>&1", "sh"} + words,
         .input = input});
    return outcome.ok() ? *outcome : rig::Outcome{.exit_code = -1, .output = std::string(outcome.status().message())};
  }
  fs::path state() const { return stage_->root() / "state"; }
  std::set<std::string> services() const {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(state())) {
      if (entry.is_directory()) names.insert(entry.path().filename());
    }
    return names;
  }
  // In each state directory, and in one below it.
  void plant() {
    for (const std::string& service : services()) {
      fs::create_directories(state() / service / "below");
      for (const fs::path& file : {state() / service / "planted", state() / service / "below" / ".planted"}) {
        std::ofstream(file) << kSecret;
      }
    }
  }
  // Files that hold what must be gone.
  std::set<std::string> found() const {
    std::set<std::string> files;
    std::error_code error;
    for (const auto& entry : fs::recursive_directory_iterator(state(), error)) {
      if (!entry.is_regular_file(error)) continue;
      std::ifstream in(entry.path(), std::ios::binary);
      const std::string content(std::istreambuf_iterator<char>(in), {});
      if (absl::StrContains(content, kSecret) || absl::StrContains(content, kDigest)) files.insert(entry.path());
    }
    return files;
  }
  // The token's objects: a key is one or two of them.
  std::size_t objects() const {
    std::size_t count = 0;
    for (const auto& entry : fs::recursive_directory_iterator(state() / "certificate_manager" / "tokens")) {
      count += entry.path().extension() == ".object" && entry.path().filename() != "token.object";
    }
    return count;
  }
  std::string content(const fs::path& file) const {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  // The administrator has deleted the phone and added it again: until then the call manager encrypts for the LSC that
  // is gone.
  void added_anew() { EXPECT_TRUE(fs::remove(stage_->lab() / "devices" / kDevice / "lsc.pem")); }
  bool over() {
    return rig::poll_until(absl::Seconds(60), [&] {
      return !fs::exists(state() / ".factory-reset") && !fs::exists(state() / "policy" / "factory-reset") &&
             phone_->property("policy", "ActiveState") == "active" &&
             phone_->property("gateway", "ActiveState") == "active";
    });
  }
  void expect_as_from_the_factory(const std::string& mic, std::size_t keys) {
    EXPECT_THAT(found(), ::testing::IsEmpty());
    const fs::path certificates = state() / "certificate_manager";
    EXPECT_EQ(content(certificates / "mic.pem"), mic);
    EXPECT_FALSE(fs::exists(certificates / "lsc.pem"));
    EXPECT_EQ(objects(), keys) << "the LSC's key is gone from the token";
    for (const std::string& service : services()) {
      EXPECT_FALSE(fs::exists(state() / service / "planted") || fs::exists(state() / service / "below")) << service;
    }
  }
};

TEST_F(F97_FactoryReset_Lab, NothingButTheMicIsLeftAndThePhoneBeginsAnew) {
  const std::string mic = content(state() / "certificate_manager" / "mic.pem");
  const std::size_t keys = objects();
  ASSERT_FALSE(mic.empty());
  ASSERT_GT(keys, 0U);
  ASSERT_TRUE(stage_->put("digest", absl::StrCat(kDigest, "\n")).ok());
  serve({"--set", "commonProfile/phonePassword=48151623", "--digest-password-file",
         (stage_->root() / "digest").string(), "--digest-nonces", "lasting", "--capf-mode", "install", "--capf-auth",
         "null"});
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(becomes_registered(absl::Seconds(90))) << status().dump(1);
  EXPECT_TRUE(rig::poll_until(absl::Seconds(60), [&] {
    return fs::exists(state() / "certificate_manager" / "lsc.pem") && objects() > keys;
  })) << phone_->phonectl_text({"certificates"}).output;
  plant();
  ASSERT_FALSE(found().empty());
  EXPECT_THAT(found(), ::testing::Contains(HasSubstr("state/policy/policy")))
      << "what the configuration has brought is there as well";

  // Not before the settings are open.
  auto outcome = told({"reset", "--factory"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.output, HasSubstr("phonectl unlock"));
  EXPECT_FALSE(fs::exists(state() / "policy" / "factory-reset"));
  EXPECT_TRUE(is_registered(status()));
  ASSERT_EQ(told({"unlock"}, "48151623\n").exit_code, 0);
  stop_serving();  // nothing new is learnt
  outcome = told({"reset", "--factory", "--reason", "sold"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
  ASSERT_TRUE(over()) << content(stage_->log("phone-factory-reset.service.log"));
  expect_as_from_the_factory(mic, keys);

  added_anew();
  serve();
  EXPECT_TRUE(becomes_registered(absl::Seconds(90))) << status().dump(1);
}

TEST_F(F97_FactoryReset_Lab, APowerCutOnTheWayIsContinuedAtBoot) {
  const std::string mic = content(state() / "certificate_manager" / "mic.pem");
  const std::size_t keys = objects();
  serve();
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(becomes_registered(absl::Seconds(90))) << status().dump(1);
  stop_serving();
  for (const char* mark : {"policy/factory-reset", ".factory-reset"}) {
    // Cut after the order, and cut while the second half was still there.
    ASSERT_TRUE(phone_->power_off().ok());
    plant();
    if (mark[0] == '.') fs::remove_all(state() / "policy" / "below");
    std::ofstream(state() / mark).flush();
    ASSERT_TRUE(phone_->power_on().ok());
    ASSERT_TRUE(over()) << mark << content(stage_->log("phone-factory-reset.service.log"));
    expect_as_from_the_factory(mic, keys);
  }
  added_anew();
  serve();
  EXPECT_TRUE(becomes_registered(absl::Seconds(90))) << status().dump(1);
}

}  // namespace
}  // namespace phone::system
