// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Signed files as the trust store takes them, made by the lab's encoder where the samples have none of a kind.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/trust_store/signer.hpp"
#include "tests/unit/trust_store/state_fixture.hpp"

namespace phone::trust {
namespace {

using testing::HasSubstr;

constexpr ListKind kI = ListKind::kItl;
constexpr char kBase[] = "itl/ITL_v1.1_sha512_rsa4096.tlv";
constexpr char kName[] = "SEP0A1B2C3D4E5F.cnf.xml.sgn";

FileVerdict judged(Phone& phone, const std::string& name, const std::string& content) {
  FileVerdict verdict;
  phone.trust_state().file(name, content, false, [&](FileResult result) { verdict = std::move(result.verdict); });
  for (const TvsJob& job : std::exchange(phone.jobs(), {})) {
    phone.trust_state().answered(job.request_id, {TvsVerdict::kNo, {}, {}, "no server responded"});
  }
  return verdict;
}

struct Variant {
  const char* what;
  lab::Hash hash;
  const char* signer;
  const char* name;
  const char* reason;  // null: accepted
  friend void PrintTo(const Variant& row, std::ostream* out) { *out << row.what; }
};

class F16_FileVariants_Lab : public testing::TestWithParam<Variant> {};

TEST_P(F16_FileVariants_Lab, Row) {
  NEEDS_SAMPLES();
  Phone phone;
  phone.install(kI, kBase);
  const std::string body = "<device/>";
  const FileVerdict verdict =
      judged(phone, GetParam().name, signed_with(GetParam().signer, GetParam().name, body, GetParam().hash));
  EXPECT_EQ(verdict.trusted, GetParam().reason == nullptr) << verdict.reason;
  if (GetParam().reason != nullptr) {
    EXPECT_THAT(verdict.reason, HasSubstr(GetParam().reason));
    EXPECT_FALSE(verdict.file.has_value()) << "what is not trusted is not handed out";
  } else {
    EXPECT_EQ(verdict.file->body, body);
    EXPECT_EQ(verdict.warnings.empty(), GetParam().hash != lab::Hash::kSha1);
  }
}

const Variant kVariants[] = {
    {"SHA-1", lab::Hash::kSha1, "tftp", kName, nullptr},
    {"SHA-256", lab::Hash::kSha256, "tftp", kName, nullptr},
    {"SHA-512", lab::Hash::kSha512, "tftp", kName, nullptr},
    {"by the other listed server, CCM+TFTP", lab::Hash::kSha512, "ccm-pub", kName, nullptr},
    {"in a folder", lab::Hash::kSha512, "tftp", "New_Zealand/g3-tones.xml.sgn", nullptr},
    {"with the suffix of newer call managers", lab::Hash::kSha512, "tftp", "SEP0A1B2C3D4E5F.cnf.xml.sha512", nullptr},
    {"by a SAST", lab::Hash::kSha512, "itlrecovery", kName, "does not have the TFTP role"},
    {"by CAPF", lab::Hash::kSha512, "capf", kName, "does not have the TFTP role"},
    {"by TVS", lab::Hash::kSha512, "tvs-pub", kName, "does not have the TFTP role"},
    {"by nobody listed", lab::Hash::kSha512, "evil-tftp", kName, "does not have the TFTP role"},
    {"unencrypted under the encrypted name", lab::Hash::kSha512, "tftp", "SEP0A1B2C3D4E5F.cnf.xml.enc.sgn",
     "not encrypted"},
};
INSTANTIATE_TEST_SUITE_P(Rows, F16_FileVariants_Lab, testing::ValuesIn(kVariants));

TEST(F17_FileEncryption_Lab, EveryDigestOfAnEncryptedFileIsTakenAndTheNameIsBoundToTheDevice) {
  NEEDS_SAMPLES();
  Phone phone;
  phone.install(kI, kBase);
  const std::string name = "SEP0A1B2C3D4E5F.cnf.xml.enc.sgn";
  for (const lab::Hash hash : {lab::Hash::kSha1, lab::Hash::kSha256, lab::Hash::kSha512}) {
    const auto key = lab::make_content_key(*sample_identity("mic-rsa2048")).value();
    const auto file =
        lab::encrypt_file({.signer = sample_identity("tftp"), .hash = hash}, name, key, "<device/>").value();
    const FileVerdict verdict = judged(phone, name, file);
    ASSERT_TRUE(verdict.trusted) << verdict.reason;
    ASSERT_TRUE(verdict.file->encryption.has_value());
    EXPECT_EQ(crypto::digest(verdict.file->encryption->digest, "<device/>"),
              verdict.file->encryption->plaintext_digest);
    EXPECT_THAT(judged(phone, "SEPFFFFFFFFFFFF.cnf.xml.enc.sgn", file).reason, HasSubstr("signed for the name"));
  }
}

TEST(F5_Sha2Signatures_Lab, AListSignedWithSha256IsBelievedInFipsModeToo) {
  NEEDS_SAMPLES();
  lab::TrustList list{.filename = "ITLFile.tlv",
                      .hash = lab::Hash::kSha256,
                      .signer = sample_identity("itlrecovery2048"),
                      .records = {{lab::Role::kSast, sample_identity("itlrecovery2048")}}};
  Phone phone;
  phone.trust_state().apply({.fips = true});
  const auto result = phone.offer({{kI, lab::encode(list).value(), "lab"}});
  EXPECT_TRUE(result->verdicts[0].accepted) << result->verdicts[0].reason;
  EXPECT_EQ(phone.notices().back().kind, "trust_list.weak") << "it is a rollback list, that is its one weakness";
}

TEST(F5_Sha2Signatures_Lab, Sha1IsToldByAWarningEventAndSha2ByNone) {
  NEEDS_SAMPLES();
  for (const lab::Hash hash : {lab::Hash::kSha1, lab::Hash::kSha256, lab::Hash::kSha512}) {
    Phone phone;
    phone.install(kI, kBase);
    ASSERT_TRUE(judged(phone, kName, signed_with("tftp", kName, "<device/>", hash)).trusted);
    std::vector<Notice> weak;
    for (const Notice& notice : phone.notices()) {
      if (notice.kind == "file.weak") weak.push_back(notice);
    }
    ASSERT_EQ(weak.size(), hash == lab::Hash::kSha1 ? 1U : 0U);
    if (weak.empty()) continue;
    EXPECT_TRUE(weak[0].warning);
    EXPECT_EQ(weak[0].text, "SEP0A1B2C3D4E5F.cnf.xml.sgn: the signature uses SHA-1");
  }
}

TEST(F85_RecordOfDecisions, EachNamesFileSignerListRoleTimeAndSignature) {
  NEEDS_SAMPLES();
  Phone phone;
  phone.install(kI, kBase);
  judged(phone, kName, Phone::sample("sgn/SEP0A1B2C3D4E5F.cnf.xml.sgn"));
  const auto decisions = phone.trust_state().decisions("", 10);
  ASSERT_EQ(decisions.size(), 2u);
  EXPECT_EQ(decisions[0].what, kName);
  EXPECT_EQ(decisions[0].kind, "file");
  EXPECT_EQ(decisions[0].role, "TFTP");
  EXPECT_EQ(decisions[0].by, "ITL");
  EXPECT_THAT(decisions[0].signer, HasSubstr("CN=tftp.lab"));
  EXPECT_EQ(decisions[0].time, absl::FromUnixSeconds(1800000000));
  EXPECT_EQ(decisions[0].sha1,
            crypto::hex(crypto::digest(crypto::Digest::kSha1, Phone::sample("sgn/SEP0A1B2C3D4E5F.cnf.xml.sgn"))));
  EXPECT_EQ(decisions[0].sha256,
            crypto::hex(crypto::digest(crypto::Digest::kSha256, Phone::sample("sgn/SEP0A1B2C3D4E5F.cnf.xml.sgn"))));
  EXPECT_EQ(decisions[1].sha1, phone.trust_state().in_force()->itl->list.sha1());
  EXPECT_EQ(decisions[1].sha256, phone.trust_state().in_force()->itl->list.sha256());
  EXPECT_EQ(phone.trust_state().configuration()->sha1, decisions[0].sha1) << "the menu's signature is the record's";
}

}  // namespace
}  // namespace phone::trust
