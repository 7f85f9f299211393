// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// trustfile writing: what it signs, encrypts and lists is taken by its own reading side, and keys stay where they are.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <openssl/pem.h>

#include "absl/time/clock.h"
#include "tests/unit/crypto/issue.hpp"
#include "tests/unit/trustfile/ran.hpp"

namespace phone::trustfile {
namespace {

using testing::HasSubstr;

class TrustfileMaking : public testing::Test {
 protected:
  static crypto::Issued make(const char* name) {
    return crypto::issue({.name = name,
                          .extensions = {},
                          .rsa_bits = 2048,
                          .from = absl::Now() - absl::Hours(1),
                          .until = absl::Now() + absl::Hours(1)},
                         nullptr);
  }
  std::string pair(const std::string& name, const crypto::Issued& one) const {
    return directory_.put(name, one.key_pem() + crypto::to_pem(one.certificate()));
  }
  std::string itl() const {
    const Ran ran = trustfile({"make-list", "--kind", "itl", "--key", signer_, "--record", "sast=" + signer_,
                               "--record", "tftp=" + tftp_, "--out", directory_ / "ITLFile.tlv"});
    EXPECT_EQ(ran.exit_code, 0) << ran.err;
    EXPECT_THAT(ran.out, HasSubstr("made: ITLFile.tlv with 2 records"));
    return directory_ / "ITLFile.tlv";
  }

  const Directory directory_;
  // RSA keys take long to make: once for all tests.
  inline static const crypto::Issued device_one_ = make("SEP0A1B2C3D4E5F");
  inline static const crypto::Issued signer_one_ = make("Signer");
  inline static const crypto::Issued tftp_one_ = make("TFTP");
  const std::string signer_ = pair("signer.pem", signer_one_);
  const std::string tftp_ = pair("tftp.pem", tftp_one_);
  const std::string device_ = pair("device.pem", device_one_);
  const std::string config_ = directory_.put("SEP0A1B2C3D4E5F.cnf.xml", "<device/>");
};

TEST_F(TrustfileMaking, AListAndAFileThatPhonesTake) {
  const std::string list = itl();
  EXPECT_EQ(trustfile({"verify", list}).exit_code, 0);
  EXPECT_EQ(trustfile({"sign", config_, "--key", tftp_}).exit_code, 0);
  const Ran ran = trustfile({"verify", config_ + ".sgn", "--installed-itl", list, "--device", "SEP0A1B2C3D4E5F"});
  EXPECT_EQ(ran.exit_code, 0) << ran.err;
  EXPECT_EQ(trustfile({"sign", config_, "--key", signer_, "--out", directory_ / "by-signer.sgn"}).exit_code, 0);
  EXPECT_THAT(trustfile({"verify", directory_ / "by-signer.sgn", "--installed-itl", list}).err,
              HasSubstr("not have the TFTP role"));
}

TEST_F(TrustfileMaking, AnEncryptedFileThatOnlyItsDeviceOpens) {
  const std::string list = itl();
  const std::string file = config_ + ".enc.sgn";
  ASSERT_EQ(trustfile({"encrypt", config_, "--for", device_, "--key", tftp_, "--hash", "sha1"}).exit_code, 0);
  EXPECT_EQ(bytes_of(file).find("<device/>"), std::string::npos);
  const Ran ran = trustfile({"decrypt", file, "--key", device_, "--installed-itl", list});
  EXPECT_EQ(ran.exit_code, 0) << ran.err;
  EXPECT_EQ(ran.out, "<device/>");
  EXPECT_EQ(trustfile({"decrypt", file, "--key", tftp_, "--installed-itl", list}).exit_code, 1);
}

TEST_F(TrustfileMaking, AnImageIsForItsSignersAndNotOlder) {
  const std::string package = directory_.put("phone-media_1.0+2_amd64.deb", "package");
  const std::string image = package + ".sgn";
  ASSERT_EQ(
      trustfile({"sign", package, "--key", signer_, "--image", "phone-media", "--image-version", "1.0+2"}).exit_code,
      0);
  EXPECT_THAT(trustfile({"show", image}).out, HasSubstr("package     phone-media 1.0+2, 7 bytes\n"));
  EXPECT_EQ(trustfile({"verify", image, "--image-signers", signer_, "--installed-version", "1.0+1"}).exit_code, 0);
  EXPECT_THAT(trustfile({"verify", image, "--image-signers", signer_, "--installed-version", "1.0+3"}).err,
              HasSubstr("older than"));
  EXPECT_THAT(trustfile({"verify", image, "--image-signers", tftp_}).err, HasSubstr("is not an image signer"));
  EXPECT_THAT(trustfile({"verify", image, "--installed-itl", itl()}).err, HasSubstr("is not an image signer"));
  EXPECT_EQ(trustfile({"sign", package, "--key", signer_, "--image", "media", "--image-version", "1.0"}).exit_code, 1);
}

// Codes 1, 2 and 3 of the format (F5); phones take all of them.
TEST_F(TrustfileMaking, EveryHashOfTheFormatIsMadeAndTaken) {
  for (const std::string hash : {"sha1", "sha256", "sha512"}) {
    SCOPED_TRACE(hash);
    const std::string list = directory_ / (hash + ".tlv");
    Ran ran = trustfile({"make-list", "--kind", "itl", "--key", signer_, "--hash", hash, "--record", "sast=" + signer_,
                         "--record", "tftp=" + tftp_, "--out", list});
    ASSERT_EQ(ran.exit_code, 0) << ran.err;
    EXPECT_EQ(trustfile({"verify", list}).exit_code, 0);
    ASSERT_EQ(trustfile({"sign", config_, "--key", tftp_, "--hash", hash}).exit_code, 0);
    ran = trustfile({"verify", config_ + ".sgn", "--installed-itl", list});
    EXPECT_EQ(ran.exit_code, 0) << ran.err;
    ASSERT_EQ(trustfile({"encrypt", config_, "--for", device_, "--key", tftp_, "--hash", hash}).exit_code, 0);
    ran = trustfile({"decrypt", config_ + ".enc.sgn", "--key", device_, "--installed-itl", list});
    EXPECT_EQ(ran.exit_code, 0) << ran.err;
    EXPECT_EQ(ran.out, "<device/>");
  }
  const std::string package = directory_.put("phone-media_1.0+2_amd64.deb", "package");
  EXPECT_EQ(trustfile({"sign", package, "--key", signer_, "--hash", "sha256", "--image", "phone-media",
                       "--image-version", "1.0+2"})
                .exit_code,
            1)
      << "images are signed with SHA-512 alone";
}

TEST_F(TrustfileMaking, WhatIsNoOrderIsUsage) {
  for (const std::vector<std::string>& words : {std::vector<std::string>{},
                                                {"judge"},
                                                {"verify"},
                                                {"verify", directory_ / "absent"},
                                                {"show", config_, config_},
                                                {"verify", config_, "--device", "SEP1"},
                                                {"sign", config_, "--key", tftp_, "--hash", "md5"},
                                                {"path", "--leaf", tftp_},
                                                {"decrypt", config_},
                                                {"make-list", "--kind", "both"}}) {
    EXPECT_EQ(trustfile(words).exit_code, 2) << testing::PrintToString(words);
  }
  EXPECT_EQ(trustfile({"--help"}).exit_code, 0);
}

TEST_F(TrustfileMaking, AListNoPhoneWouldAcceptIsNotMade) {
  const Ran ran = trustfile(
      {"make-list", "--kind", "ctl", "--key", signer_, "--record", "sast=" + tftp_, "--out", directory_ / "CTL.tlv"});
  EXPECT_EQ(ran.exit_code, 1);
  EXPECT_TRUE(ran.one_line()) << ran.err;
  EXPECT_THAT(ran.err, HasSubstr("no phone would take it"));
  EXPECT_FALSE(std::filesystem::exists(directory_ / "CTL.tlv"));
  EXPECT_THAT(trustfile({"make-list", "--kind", "ctl", "--key", signer_, "--record", "king=" + tftp_, "--out",
                         directory_ / "x"})
                  .err,
              HasSubstr("is not a role"));
}

TEST_F(TrustfileMaking, APassphraseIsReadFromAFileOrStandardInput) {
  const crypto::BioPtr out(BIO_new(BIO_s_mem()));
  const std::string secret = "correct horse";
  ASSERT_EQ(PEM_write_bio_PKCS8PrivateKey(out.get(), device_one_.key.get(), EVP_aes_256_cbc(), secret.data(),
                                          static_cast<int>(secret.size()), nullptr, nullptr),
            1);
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  const std::string key = directory_.put(
      "locked.pem", std::string(text, static_cast<std::size_t>(size)) + crypto::to_pem(device_one_.certificate()));
  EXPECT_EQ(
      trustfile({"sign", config_, "--key", key, "--passphrase-file", directory_.put("word", secret + "\n")}).exit_code,
      0);
  EXPECT_EQ(trustfile({"sign", config_, "--key", key}, secret + "\n").exit_code, 0);
  const Ran wrong = trustfile({"sign", config_, "--key", key}, "wrong\n");
  EXPECT_EQ(wrong.exit_code, 1);
  EXPECT_TRUE(wrong.one_line()) << wrong.err;
  EXPECT_THAT(trustfile({"sign", config_, "--key", key}).err, HasSubstr("no passphrase given"));
}

TEST_F(TrustfileMaking, KeyAndCertificateMustBelongTogether) {
  const std::string alone = directory_.put("key.pem", device_one_.key_pem());
  EXPECT_THAT(trustfile({"sign", config_, "--key", alone}).err, HasSubstr("name one with --certificate"));
  EXPECT_THAT(trustfile({"sign", config_, "--key", alone, "--certificate", tftp_}).err,
              HasSubstr("is not that of CN=TFTP"));
  EXPECT_EQ(trustfile({"sign", config_, "--key", alone, "--certificate", device_}).exit_code, 0);
}

}  // namespace
}  // namespace phone::trustfile
