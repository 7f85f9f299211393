// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Leaving a cluster by a signed release, and the preview that says beforehand what a list would come to (F87).
#include "services/trust_store/lists/release.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/trust_store/signer.hpp"
#include "tests/unit/trust_store/state_fixture.hpp"

namespace phone::trust {
namespace {

using testing::HasSubstr;

constexpr ListKind kC = ListKind::kCtl, kI = ListKind::kItl;
constexpr char kDevice[] = "SEP0A1B2C3D4E5F";
constexpr char kItl[] = "itl/ITL_v1.1_sha512_rsa4096.tlv";
constexpr char kCtl[] = "ctl/CTL_tokens_sha512.tlv";

// A phone of the old cluster, with both lists, and the lists of a new one that nobody here knows.
struct Moving {
  Moving() {
    phone.trust_state().apply({.device_name = kDevice});
    phone.install(kC, kCtl);
    phone.offer({{kI, itl, "old"}});
  }
  std::string body() const { return release_body(kDevice, Phone::sample(kCtl), itl); }
  std::string release(const std::string& signer = "token1") const {
    return signed_with(signer, release_name(kDevice), body());
  }
  Phone phone;
  const std::string itl = Phone::sample("itl/ITL_signed_by_CTL_token1.tlv");
  const std::string new_itl =
      list_of(kI, "evil-itlrecovery", {{lab::Role::kSast, "evil-itlrecovery"}, {lab::Role::kTftp, "evil-tftp"}});
};

TEST(F87_Release, OfASignerInForceMakesRoomForANewClustersList) {
  NEEDS_SAMPLES();
  Moving moving;
  EXPECT_FALSE(moving.phone.trust_state().in_force()->itl->list.bytes.empty());
  const ReleaseResult result = moving.phone.release(moving.release());
  EXPECT_TRUE(result.verdict.trusted) << result.verdict.reason;
  EXPECT_FALSE(result.in_force->ctl.has_value());
  EXPECT_FALSE(result.in_force->itl.has_value());
  EXPECT_EQ(moving.phone.offer({{kI, moving.new_itl, "new"}})->alarm, Alarm::kItlInitialSuccess);
  moving.phone.restart();
  EXPECT_EQ(moving.phone.trust_state().in_force()->itl->list.bytes, moving.new_itl);
  const auto decisions = moving.phone.trust_state().decisions("release", 5);
  ASSERT_EQ(decisions.size(), 1u);
  EXPECT_EQ(decisions[0].kind, "release");
  EXPECT_TRUE(decisions[0].accepted);
}

TEST(F87_Release, IsGoodOnceOnly) {
  NEEDS_SAMPLES();
  Moving moving;
  const std::string release = moving.release();
  EXPECT_TRUE(moving.phone.release(release).verdict.trusted);
  moving.phone.restart();
  moving.phone.install(kC, kCtl);
  moving.phone.offer({{kI, moving.itl, "old"}});
  const ReleaseResult again = moving.phone.release(release);
  EXPECT_FALSE(again.verdict.trusted);
  EXPECT_THAT(again.verdict.reason, HasSubstr("already been used"));
  EXPECT_TRUE(moving.phone.trust_state().in_force()->itl.has_value());
}

struct Row {
  const char* what;
  std::string (*make)(const Moving&);
  const char* reason;
  friend void PrintTo(const Row& row, std::ostream* out) { *out << row.what; }
};

class F87_Release_Table : public testing::TestWithParam<Row> {};

TEST_P(F87_Release_Table, RefusedAndNothingIsLost) {
  NEEDS_SAMPLES();
  Moving moving;
  const auto before = moving.phone.state();
  const ReleaseResult result = moving.phone.release(GetParam().make(moving));
  EXPECT_FALSE(result.verdict.trusted);
  EXPECT_THAT(result.verdict.reason, HasSubstr(GetParam().reason));
  EXPECT_EQ(moving.phone.state(), before);
  EXPECT_TRUE(moving.phone.trust_state().in_force()->itl.has_value());
}

const Row kRefused[] = {
    {"by the new cluster", [](const Moving& m) { return m.release("evil-itlrecovery"); },
     "is not a list signer (SAST)"},
    {"by a TFTP signer", [](const Moving& m) { return m.release("tftp"); }, "is not a list signer (SAST)"},
    {"of another phone",
     [](const Moving& m) {
       return signed_with("token1", release_name("SEPFFFFFFFFFFFF"), release_body("SEPFFFFFFFFFFFF", m.itl, m.itl));
     },
     "SEPFFFFFFFFFFFF"},
    {"another phone's body under this name",
     [](const Moving& m) {
       return signed_with("token1", release_name(kDevice), release_body("SEPFFFFFFFFFFFF", Phone::sample(kCtl), m.itl));
     },
     "does not release this phone"},
    {"from other lists",
     [](const Moving& m) {
       return signed_with("token1", release_name(kDevice), release_body(kDevice, Phone::sample(kCtl), m.new_itl));
     },
     "from the lists it holds"},
    {"from one list of two",
     [](const Moving& m) { return signed_with("token1", release_name(kDevice), release_body(kDevice, "", m.itl)); },
     "from the lists it holds"},
    {"a configuration file of this phone",
     [](const Moving& m) { return signed_with("token1", "SEP0A1B2C3D4E5F.cnf.xml.sgn", m.body()); }, "cnf.xml.sgn"},
    {"one bit turned",
     [](const Moving& m) {
       std::string release = m.release();
       release.back() = static_cast<char>(release.back() ^ 1);
       return release;
     },
     "does not verify"},
    {"cut short", [](const Moving& m) { return m.release().substr(0, 100); }, "header"},
    {"too big", [](const Moving&) { return std::string(kLargestRelease + 1, 'x'); }, "64 KiB"},
};
INSTANTIATE_TEST_SUITE_P(Rows, F87_Release_Table, testing::ValuesIn(kRefused));

TEST(F87_Release, WithoutListsOrNameThereIsNothingToBeReleasedFrom) {
  NEEDS_SAMPLES();
  Moving moving;
  Phone nothing;
  nothing.trust_state().apply({.device_name = kDevice});
  EXPECT_THAT(nothing.release(moving.release()).verdict.reason, HasSubstr("no list is in force"));
  Phone nameless;
  nameless.install(kC, kCtl);
  EXPECT_THAT(nameless.release(moving.release()).verdict.reason, HasSubstr("have a device name"));
}

// Answers at once while TVS is not needed.
std::optional<PreviewResult> preview(Phone& phone, const std::string& list) {
  const auto result = std::make_shared<std::optional<PreviewResult>>();
  phone.trust_state().preview(list, [result](PreviewResult answer) { *result = std::move(answer); });
  return *result;
}

TEST(F87_Preview, SaysThatANewClustersListWouldBeRefusedAndWhoIsMissing) {
  NEEDS_SAMPLES();
  Moving moving;
  const auto before = moving.phone.state();
  const auto record = moving.phone.trust_state().decisions("", 500).size();
  const auto asked = std::make_shared<std::optional<PreviewResult>>();
  moving.phone.trust_state().preview(moving.new_itl, [asked](PreviewResult answer) { *asked = std::move(answer); });
  ASSERT_EQ(moving.phone.jobs().size(), 1u) << "TVS is asked as it would be for the list itself";
  moving.phone.trust_state().answered(moving.phone.jobs()[0].request_id, {TvsVerdict::kNo, {}, {}, "old:2445 says no"});
  ASSERT_TRUE(asked->has_value());
  const PreviewResult& result = **asked;
  EXPECT_EQ(result.kind, kI);
  EXPECT_FALSE(result.verdict.trusted);
  EXPECT_THAT(result.verdict.reason, HasSubstr("is not a list signer (SAST) of the CTL or ITL in force"));
  EXPECT_THAT(result.verdict.reason, HasSubstr("old:2445 says no"));
  EXPECT_EQ(result.alarm, Alarm::kFailedOldItl);
  EXPECT_EQ(moving.phone.state(), before);
  EXPECT_EQ(moving.phone.trust_state().decisions("", 500).size(), record);
}

TEST(F87_Preview, SaysWhoWouldVouchForAListThatWouldBeAccepted) {
  NEEDS_SAMPLES();
  Phone phone;
  auto result = preview(phone, Phone::sample(kItl));
  ASSERT_TRUE(result.has_value());
  EXPECT_TRUE(result->verdict.trusted);
  EXPECT_EQ(result->verdict.by, "first use");
  EXPECT_EQ(result->alarm, Alarm::kItlInitialSuccess);
  EXPECT_FALSE(phone.trust_state().in_force()->itl.has_value());
  EXPECT_TRUE(phone.state().empty());
  phone.install(kI, kItl);
  result = preview(phone, Phone::sample("itl/ITL_update_same_signer.tlv"));
  EXPECT_TRUE(result->verdict.trusted);
  EXPECT_EQ(result->verdict.by, "ITL");
  EXPECT_EQ(result->alarm, Alarm::kSuccess);
  EXPECT_TRUE(preview(phone, Phone::sample(kItl))->verdict.unchanged);
}

TEST(F87_Preview, WhatIsNoListIsSaidToBeNone) {
  NEEDS_SAMPLES();
  Phone phone;
  EXPECT_THAT(preview(phone, Phone::sample("sgn/cnf_sha512_tftp.sgn"))->verdict.reason,
              HasSubstr("no trust list is installed"));
  EXPECT_THAT(preview(phone, "garbage")->verdict.reason, HasSubstr("header"));
}

}  // namespace
}  // namespace phone::trust
