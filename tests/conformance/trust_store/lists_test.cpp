// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Each row of the samples' MANIFEST that is about a trust list.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/conformance/trust_store/samples.hpp"

namespace phone::trust::samples {
namespace {

struct FirstUseRow {
  const char* file;
  ListKind kind;
  std::size_t records;
  const char* signer_version;
};
void PrintTo(const FirstUseRow& row, std::ostream* out) { *out << row.file; }

class F9_FirstListIsBelieved_Peer : public testing::TestWithParam<FirstUseRow> {};

TEST_P(F9_FirstListIsBelieved_Peer, Sample) {
  NEEDS_SAMPLES();
  const FirstUseRow& row = GetParam();
  const ListVerdict verdict = Store().offer(row.kind, bytes(row.file));
  ASSERT_TRUE(verdict.trusted) << verdict.reason;
  EXPECT_EQ(verdict.by, "first use");
  EXPECT_EQ(verdict.list->records.size(), row.records);
  EXPECT_EQ(verdict.list->header.signer_version ? to_string(*verdict.list->header.signer_version) : "",
            row.signer_version);
}

constexpr ListKind kC = ListKind::kCtl, kI = ListKind::kItl;
const FirstUseRow kFirstUse[] = {
    {"itl/ITL_v1.0_sha1_rsa4096.tlv", kI, 7, "1.0"},   {"itl/ITL_v1.0_sha512_rsa4096.tlv", kI, 7, "1.0"},
    {"itl/ITL_v1.1_sha1_rsa4096.tlv", kI, 7, "1.1"},   {"itl/ITL_v1.1_sha512_rsa4096.tlv", kI, 7, "1.1"},
    {"itl/ITL_v1.0_sha1_rsa2048.tlv", kI, 4, "1.0"},   {"itl/ITL_v1.0_sha512_rsa2048.tlv", kI, 4, "1.0"},
    {"itl/ITL_v1.1_sha1_rsa2048.tlv", kI, 4, "1.1"},   {"itl/ITL_v1.1_sha512_rsa2048.tlv", kI, 4, "1.1"},
    {"itl/ITLSEP0A1B2C3D4E5F.tlv", kI, 7, "1.1"},      {"itl/ITL_v1.0_sha1_rsa1024.tlv", kI, 3, "1.0"},
    {"itl/ITL_impostor_same_names.tlv", kI, 3, "1.1"}, {"ctl/CTL_tokens_sha1.tlv", kC, 5, "1.0"},
    {"ctl/CTL_tokens_sha512.tlv", kC, 5, "1.0"},       {"ctl/CTLSEP0A1B2C3D4E5F.tlv", kC, 5, "1.0"},
    {"ctl/CTL_tokenless_sha1.tlv", kC, 5, "1.0"},      {"ctl/CTL_tokenless_sha512.tlv", kC, 5, "1.0"},
};
INSTANTIATE_TEST_SUITE_P(Samples, F9_FirstListIsBelieved_Peer, testing::ValuesIn(kFirstUse));

TEST(F9_TrustLists_Peer, OddButValidListsAreBelieved) {
  NEEDS_SAMPLES();
  for (const char* name :
       {"itl/ITL_serial_1byte.tlv", "itl/ITL_serial_topbit.tlv", "itl/ITLFile.csptechnologies.tlv",
        "odd/itl_cucm_style_names_v1.2.tlv", "odd/itl_cucm_style_sha512_sigver11.tlv", "odd/itl_unknown_header_tag.tlv",
        "odd/itl_header_v1.3.tlv", "odd/itl_over_64k.tlv", "odd/itl_older_timestamp.tlv"}) {
    const ListVerdict verdict = Store().offer(kI, bytes(name));
    EXPECT_TRUE(verdict.trusted) << name << ": " << verdict.reason;
  }
}

TEST(F9_TrustLists_Peer, AListOver64KiBIsReadWhole) {
  NEEDS_SAMPLES();
  EXPECT_EQ(parse_list(kI, bytes("odd/itl_over_64k.tlv"))->records.size(), 35u);
}

TEST(F9_TrustLists_Peer, HostNameAndAddressOfARecordAreKept) {
  NEEDS_SAMPLES();
  const auto list = parse_list(kI, bytes("odd/itl_cucm_style_names_v1.2.tlv"));
  ASSERT_TRUE(list.ok()) << list.status();
  EXPECT_EQ(list->records.front().dns_name, "cucm-pub.lab");
}

TEST(F9_TrustLists_Peer, SignerInForceMayReplaceTheList) {
  NEEDS_SAMPLES();
  const Store base = Store().with_itl(kBase);
  EXPECT_EQ(base.offer(kI, bytes("itl/ITL_update_same_signer.tlv")).by, "ITL");
  EXPECT_EQ(base.offer(kI, bytes("itl/ITL_update_signed_by_second_sast.tlv")).by, "ITL");
  EXPECT_EQ(base.offer(kI, bytes("itl/ITL_rollback_no_tvs_tftp.tlv")).by, "ITL");
  EXPECT_EQ(base.offer(kC, bytes("ctl/CTL_tokenless_sha512.tlv")).by, "ITL");
  const Store tokens = Store().with_ctl("ctl/CTL_tokens_sha512.tlv");
  EXPECT_EQ(tokens.offer(kC, bytes("ctl/CTL_update_second_token.tlv")).by, "CTL");
}

TEST(F9_TrustLists_Peer, CtlVouchesForTheItl) {
  NEEDS_SAMPLES();
  const std::string offered = bytes("itl/ITL_signed_by_CTL_token1.tlv");
  EXPECT_EQ(Store().with_ctl("ctl/CTL_tokens_sha512.tlv").offer(kI, offered).by, "CTL");
  EXPECT_FALSE(Store().with_itl(kBase).offer(kI, offered).trusted);
}

TEST(F9_TrustLists_Peer, NewSignerNeedsTvs) {
  NEEDS_SAMPLES();
  const Store base = Store().with_itl(kBase);
  const std::string offered = bytes("itl/ITL_update_new_signer_needs_TVS.tlv");
  const ListVerdict open = base.offer(kI, offered, {});
  ASSERT_TRUE(open.question.has_value());
  EXPECT_EQ(open.question->serial, certificate("token2").serial());
  EXPECT_EQ(open.question->role, Role::kSast);
  EXPECT_EQ(base.offer(kI, offered, Store::tvs_knows("token2")).by, "TVS cucm-pub:2445");
  const ListVerdict refused = base.offer(kI, offered);
  EXPECT_FALSE(refused.trusted);
  EXPECT_THAT(refused.reason, testing::HasSubstr("no server responded"));
}

TEST(F9_TrustLists_Peer, TvsAnsweringWithAnotherCertificateVouchesForNothing) {
  NEEDS_SAMPLES();
  EXPECT_FALSE(Store()
                   .with_itl(kBase)
                   .offer(kI, bytes("itl/ITL_update_new_signer_needs_TVS.tlv"), Store::tvs_knows("token1"))
                   .trusted);
}

TEST(F9_TrustLists_Peer, ImpostorWithTheSameNamesCannotReplaceTheList) {
  NEEDS_SAMPLES();
  EXPECT_FALSE(Store().with_itl(kBase).offer(kI, bytes("itl/ITL_impostor_same_names.tlv")).trusted);
}

TEST(F9_TrustLists_Peer, CtlOfAnUnknownSignerIsRefused) {
  NEEDS_SAMPLES();
  EXPECT_FALSE(
      Store().with_ctl("ctl/CTL_tokens_sha512.tlv").offer(kC, bytes("ctl/CTL_update_unknown_signer.tlv")).trusted);
}

TEST(F9_TrustLists_Peer, AfterARollbackListAnyListIsBelieved) {
  NEEDS_SAMPLES();
  const Store store = Store().with_itl("itl/ITL_rollback_no_tvs_tftp.tlv");
  EXPECT_EQ(store.offer(kI, bytes("itl/ITL_impostor_same_names.tlv")).by, "first use");
}

TEST(F9_TrustLists_Peer, OfThreeSignersTheFirstTwoCount) {
  NEEDS_SAMPLES();
  const ListVerdict verdict = Store().offer(kI, bytes("itl/ITL_three_SAST.tlv"));
  ASSERT_TRUE(verdict.trusted) << verdict.reason;
  EXPECT_EQ(verdict.list->signers().size(), 2u);
  EXPECT_THAT(verdict.warnings, testing::Contains(testing::HasSubstr("more than two signers")));
}

TEST(F9_TrustLists_Peer, SameBytesChangeNothing) {
  NEEDS_SAMPLES();
  EXPECT_TRUE(Store().with_itl(kBase).offer(kI, bytes("itl/ITLSEP0A1B2C3D4E5F.tlv")).unchanged);
}

TEST(F9_TrustLists_Peer, AListIsNotTakenForTheOtherKind) {
  NEEDS_SAMPLES();
  EXPECT_FALSE(Store().offer(kC, bytes(kBase)).trusted);
  EXPECT_FALSE(Store().offer(kI, bytes("ctl/CTL_tokens_sha512.tlv")).trusted);
}

TEST(F31_EcdsaCertificates_Peer, EcRecordsAreReadAndPinned) {
  NEEDS_SAMPLES();
  ASSERT_TRUE(Store().offer(kI, bytes("itl/ITL_v1.1_sha512_ec_records.tlv")).trusted);
  ASSERT_TRUE(Store().offer(kC, bytes("ctl/CTL_v1.1_ec_records.tlv")).trusted);
  const Store store = Store().with_itl("itl/ITL_v1.1_sha512_ec_records.tlv");
  EXPECT_TRUE(store.peer(certificate("ccm-ec384"), Role::kCcm).trusted);
  EXPECT_TRUE(store.peer(certificate("ccm-ec521"), Role::kCcm).trusted);
  EXPECT_TRUE(store.peer(certificate("ccm-ec256"), Role::kTftp).trusted);
  EXPECT_TRUE(store.peer(certificate("capf-ec384"), Role::kCapf).trusted);
  EXPECT_TRUE(store.lists().itl->ec_allowed());
}

TEST(F5_Sha2Signatures_Peer, Sha512IsSilentAndSha1IsAWarning) {
  NEEDS_SAMPLES();
  EXPECT_TRUE(Store().offer(kI, bytes("itl/ITL_v1.1_sha512_rsa2048.tlv")).warnings.empty());
  EXPECT_THAT(Store().offer(kI, bytes("itl/ITL_v1.1_sha1_rsa2048.tlv")).warnings,
              testing::Contains(testing::HasSubstr("SHA-1")));
}

TEST(F5_Sha2Signatures_Peer, FipsModeRefusesSha1) {
  NEEDS_SAMPLES();
  const auto verdict = Store().offer(kI, bytes("itl/ITL_v1.1_sha1_rsa4096.tlv"), Store::no_tvs(), {.fips = true});
  EXPECT_FALSE(verdict.trusted);
  EXPECT_THAT(verdict.reason, testing::HasSubstr("SHA-1"));
}

TEST(F6_KeySizes_Peer, SmallSignersAreRefusedWhereTheyMustBe) {
  NEEDS_SAMPLES();
  const std::string small = bytes("itl/ITL_v1.0_sha1_rsa1024.tlv");
  EXPECT_TRUE(Store().offer(kI, small).trusted);
  const auto verdict = Store().offer(kI, small, Store::no_tvs(), {.fips = true});
  EXPECT_FALSE(verdict.trusted);
  EXPECT_THAT(verdict.reason, testing::HasSubstr("RSA 1024 is not FIPS compliant"));
}

TEST(F6_KeySizes_Peer, RsaBelow1024IsNeverTrusted) {
  NEEDS_SAMPLES();
  EXPECT_FALSE(strong_enough(certificate("sast512").public_key(), {}).ok());
  EXPECT_TRUE(strong_enough(certificate("sast1024").public_key(), {}).ok());
  EXPECT_FALSE(strong_enough(certificate("sast1024").public_key(), {.fips = true}).ok());
  EXPECT_TRUE(strong_enough(certificate("sast3072").public_key(), {.fips = true}).ok());
}

TEST(F15_PeerPinning_Peer, OnlyTheListedCertificateInAFittingRolePasses) {
  NEEDS_SAMPLES();
  const Store base = Store().with_itl(kBase);
  EXPECT_TRUE(base.peer(certificate("ccm-pub"), Role::kCcm).trusted);
  EXPECT_TRUE(base.peer(certificate("ccm-pub"), Role::kTftp).trusted);
  EXPECT_TRUE(base.peer(certificate("capf"), Role::kCapf).trusted);
  EXPECT_FALSE(base.peer(certificate("capf"), Role::kCcm).trusted);
  EXPECT_FALSE(base.peer(certificate("tftp"), Role::kCcm).trusted);
  EXPECT_FALSE(base.peer(certificate("evil-tftp"), Role::kTftp).trusted);
  EXPECT_THAT(base.peer(certificate("capf"), Role::kCcm).reason, testing::HasSubstr("on the ITL only as CAPF"));
  EXPECT_TRUE(base.peer(certificate("tvs-pub"), Role::kTvs).trusted);
}

TEST(F15_PeerPinning_Peer, TvsIsAskedForStrangersButNeverAboutItself) {
  NEEDS_SAMPLES();
  const Store base = Store().with_itl(kBase);
  EXPECT_TRUE(base.peer(certificate("tomcat"), Role::kAppServer, {}).question.has_value());
  EXPECT_FALSE(base.peer(certificate("tomcat"), Role::kTvs, {}).question.has_value());
  EXPECT_FALSE(Store().peer(certificate("tomcat"), Role::kAppServer, {}).question.has_value());
  EXPECT_EQ(base.peer(certificate("tomcat"), Role::kAppServer, Store::tvs_knows("tomcat")).by, "TVS cucm-pub:2445");
}

}  // namespace
}  // namespace phone::trust::samples
