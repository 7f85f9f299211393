// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/phonectl/print_trust.hpp"
#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "tools/phonectl/print_certificates.hpp"

namespace phone::phonectl {
namespace {

using testing::HasSubstr;

template <class T>
T parse(const char* text) {
  T message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message));
  return message;
}

TEST(PhonectlTrust, RefusalIsOneSentenceWithItsCause) {
  const auto decision = parse<phone::trust::v1::Decision>(R"(
      number: 4 time { seconds: 1763931845 } what: "ITLSEP0A1B2C3D4E5F.tlv" kind: "list" role: "ITL"
      signer: "CN=stranger" accepted: false reason: "the signer is on neither list in force")");
  EXPECT_EQ(why(decision, {}),
            "The list ITLSEP0A1B2C3D4E5F.tlv was refused at 2025-11-23 21:04:05: the signer is on neither list in "
            "force (signed by CN=stranger).\n");
}

TEST(PhonectlTrust, AcceptedPeerNamesWhoVouched) {
  const auto decision = parse<phone::trust::v1::Decision>(R"(
      what: "cucm-pub:5061" kind: "peer" role: "CCM" signer: "CN=cucm-pub" by: "ITL" accepted: true)");
  EXPECT_EQ(why(decision, {}), "The peer cucm-pub:5061 was accepted as CCM by ITL (presented CN=cucm-pub).\n");
}

TEST(PhonectlTrust, SignerInTheReasonIsNotRepeated) {
  const auto decision = parse<phone::trust::v1::Decision>(
      R"(what: "a.sgn" kind: "file" signer: "CN=x" reason: "CN=x is not on the ITL.")");
  EXPECT_EQ(why(decision, {}), "The file a.sgn was refused: CN=x is not on the ITL.\n");
}

TEST(PhonectlTrust, RepeatedDecisionSaysHowOften) {
  const auto decision = parse<phone::trust::v1::Decision>(R"(
      what: "cucm-pub:5061" kind: "peer" time { seconds: 1763931845 } last_time { seconds: 1763931905 } times: 7
      accepted: true reason: "is on the ITL")");
  EXPECT_EQ(
      why(decision, {}),
      "The peer cucm-pub:5061 was accepted at 2025-11-23 21:04:05 (7 times, last at 2025-11-23 21:05:05): is on the "
      "ITL.\n");
}

TEST(F87_Preview, IsOneSentenceWithTheCause) {
  const auto refused = parse<phone::trust::v1::PreviewTrustListReply>(R"(
      kind: LIST_KIND_ITL would_accept: false alarm: TL_FAILED_OLD_ITL signer: "CN=new"
      reason: "signer CN=new (serial 0a) is not a list signer (SAST) of the ITL in force (list signers: CN=old (serial 0b)); TVS: no server responded")");
  EXPECT_EQ(print_preview(refused, {}),
            "This phone would refuse this ITL and report 8 TL_FAILED_OLD_ITL: signer CN=new (serial 0a) is not a list "
            "signer (SAST) of the "
            "ITL in force (list signers: CN=old (serial 0b)); TVS: no server responded.\n");
  const auto same = parse<phone::trust::v1::PreviewTrustListReply>(
      R"(kind: LIST_KIND_CTL would_accept: true unchanged: true reason: "identical to the list in force")");
  EXPECT_EQ(print_preview(same, {}),
            "This phone would accept this CTL, and nothing would change: identical to the list in force.\n");
}

TEST(F99_Preview, SaysTheDatesOfWhatIsOlder) {
  const auto older = parse<phone::trust::v1::PreviewTrustListReply>(R"(
      would_accept: false reason: "older than the newest accepted one" older: true
      signed_at { seconds: 1763931845 } newest_taken { seconds: 1763931905 })");
  EXPECT_EQ(print_preview(older, {}),
            "This phone would refuse this file: older than the newest accepted one.\n"
            "  signed at        2025-11-23 21:04:05\n"
            "  newest accepted  2025-11-23 21:05:05\n"
            "  older            yes\n");
}

TEST(F99_AllowOlder, SaysWhatUntilWhen) {
  const auto reply = parse<phone::trust::v1::AllowOlderReply>(R"(
      allowed: true name: "ITLFile.tlv" reason: "until 2026-11-28 19:00:00 UTC an older one is accepted: backup")");
  EXPECT_EQ(print_older_allowed(reply, {}),
            "ITLFile.tlv: until 2026-11-28 19:00:00 UTC an older one is accepted: backup.\n");
}

TEST(PhonectlTrust, DecisionsAlign) {
  const auto reply = parse<phone::trust::v1::ListDecisionsReply>(R"(
      decision { number: 10 kind: "file" what: "a.sgn" accepted: true by: "ITL" }
      decision { number: 9 kind: "peer" what: "tvs" accepted: false reason: "expired" })");
  EXPECT_EQ(print_decisions(reply, {}),
            "10    accepted  file  a.sgn  ITL\n"
            "9     refused   peer  tvs         expired\n");
  EXPECT_EQ(print_decisions({}, {}), "no decision is recorded\n");
}

TEST(PhonectlTrust, TrustListShowsItsRecords) {
  const auto lists = parse<phone::trust::v1::TrustLists>(R"(
      itl { kind: LIST_KIND_ITL installed: true sha1: "aabb" signer: "CN=ITLRECOVERY" version: "1.2" signer_version: "1.1"
            record { role: TRUST_ROLE_TVS subject: "CN=cucm-pub" key: "RSA 2048" address: "192.0.2.1" }
            record { role: TRUST_ROLE_SAST role: TRUST_ROLE_TFTP subject: "CN=ITLRECOVERY" key: "RSA 4096" } }
      signed_files_required: true)");
  const std::string text = print_trust_lists(lists, {});
  EXPECT_THAT(text, testing::StartsWith("CTL not installed\nITL installed"));
  EXPECT_THAT(text, HasSubstr("  signature  aabb\n"));
  EXPECT_THAT(text, HasSubstr("  TVS                                         CN=cucm-pub     RSA 2048  192.0.2.1\n"));
  EXPECT_THAT(text, HasSubstr("  System Administrator Security Token + TFTP  CN=ITLRECOVERY  RSA 4096\n"));
  EXPECT_THAT(text, HasSubstr("signed files     required\n"));
}

// F98: "cucm" is part of many names, and somebody who asks about it means the one that is called so.
TEST(F98_TrustWhy, MeansTheExactNameFirst) {
  const auto reply = parse<phone::trust::v1::ListDecisionsReply>(R"(
      decision { number: 9 what: "cucm-sub:5061" kind: "peer" } decision { number: 8 what: "cucm:8443" kind: "peer" }
      decision { number: 7 what: "cucm:5061" kind: "peer" } decision { number: 6 what: "cucm" kind: "file" }
      decision { number: 5 what: "cucm:5061" kind: "peer" })");
  const auto number = [&](const char* name) { return decision_about(reply, name)->number(); };
  EXPECT_EQ(number("cucm:5061"), 7u);
  EXPECT_EQ(number("cucm"), 6u);
  EXPECT_EQ(number("cucm-sub"), 9u);
  EXPECT_EQ(number("sub"), 9u) << "part of a name, newest first";
  EXPECT_EQ(decision_about({}, "cucm"), nullptr);
  const auto without = parse<phone::trust::v1::ListDecisionsReply>(R"(
      decision { number: 9 what: "cucm-sub:5061" kind: "peer" } decision { number: 8 what: "cucm:8443" kind: "peer" })");
  EXPECT_EQ(decision_about(without, "cucm")->number(), 8u) << "the host, on any port";
}

TEST(F98_Fingerprints, Sha256StandsBesideTheOthers) {
  const auto state = parse<phone::certificates::v1::CertificateState>(
      R"(certificate { kind: CERTIFICATE_KIND_LSC md5: "00ff" sha256: "aa55" })");
  EXPECT_THAT(print_certificates(state, {}), HasSubstr("SHA-256  aa55\n"));
  EXPECT_THAT(print_certificates(state, {}), HasSubstr("MD5      00ff\n"));
  const auto lists = parse<phone::trust::v1::TrustLists>(R"(
      itl { installed: true sha1: "aabb" sha256: "ccdd" } signed_configuration { what: "x" sha1: "ee" sha256: "ff11" })");
  EXPECT_THAT(print_trust_lists(lists, {}), HasSubstr("ccdd"));
  EXPECT_THAT(print_trust_lists(lists, {}), HasSubstr("ff11"));
}

TEST(PhonectlCertificates, FailedEnrolmentSaysWhy) {
  const auto state = parse<phone::certificates::v1::CertificateState>(R"(
      certificate { kind: CERTIFICATE_KIND_MIC subject: "CN=DP-9841" key: "RSA 2048" md5: "00ff" }
      enrolment { phase: ENROLMENT_PHASE_FAILED server: "192.0.2.1:3804" reason: "192.0.2.1:3804: wrong authentication string" })");
  const std::string text = print_certificates(state, {});
  EXPECT_THAT(text, testing::StartsWith("MIC\n  subject  CN=DP-9841\n"));
  EXPECT_THAT(text, testing::EndsWith("last enrolment  failed  192.0.2.1:3804, wrong authentication string\n"));
  EXPECT_EQ(print_certificates({}, {}), "no certificate is installed\n");
}

}  // namespace
}  // namespace phone::phonectl
