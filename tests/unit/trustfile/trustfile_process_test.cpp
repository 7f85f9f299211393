// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// trustfile reading: every sample of the independent tools, with the exit code a phone's decision would be.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <openssl/pem.h>

#include <nlohmann/json.hpp>

#include "absl/time/clock.h"
#include "tests/unit/crypto/issue.hpp"
#include "tests/unit/trustfile/ran.hpp"

namespace phone::trustfile {
namespace {

using testing::HasSubstr;

constexpr char kBase[] = "itl/ITL_v1.1_sha512_rsa4096.tlv";
constexpr char kDevice[] = "SEP0A1B2C3D4E5F";

struct Row {
  std::string file;
  std::vector<std::string> options;  // values that are samples begin with '@'
  int exit_code;
  std::string says;
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.file << testing::PrintToString(row.options); }

std::vector<std::string> words(const Row& row) {
  std::vector<std::string> all = {"verify", sample(row.file)};
  for (const std::string& each : row.options) all.push_back(each.starts_with("@") ? sample(each.substr(1)) : each);
  return all;
}

const std::string kItl = "--installed-itl";
const std::string kCtl = "--installed-ctl";
const std::string kAtBase = std::string("@") + kBase;

// The MANIFEST of the samples, row by row.
std::vector<Row> manifest() {
  std::vector<Row> rows = {
      {"itl/ITL_v1.0_sha1_rsa1024.tlv", {}, 0, "warning: the signature uses SHA-1"},
      {"itl/ITL_v1.0_sha1_rsa1024.tlv", {"--fips"}, 1, "not FIPS compliant"},
      {"itl/ITL_v1.1_sha1_rsa4096.tlv", {"--fips"}, 1, "SHA-1"},
      {"itl/ITL_v1.1_sha512_ec_records.tlv", {}, 0, "first use"},
      {"itl/ITL_serial_1byte.tlv", {}, 0, "first use"},
      {"itl/ITL_serial_topbit.tlv", {}, 0, "first use"},
      {"itl/ITL_three_SAST.tlv", {}, 0, "more than two signers"},
      {"itl/ITL_impostor_same_names.tlv", {}, 0, "first use"},
      {"itl/ITL_impostor_same_names.tlv", {kItl, kAtBase}, 1, "is not a list signer (SAST) of the ITL in force"},
      {"itl/ITL_update_same_signer.tlv", {kItl, kAtBase}, 0, "vouched for by ITL"},
      {"itl/ITL_update_signed_by_second_sast.tlv", {kItl, kAtBase}, 0, "vouched for by ITL"},
      {"itl/ITL_update_new_signer_needs_TVS.tlv", {kItl, kAtBase}, 1, "TVS: is not asked by trustfile"},
      {"itl/ITL_rollback_no_tvs_tftp.tlv", {kItl, kAtBase}, 0, "neither TFTP nor TVS"},
      {"itl/ITL_signed_by_CTL_token1.tlv", {kCtl, "@ctl/CTL_tokens_sha512.tlv"}, 0, "vouched for by CTL"},
      {"itl/ITL_signed_by_CTL_token1.tlv", {kItl, kAtBase}, 1, "is not a list signer (SAST)"},
      {"itl/ITLSEP0A1B2C3D4E5F.tlv", {kItl, kAtBase, "--device", kDevice}, 0, "identical to the list in force"},
      {"itl/ITLFile.csptechnologies.tlv", {}, 0, "first use"},
      {"ctl/CTL_tokens_sha1.tlv", {}, 0, "first use"},
      {"ctl/CTL_tokenless_sha512.tlv", {kItl, kAtBase}, 0, "vouched for by ITL"},
      {"ctl/CTL_update_second_token.tlv", {kCtl, "@ctl/CTL_tokens_sha512.tlv"}, 0, "vouched for by CTL"},
      {"ctl/CTL_update_unknown_signer.tlv",
       {kCtl, "@ctl/CTL_tokens_sha512.tlv"},
       1,
       "is not a list signer (SAST) of the CTL in force"},
      {"ctl/CTL_v1.1_ec_records.tlv", {}, 0, "first use"},
      {"sgn/cnf_sha512_tftp.sgn", {kItl, kAtBase, "--device", kDevice}, 0, "vouched for by ITL"},
      {"sgn/cnf_sha1_tftp.sgn", {kItl, kAtBase}, 0, "warning: the signature uses SHA-1"},
      {"sgn/cnf_sha1_tftp.sgn", {kItl, kAtBase, "--fips"}, 1, "SHA-1"},
      {"sgn/cnf_sha512_tftp.sgn", {}, 1, "no trust list is installed"},
      {"sgn/cnf_sha512_tftp4096.sgn", {kItl, kAtBase}, 1, "does not have the TFTP role"},
      {"sgn/cnf_sha512_tftp4096.sgn", {kItl, "@itl/ITL_update_same_signer.tlv"}, 0, "vouched for by ITL"},
      {"sgn/DIALTEMPLATE.xml.sgn", {kItl, kAtBase, "--device", kDevice}, 0, "vouched for by ITL"},
      {"sgn/empty.txt.sgn", {kItl, kAtBase}, 0, "vouched for by ITL"},
      {"sgn/cnf_wrong_signer_same_name.sgn", {kItl, kAtBase}, 1, "does not have the TFTP role"},
      {"sgn/cnf_signer_without_tftp_role.sgn", {kItl, kAtBase}, 1, "does not have the TFTP role"},
      {"sgn/cnf_signer_expired.sgn", {kItl, kAtBase}, 1, "does not have the TFTP role"},
      {"sgn/cnf_other_device_name.sgn", {kItl, kAtBase, "--device", kDevice}, 1, "SEPFFFFFFFFFFFF.cnf.xml.sgn"},
      {"sgn/cnf_sha512_tftp.sgn", {kItl, "@neg/itl_trunc_0.tlv"}, 1, "installed ITL: header:"},
      {"enc/sha512_mic-rsa4096/SEP0A1B2C3D4E5F.cnf.xml.enc.sgn", {kItl, kAtBase}, 0, "vouched for by ITL"},
  };
  for (const char* list :
       {"ITL_v1.0_sha1_rsa2048", "ITL_v1.0_sha512_rsa2048", "ITL_v1.1_sha1_rsa2048", "ITL_v1.1_sha512_rsa2048",
        "ITL_v1.0_sha1_rsa4096", "ITL_v1.0_sha512_rsa4096", "ITL_v1.1_sha1_rsa4096", "ITL_v1.1_sha512_rsa4096"}) {
    rows.push_back({std::string("itl/") + list + ".tlv", {}, 0, "first use"});
  }
  return rows;
}

class F9_F16_TrustfileVerify_Peer : public testing::TestWithParam<Row> {};

TEST_P(F9_F16_TrustfileVerify_Peer, Row) {
  NEEDS_SAMPLES();
  const Ran ran = trustfile(words(GetParam()));
  EXPECT_EQ(ran.exit_code, GetParam().exit_code) << ran.out << ran.err;
  EXPECT_THAT(ran.out + ran.err, HasSubstr(GetParam().says));
  EXPECT_TRUE(ran.exit_code == 0 || ran.one_line()) << ran.out << ran.err;
}

INSTANTIATE_TEST_SUITE_P(Manifest, F9_F16_TrustfileVerify_Peer, testing::ValuesIn(manifest()));

// expect.json: refused by verify, or, where only who has the key can see the fault, by decrypt.
TEST(F16_TrustfileSamples_Peer, EveryEntryOfExpectJson) {
  NEEDS_SAMPLES();
  int entries = 0;
  for (const auto& each : nlohmann::json::parse(bytes_of(sample("expect.json")))) {
    const std::string file = each["file"];
    const bool list = file.ends_with(".tlv");
    std::vector<std::string> words = {"verify", sample(file)};
    if (!list) words.insert(words.end(), {"--installed-itl", sample(kBase)});
    Ran ran = trustfile(words);
    if (ran.exit_code == 0 && file.starts_with("neg/enc_")) {
      ran = trustfile(
          {"decrypt", sample(file), "--key", sample("pki/mic-rsa2048.pem"), "--installed-itl", sample(kBase)});
    }
    EXPECT_EQ(ran.exit_code, file.starts_with("odd/") ? 0 : 1) << file << ": " << ran.out << ran.err;
    EXPECT_TRUE(ran.exit_code == 0 || ran.one_line()) << file << ": " << ran.out << ran.err;
    ++entries;
  }
  EXPECT_GT(entries, 30);
}

TEST(F16_TrustfileSamples_Peer, ShowReadsListsFilesAndEncryptedFiles) {
  NEEDS_SAMPLES();
  Ran ran = trustfile({"show", sample(kBase)});
  EXPECT_EQ(ran.exit_code, 0);
  EXPECT_THAT(ran.out, HasSubstr("ITL\n  signed for  ITLFile.tlv\n  version     1.2, signer version 1.1\n"));
  EXPECT_THAT(ran.out, HasSubstr("records     7\n    1 SAST       CN=ITLRECOVERY_lab"));
  ran = trustfile({"show", sample("sgn/cnf_sha512_tftp.sgn")});
  EXPECT_THAT(ran.out, HasSubstr("signed file\n  signed for  SEP0A1B2C3D4E5F.cnf.xml.sgn\n"));
  ran = trustfile({"show", sample("enc/sha512_mic-rsa2048/SEP0A1B2C3D4E5F.cnf.xml.enc.sgn")});
  EXPECT_THAT(ran.out, HasSubstr("key         wrapped for RSA 2048\n"));
  ran = trustfile({"show", sample("neg/itl_record_len_0.tlv")});
  EXPECT_EQ(ran.exit_code, 1);
  EXPECT_TRUE(ran.one_line()) << ran.err;
}

TEST(F10_TrustfileDecrypt_Peer, EveryVariantGivesTheConfigurationByteForByte) {
  NEEDS_SAMPLES();
  const std::string wanted = bytes_of(sample("cnf/SEP0A1B2C3D4E5F.cnf.xml"));
  const Directory directory;
  for (const std::string hash : {"sha1", "sha512"}) {
    for (const std::string key : {"mic-rsa2048", "mic-rsa4096"}) {
      const std::string file = sample("enc/" + hash + "_" + key + "/SEP0A1B2C3D4E5F.cnf.xml.enc.sgn");
      const std::string pem = sample("pki/" + key + ".pem");
      Ran ran = trustfile({"decrypt", file, "--key", pem, "--installed-itl", sample(kBase)});
      EXPECT_EQ(ran.exit_code, 0) << ran.err;
      EXPECT_EQ(ran.out, wanted);
      EXPECT_EQ(ran.err, "");
      ran = trustfile({"decrypt", file, "--key", pem, "--out", directory / "plain"});
      EXPECT_EQ(ran.exit_code, 0);
      EXPECT_THAT(ran.err, HasSubstr("the signature was not checked"));
      EXPECT_EQ(bytes_of(directory / "plain"), wanted);
      EXPECT_EQ(std::filesystem::status(directory / "plain").permissions(), std::filesystem::perms(0600));
    }
  }
}

TEST(F10_TrustfileDecrypt_Peer, AnotherKeyIsRefusedAndNothingWritten) {
  NEEDS_SAMPLES();
  const Directory directory;
  const std::string file = sample("enc/sha512_mic-rsa2048/SEP0A1B2C3D4E5F.cnf.xml.enc.sgn");
  const auto with = [&](const std::string& one, const std::string& key) {
    const Ran ran = trustfile(
        {"decrypt", one, "--key", sample(key), "--out", directory / "plain", "--installed-itl", sample(kBase)});
    EXPECT_EQ(ran.exit_code, 1);
    EXPECT_TRUE(ran.one_line()) << ran.err;
    EXPECT_FALSE(std::filesystem::exists(directory / "plain"));
    return ran.err;
  };
  EXPECT_THAT(with(file, "pki/mic-other-rsa2048.pem"), HasSubstr("encrypted for another key"));
  EXPECT_THAT(with(file, "pki/mic-rsa4096.pem"), HasSubstr("for a key of 2048 bits, this one has 4096"));
  EXPECT_THAT(with(file, "pki/mic-ec256.pem"), HasSubstr("not an RSA key"));
  EXPECT_THAT(with(file, "expect.json"), HasSubstr("no private key"));
  EXPECT_THAT(with(sample("neg/enc_cipher_bitflip.enc.sgn"), "pki/mic-rsa2048.pem"), HasSubstr("does not verify"));
  EXPECT_THAT(with(sample("sgn/cnf_sha512_tftp.sgn"), "pki/mic-rsa2048.pem"), HasSubstr("not encrypted"));
}

// A root, an issuing CA and two peers.
class TrustfilePath : public testing::Test {
 protected:
  using Extensions = std::vector<std::pair<int, std::string>>;
  static crypto::Issued make(const char* name, const Extensions& extensions, const crypto::Issued* by) {
    return crypto::issue({.name = name,
                          .extensions = extensions,
                          .from = absl::FromUnixSeconds(1'577'836'800),
                          .until = absl::FromUnixSeconds(2'208'988'800)},
                         by);
  }
  std::string pem(const std::string& name, const crypto::Issued& one) const {
    return directory_.put(name, crypto::to_pem(one.certificate()));
  }
  Ran path(std::vector<std::string> more) const {
    more.insert(more.begin(), "path");
    return trustfile(more);
  }

  const Directory directory_;
  const Extensions ca_extensions_ = {{NID_basic_constraints, "critical,CA:TRUE"},
                                     {NID_key_usage, "critical,keyCertSign,cRLSign"}};
  const crypto::Issued root_ = make("Root", ca_extensions_, nullptr);
  const crypto::Issued ca_ = make("Issuing CA", ca_extensions_, &root_);
  const crypto::Issued server_ =
      make("pbx.lab", {{NID_subject_alt_name, "DNS:pbx.lab,IP:10.0.0.1"}, {NID_ext_key_usage, "serverAuth"}}, &ca_);
  const std::string leaf = pem("leaf.pem", server_);
  const std::string issuers = pem("ca.pem", ca_);
  const std::string anchors = pem("root.pem", root_);
};

TEST_F(TrustfilePath, AcceptsForNameTimeAndPurpose) {
  const std::vector<std::string> whole = {"--leaf", leaf, "--intermediates", issuers, "--anchors", anchors};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), whole.begin(), whole.end());
    return path(more);
  };
  const Ran good = with({"--name", "pbx.lab"});
  EXPECT_EQ(good.exit_code, 0) << good.err;
  EXPECT_THAT(good.out, testing::StartsWith("accepted: certificate CN=pbx.lab (serial"));
  EXPECT_EQ(with({"--name", "10.0.0.1", "--at", "2030-01-01T00:00:00Z", "--purpose", "server"}).exit_code, 0);
  const std::pair<std::vector<std::string>, const char*> refused[] = {
      {{"--name", "other.lab"}, "is for DNS:pbx.lab, IP:10.0.0.1, not for \"other.lab\""},
      {{"--at", "2045-01-01T00:00:00Z"}, "expired on 2040-01-01T00:00:00+00:00"},
      {{"--at", "2019-01-01T00:00:00+01:00"}, "not valid before"},
      {{"--purpose", "client"}, "may not be used for a TLS client"},
  };
  for (const auto& [more, reason] : refused) {
    const Ran ran = with(more);
    EXPECT_EQ(ran.exit_code, 1) << ran.out;
    EXPECT_TRUE(ran.one_line()) << ran.err;
    EXPECT_THAT(ran.err, HasSubstr(reason));
  }
}

TEST_F(TrustfilePath, IssuersMayFollowTheLeafAndMustBeThere) {
  EXPECT_THAT(path({"--leaf", leaf, "--anchors", anchors}).err, HasSubstr("has the issuer CN=Issuing CA"));
  const std::string chain = directory_.put("chain.pem", bytes_of(leaf) + bytes_of(issuers));
  EXPECT_EQ(path({"--leaf", chain, "--anchors", anchors}).exit_code, 0);
}

TEST_F(TrustfilePath, RevocationListsAreHeard) {
  const std::vector<std::string> whole = {"--leaf", leaf, "--intermediates", issuers, "--anchors", anchors, "--crls"};
  const auto crl = [&](const crypto::Issued& by, const std::vector<const crypto::Issued*>& revoked) {
    const std::string der = crypto::revoke(by, revoked, absl::Now() - absl::Hours(1), absl::Now() + absl::Hours(1));
    const auto* position = reinterpret_cast<const unsigned char*>(der.data());
    X509_CRL* parsed = d2i_X509_CRL(nullptr, &position, static_cast<long>(der.size()));
    const crypto::BioPtr out(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509_CRL(out.get(), parsed);
    X509_CRL_free(parsed);
    char* text = nullptr;
    const long size = BIO_get_mem_data(out.get(), &text);
    return std::string(text, static_cast<std::size_t>(size));
  };
  auto words = whole;
  words.push_back(directory_.put("good.pem", crl(root_, {}) + crl(ca_, {})));
  EXPECT_EQ(path(words).exit_code, 0) << path(words).err;
  words.back() = directory_.put("bad.pem", crl(root_, {}) + crl(ca_, {&server_}));
  EXPECT_EQ(path(words).exit_code, 1);
  EXPECT_THAT(path(words).err, HasSubstr("is revoked"));
  words.back() = directory_.put("junk.pem", "junk");
  EXPECT_THAT(path(words).err, HasSubstr("no CRL in PEM form"));
}

TEST(TrustfileUsage, WrongArgumentsAreExitCodeTwo) {
  const Directory directory;
  const std::string file = directory.put("a.sgn", "x");
  const std::vector<std::string> wrong[] = {
      {},
      {"believe", file},
      {"show"},
      {"show", directory / "absent"},
      {"verify", file, "--device", "SEP123"},
      {"verify", file, "--no-verify"},
      {"decrypt", file},
      {"path", "--leaf", file},
      {"path", "--leaf", file, "--anchors", file, "--at", "yesterday"},
      {"path", "--leaf", file, "--anchors", file, "--purpose", "email"},
      {"sign", file, "--key", file, "--passphrase", "secret"},
      {"make-list", "--kind", "xtl", "--key", file, "--record", "sast=x", "--out", directory / "x"},
  };
  for (const auto& words : wrong) EXPECT_EQ(trustfile(words).exit_code, 2) << testing::PrintToString(words);
  EXPECT_EQ(trustfile({"--help"}).exit_code, 0);
  EXPECT_EQ(trustfile({"verify", "--help"}).exit_code, 0);
}

}  // namespace
}  // namespace phone::trustfile
