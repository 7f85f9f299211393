// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F86: the LSC renews itself before it expires, by CAPF with its own certificate; days pass in no time.
#include <gmock/gmock.h>

#include "tests/conformance/capf/phone_and_lab.hpp"
#include "tests/unit/certificate_manager/signable.hpp"

namespace phone::certificates {
namespace {

using enrolment::Ended;
using lab::CapfAuth;
using lab::CapfOperation;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

class F86_Renewal_Lab : public PhoneAndLab {
 protected:
  void SetUp() override {
    PhoneAndLab::SetUp();
    if (!system_) return;
    lsc_days_ = 100;
    lab_renews_ = true;
    schedule(CapfOperation::kInstall, CapfAuth::kNullString);
    order(CapfAuthentication::kNullString);
    ASSERT_EQ(work().outcome.ended, Ended::kInstalled);
    first_ = sip_identity().key;
    tell(caf::make_message(PolicyChanged{.capf = {{"127.0.0.1", 3804}}}));
  }
  bool an_order_stands() {
    const std::lock_guard lock(mutex_);
    return standing_.operation != Operation::kNone;
  }
  void pass(absl::Duration duration) {
    {
      const std::lock_guard lock(mutex_);
      now_ += duration;
    }
    tell(caf::make_message(Tick{}));
  }
  static constexpr absl::Duration kDay = absl::Hours(24);
  KeyId first_;
};

TEST_F(F86_Renewal_Lab, InTheLastFifthOfItsLifeWithAnEventAtEachStep) {
  for (int day = 1; day < 80; ++day) {
    pass(kDay);
    ASSERT_FALSE(an_order_stands()) << "day " << day;
  }
  pass(kDay);
  ASSERT_TRUE(an_order_stands());
  EXPECT_EQ(sip_identity().key, first_) << "the old one serves while the new one is made";
  const size_t before = events().size();
  EXPECT_EQ(work().outcome.ended, Ended::kInstalled);
  EXPECT_NE(sip_identity().key, first_);
  EXPECT_TRUE(signs(sip_identity().key));
  const auto leaf = crypto::Certificate::parse(sip_identity().chain.front());
  EXPECT_GT(leaf->not_after(), now_ + 99 * kDay);
  EXPECT_THAT(events()[before - 2], HasSubstr("Renewal of the LSC is due: the LSC expires on "));
  EXPECT_THAT(events()[before - 1], HasSubstr("Enrolment started: the LSC expires on "));
  const auto told = events();
  const std::vector<std::string> steps(told.begin() + static_cast<std::ptrdiff_t>(before), told.end());
  ASSERT_EQ(steps.size(), 7U);
  EXPECT_THAT(steps[0], HasSubstr("connecting"));
  EXPECT_THAT(steps[1], HasSubstr("authenticating"));
  EXPECT_THAT(steps[2], HasSubstr("making a key"));
  EXPECT_THAT(steps[3], HasSubstr("waiting for the certificate"));
  EXPECT_THAT(steps[4], HasSubstr("LSC installed"));
  EXPECT_EQ(steps[5], "Enrolment succeeded");
  EXPECT_THAT(steps[6], HasSubstr("Renewal of the LSC succeeded: valid until "));
  pass(kDay);
  EXPECT_FALSE(an_order_stands());
}

TEST_F(F86_Renewal_Lab, AFailedOneIsReportedAndRetriedAndTheOldOneServes) {
  server_is_away_ = true;
  pass(80 * kDay);
  ASSERT_TRUE(an_order_stands());
  work();
  EXPECT_THAT(events(),
              Contains(HasSubstr("Renewal of the LSC failed: the server cannot be reached; the old one stays in "
                                 "use; next attempt at ")));
  EXPECT_EQ(sip_identity().key, first_);
  EXPECT_TRUE(signs(first_));
  pass(absl::Minutes(29));
  EXPECT_FALSE(an_order_stands());
  pass(absl::Minutes(2));
  ASSERT_TRUE(an_order_stands());
  work();
  pass(absl::Minutes(31));
  EXPECT_FALSE(an_order_stands()) << "an hour the second time";
  server_is_away_ = false;
  pass(absl::Minutes(30));
  ASSERT_TRUE(an_order_stands());
  EXPECT_EQ(work().outcome.ended, Ended::kInstalled);
  EXPECT_NE(sip_identity().key, first_);
}

TEST_F(F86_Renewal_Lab, ACallManagerThatHasNothingScheduledIsNoSuccess) {
  lab_renews_ = false;
  pass(80 * kDay);
  EXPECT_EQ(work().outcome.ended, Ended::kNothingToDo);
  EXPECT_THAT(events(), Contains(HasSubstr("failed: the call manager has scheduled no renewal")));
  EXPECT_EQ(sip_identity().key, first_);
}

TEST_F(F86_Renewal_Lab, AnotherOrderTakesItsPlaceAndItIsDueAgainAfterwards) {
  pass(80 * kDay);
  ASSERT_TRUE(an_order_stands());
  schedule(CapfOperation::kFetch, CapfAuth::kNullString);
  order(CapfAuthentication::kNullString);
  EXPECT_EQ(work().outcome.ended, Ended::kFetched);
  EXPECT_THAT(events(), Not(Contains(HasSubstr("Renewal of the LSC failed"))));
  pass(absl::Minutes(1));
  EXPECT_TRUE(an_order_stands());
}

TEST_F(F86_Renewal_Lab, WithoutACapfServerInThePolicyNothingIsTried) {
  tell(caf::make_message(PolicyChanged{}));
  pass(90 * kDay);
  EXPECT_FALSE(an_order_stands());
}

// F71: the same rules for the user certificate; no server is needed to see the orders.
class F71_Renewal_Table : public F86_Renewal_Lab {};

TEST_F(F71_Renewal_Table, ScepIsOrderedByPolicyAloneAndItsChallengeIsToldToNobody) {
  EXPECT_TRUE(absl::IsFailedPrecondition(ask<EnrolAnswer>(Order{.operation = Operation::kScepEnrol}).status()));
  PolicyChanged change{.scep_server = Server{"10.0.0.9", 80}};
  change.scep = {"scep", std::string(64, 'a'), crypto::Secret::copy_of("ch4llenge")};
  tell(caf::make_message(change));
  ASSERT_TRUE(an_order_stands());
  {
    const std::lock_guard lock(mutex_);
    EXPECT_EQ(standing_.operation, Operation::kScepEnrol);
    EXPECT_EQ(standing_.servers, (std::vector<Server>{{"10.0.0.9", 80}}));
    EXPECT_EQ(order_text(standing_).find("scep"), std::string::npos) << "not on flash";
  }
  for (const auto& text : events()) EXPECT_EQ(text.find("ch4llenge"), std::string::npos);
}

TEST_F(F71_Renewal_Table, TheFreshKeyProvesItselfForItsOrderAndForScepAlone) {
  PolicyChanged change{.scep_server = Server{"10.0.0.9", 80}};
  change.scep = {"scep", std::string(64, 'a'), {}};
  tell(caf::make_message(change));
  std::uint64_t number = 0;
  {
    const std::lock_guard lock(mutex_);
    number = standing_.number;
  }
  const auto fresh = ask<FreshKey>(GenerateKeyRequest{number, KeyType::kRsa, 2048, false});
  ASSERT_TRUE(fresh.ok());
  const std::string content = request_content(fresh->spki);
  SignRequest sign{Caller::kEnrolment,
                   Purpose::kScep,
                   Scheme::kRsaPkcs1,
                   crypto::Digest::kSha256,
                   crypto::digest(crypto::Digest::kSha256, content),
                   {},
                   fresh->key,
                   content};
  const auto signature = ask<std::string>(sign);
  ASSERT_TRUE(signature.ok()) << signature.status();
  EXPECT_TRUE(crypto::PublicKey::from_spki(fresh->spki)->verify_pkcs1(crypto::Digest::kSha256, content, *signature));
  sign.caller = Caller::kSignaling;
  EXPECT_FALSE(ask<std::string>(sign).ok());
  sign.caller = Caller::kEnrolment;
  sign.purpose = Purpose::kCapfProof;
  sign.scheme = Scheme::kRsaPkcs1Bare;
  sign.digest = crypto::Digest::kSha512;
  sign.input = crypto::digest(crypto::Digest::kSha512, "text");
  EXPECT_FALSE(ask<std::string>(sign).ok());
  // A CAPF order may not bring a user certificate, nor SCEP an LSC.
  EXPECT_EQ(ask<StoreCertificateAnswer>(StoreCertificateRequest{number, Kind::kLsc, sip_identity().chain.front(), {}})
                ->reason,
            "this enrolment is for another certificate");
}

}  // namespace
}  // namespace phone::certificates
