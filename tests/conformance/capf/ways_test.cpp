// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F14, F21, F35: every way CAPF knows, between the phone's key holder with a real token and the lab.
#include "tests/conformance/capf/phone_and_lab.hpp"

namespace phone::certificates {
namespace {

using enrolment::Ended;
using enrolment::Progress;
using lab::CapfAuth;
using lab::CapfOperation;

class F21_CapfWays_Lab : public PhoneAndLab {};

TEST_F(F21_CapfWays_Lab, InstallsByNullStringAndTheLscServesFromThenOn) {
  schedule(CapfOperation::kInstall, CapfAuth::kNullString);
  EXPECT_EQ(sip_identity().kind, Kind::kMic);
  order(CapfAuthentication::kNullString);
  EXPECT_EQ(work().outcome.ended, Ended::kInstalled);
  EXPECT_EQ(sip_identity().kind, Kind::kLsc);
  EXPECT_TRUE(signs(sip_identity().key));
  EXPECT_EQ(progress_, (std::vector<Progress>{Progress::kAuthenticating, Progress::kGeneratingKey,
                                              Progress::kAwaitingCertificate}));
  ASSERT_TRUE(devices_->find(kDevice)->lsc);
  EXPECT_EQ(devices_->find(kDevice)->lsc->der(), sip_identity().chain.front());
}

TEST_F(F21_CapfWays_Lab, EveryStepIsAnEventForPeopleToWatch) {
  schedule(CapfOperation::kInstall, CapfAuth::kNullString);
  order(CapfAuthentication::kNullString);
  work();
  const std::string server = ", 127.0.0.1:3804";
  EXPECT_EQ(
      events(),
      (std::vector<std::string>{
          "Enrolment started: ", "Enrolment: connecting" + server, "Enrolment: authenticating" + server,
          "Enrolment: making a key" + server, "Enrolment: waiting for the certificate" + server,
          "LSC installed: RSA 2048, issued by CN=CAPF-lab,O=Lab Org,OU=Lab Unit,L=Lab,ST=Lab,C=NZ; on trial until the "
          "phone has registered with it",
          "Enrolment succeeded"}));
}

TEST_F(F21_CapfWays_Lab, ByStringTheRightOneAndNoOther) {
  schedule(CapfOperation::kInstall, CapfAuth::kString, {}, "12345678");
  order(CapfAuthentication::kString, "87654321");
  EXPECT_EQ(work().outcome.reason,
            "the CAPF server refused the authentication or an element of the request: check the authentication string");
  EXPECT_EQ(sip_identity().kind, Kind::kMic);
  order(CapfAuthentication::kString, "12345678");
  EXPECT_EQ(work().outcome.ended, Ended::kInstalled);
  for (const auto& text : events()) EXPECT_EQ(text.find("5678"), std::string::npos) << text;
}

TEST_F(F21_CapfWays_Lab, ByMicWithTheHardwaresProof) {
  schedule(CapfOperation::kInstall, CapfAuth::kMic);
  order(CapfAuthentication::kMic);
  EXPECT_EQ(work().outcome.ended, Ended::kInstalled);
  EXPECT_TRUE(proven_by_hardware_);
}

TEST_F(F21_CapfWays_Lab, ByExistingCertificateItIsTheLscWhenThereIsOne) {
  schedule(CapfOperation::kInstall, CapfAuth::kExisting);
  order(CapfAuthentication::kLsc);
  EXPECT_EQ(work().outcome.ended, Ended::kInstalled) << "with the MIC, since there is no LSC";
  const auto first = sip_identity().key;
  schedule(CapfOperation::kInstall, CapfAuth::kExisting);
  order(CapfAuthentication::kLsc);
  EXPECT_EQ(work().outcome.ended, Ended::kInstalled) << "an upgrade, with the LSC";
  EXPECT_FALSE(proven_by_hardware_);
  EXPECT_NE(sip_identity().key, first);
}

TEST_F(F21_CapfWays_Lab, FetchShowsTheLscAndThatThereIsNone) {
  schedule(CapfOperation::kFetch, CapfAuth::kNullString);
  order(CapfAuthentication::kNullString);
  EXPECT_EQ(work().outcome.ended, Ended::kFetched);
  schedule(CapfOperation::kInstall, CapfAuth::kNullString);
  order(CapfAuthentication::kNullString);
  work();
  schedule(CapfOperation::kFetch, CapfAuth::kNullString);
  order(CapfAuthentication::kNullString);
  EXPECT_EQ(work().outcome.ended, Ended::kFetched);
}

TEST_F(F21_CapfWays_Lab, NothingScheduledChangesNothing) {
  order(CapfAuthentication::kNullString);
  EXPECT_EQ(work().outcome.ended, Ended::kNothingToDo);
  EXPECT_EQ(sip_identity().kind, Kind::kMic);
}

class F35_RemovedLsc_Lab : public PhoneAndLab {};

TEST_F(F35_RemovedLsc_Lab, TheMicServesAgainAndASecondRemovalIsSuccessToo) {
  schedule(CapfOperation::kInstall, CapfAuth::kNullString);
  order(CapfAuthentication::kNullString);
  work();
  for (int i = 0; i < 2; ++i) {
    schedule(CapfOperation::kDelete, CapfAuth::kNullString);
    order(CapfAuthentication::kNullString);
    EXPECT_EQ(work().outcome.ended, Ended::kDeleted);
    EXPECT_EQ(sip_identity().kind, Kind::kMic);
  }
}

struct KeyRow {
  const char* name;
  lab::KeyOrder key;
  const char* described;
};
class F21_CapfKeys_Lab : public PhoneAndLab, public testing::WithParamInterface<KeyRow> {};
TEST_P(F21_CapfKeys_Lab, IsMadeAndSigns) {
  schedule(CapfOperation::kInstall, CapfAuth::kNullString, GetParam().key);
  order(CapfAuthentication::kNullString);
  const auto result = work();
  ASSERT_EQ(result.outcome.ended, Ended::kInstalled) << result.outcome.reason;
  const auto leaf = crypto::Certificate::parse(sip_identity().chain.front());
  EXPECT_EQ(leaf->public_key().describe(), GetParam().described);
  EXPECT_TRUE(signs(sip_identity().key));
}
INSTANTIATE_TEST_SUITE_P(
    All, F21_CapfKeys_Lab,
    testing::Values(KeyRow{"Rsa1024", {false, 1024}, "RSA 1024"}, KeyRow{"Rsa2048", {false, 2048}, "RSA 2048"},
                    KeyRow{"Rsa3072", {false, 3072}, "RSA 3072"}, KeyRow{"Rsa4096", {false, 4096}, "RSA 4096"},
                    KeyRow{"Ec256", {true, 256}, "EC P-256"}, KeyRow{"Ec384", {true, 384}, "EC P-384"},
                    KeyRow{"Ec521", {true, 521}, "EC P-521"}),
    [](const auto& info) { return info.param.name; });

// No TLS connection of ours would present it, whichever service asks.
TEST_F(F21_CapfWays_Lab, AKeyThatNoTlsShowsIsNotMade) {
  schedule(CapfOperation::kInstall, CapfAuth::kNullString, {false, 512});
  order(CapfAuthentication::kNullString);
  EXPECT_EQ(work().outcome.reason, "no key was generated: an RSA 512 key is too short for TLS");
  EXPECT_EQ(sip_identity().kind, Kind::kMic);
}

class F36_FipsEnrolment_Lab : public PhoneAndLab {};

TEST_F(F36_FipsEnrolment_Lab, AShortKeyIsNotMadeAndTheReasonIsTheArticles) {
  tell(caf::make_message(PolicyChanged{.kept = {.fips = true}}));
  schedule(CapfOperation::kInstall, CapfAuth::kNullString, {false, 1024});
  order(CapfAuthentication::kNullString);
  EXPECT_EQ(work().outcome.reason, "no key was generated: Cert key size is not FIPS compliant");
  EXPECT_EQ(sip_identity().kind, Kind::kMic);
}

}  // namespace
}  // namespace phone::certificates
