// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Each row of the samples' MANIFEST that is about a signed or encrypted file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/conformance/trust_store/samples.hpp"

namespace phone::trust::samples {
namespace {

using testing::HasSubstr;

TEST(F16_FileAuthentication_Peer, ConfigurationSignedByAListedTftpServerIsReadByteForByte) {
  NEEDS_SAMPLES();
  const Store base = Store().with_itl(kBase);
  for (const char* name : {"sgn/SEP0A1B2C3D4E5F.cnf.xml.sgn", "sgn/cnf_sha512_tftp.sgn", "sgn/cnf_sha1_tftp.sgn"}) {
    const FileVerdict verdict = base.file(kConfiguration, bytes(name));
    ASSERT_TRUE(verdict.trusted) << name << ": " << verdict.reason;
    EXPECT_EQ(verdict.by, "ITL");
    EXPECT_EQ(verdict.file->body, bytes("cnf/SEP0A1B2C3D4E5F.cnf.xml"));
    EXPECT_FALSE(verdict.file->encryption.has_value());
  }
}

TEST(F16_FileAuthentication_Peer, OtherFilesAndAnEmptyBodyAreAccepted) {
  NEEDS_SAMPLES();
  const Store base = Store().with_itl(kBase);
  EXPECT_EQ(base.file("DIALTEMPLATE.xml.sgn", bytes("sgn/DIALTEMPLATE.xml.sgn")).file->body,
            bytes("sgn/DIALTEMPLATE.xml"));
  const FileVerdict empty = base.file("empty.txt.sgn", bytes("sgn/empty.txt.sgn"));
  ASSERT_TRUE(empty.trusted) << empty.reason;
  EXPECT_EQ(empty.file->body, "");
}

TEST(F16_FileAuthentication_Peer, SignerOfALaterListNeedsThatListOrTvs) {
  NEEDS_SAMPLES();
  const Store base = Store().with_itl(kBase);
  const Store updated = Store().with_itl("itl/ITL_update_same_signer.tlv");
  for (const char* name : {"sgn/cnf_sha1_tftp4096.sgn", "sgn/cnf_sha512_tftp4096.sgn"}) {
    EXPECT_FALSE(base.file(kConfiguration, bytes(name)).trusted);
    EXPECT_TRUE(base.file(kConfiguration, bytes(name), {}).question.has_value());
    EXPECT_TRUE(base.file(kConfiguration, bytes(name), Store::tvs_knows("tftp4096")).trusted);
    EXPECT_TRUE(updated.file(kConfiguration, bytes(name)).trusted);
  }
}

TEST(F16_FileAuthentication_Peer, StrangersFilesAreRefusedWithTheCause) {
  NEEDS_SAMPLES();
  const Store base = Store().with_itl(kBase);
  EXPECT_THAT(base.file(kConfiguration, bytes("sgn/cnf_wrong_signer_same_name.sgn")).reason,
              HasSubstr("does not have the TFTP role"));
  EXPECT_THAT(base.file(kConfiguration, bytes("sgn/cnf_signer_without_tftp_role.sgn")).reason,
              HasSubstr("does not have the TFTP role"));
  EXPECT_THAT(base.file(kConfiguration, bytes("sgn/cnf_other_device_name.sgn")).reason, HasSubstr("SEPFFFFFFFFFFFF"));
  EXPECT_FALSE(base.file(kConfiguration, bytes("sgn/cnf_signer_expired.sgn")).trusted);
}

TEST(F16_FileAuthentication_Peer, WithoutAListNoSignerIsTrusted) {
  NEEDS_SAMPLES();
  EXPECT_THAT(Store().file(kConfiguration, bytes("sgn/cnf_sha512_tftp.sgn"), {}).reason, HasSubstr("no trust list"));
}

TEST(F10_FileEncryption_Peer, EncryptedFilesAreVerifiedAndTheirKeyHandedOnWrapped) {
  NEEDS_SAMPLES();
  const Store base = Store().with_itl(kBase);
  for (const std::string directory :
       {"sha1_mic-rsa2048", "sha512_mic-rsa2048", "sha1_mic-rsa4096", "sha512_mic-rsa4096"}) {
    const FileVerdict verdict = base.file(kEncrypted, bytes("enc/" + directory + "/" + kEncrypted));
    ASSERT_TRUE(verdict.trusted) << directory << ": " << verdict.reason;
    ASSERT_TRUE(verdict.file->encryption.has_value());
    const FileEncryption& encryption = *verdict.file->encryption;
    EXPECT_EQ(encryption.iv.size(), 16u);
    EXPECT_EQ(encryption.key_bits, directory.find("4096") == std::string::npos ? 2048u : 4096u);
    EXPECT_EQ(verdict.file->body.size(), bytes("cnf/SEP0A1B2C3D4E5F.cnf.xml").size() + encryption.padding_length);
    EXPECT_TRUE(base.file(kConfiguration, bytes("enc/" + directory + "/" + kConfiguration)).trusted);
  }
}

TEST(F10_FileEncryption_Peer, AnEncryptedFileIsNotTakenUnderThePlainName) {
  NEEDS_SAMPLES();
  EXPECT_FALSE(
      Store().with_itl(kBase).file(kConfiguration, bytes(std::string("enc/sha512_mic-rsa2048/") + kEncrypted)).trusted);
}

}  // namespace
}  // namespace phone::trust::samples
