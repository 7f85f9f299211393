// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F27: an SRST router is recognised by the certificate that the configuration has for it, and by nothing else.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/trust_store/peers/srst_certificates.hpp"
#include "tests/unit/trust_store/state_fixture.hpp"

namespace phone::trust {
namespace {

using testing::HasSubstr;

constexpr char kItl[] = "itl/ITL_v1.1_sha512_rsa4096.tlv";

class F27_SrstRouter : public ::testing::Test {
 protected:
  void SetUp() override { NEEDS_SAMPLES(); }
  PeerResult judged(Phone& phone, const std::string& der) {
    PeerResult result;
    bool answered = false;
    phone.trust_state().peer({der, Role::kSrst, "router", "sip"}, [&](PeerResult one) {
      result = std::move(one);
      answered = true;
    });
    EXPECT_TRUE(answered) << "nobody else is asked";
    EXPECT_TRUE(phone.jobs().empty()) << "TVS has no say about it";
    return result;
  }
  static std::string router() { return Phone::certificate("sast3072").der(); }
  static Settings with(std::vector<std::string> certificates, bool fips = false) {
    Settings settings;
    settings.fips = fips;
    settings.srst_certificates = std::move(certificates);
    return settings;
  }
};

TEST_F(F27_SrstRouter, IsTrustedByTheCertificateOfTheConfiguration) {
  Phone phone;
  phone.trust_state().apply(with({router()}));
  const PeerResult accepted = judged(phone, router());
  EXPECT_TRUE(accepted.verdict.trusted) << accepted.verdict.reason;
  EXPECT_EQ(accepted.verdict.by, "configuration");
  EXPECT_THAT(accepted.verdict.reason, HasSubstr("is an SRST certificate of the configuration"));
  EXPECT_EQ(phone.trust_state().srst()->usable.size(), 1u);
  phone.restart();
  EXPECT_TRUE(judged(phone, router()).verdict.trusted) << "also before policy has spoken again";
}

TEST_F(F27_SrstRouter, NoListMakesOne) {
  Phone phone;
  phone.install(ListKind::kItl, kItl);
  const auto& records = phone.trust_state().in_force()->itl->list.records;
  phone.trust_state().apply(with({router()}));
  size_t tried = 0;
  for (const Record& record : records) {
    if (!record.certificate.has_value() || record.certificate->der() == router()) continue;
    ++tried;
    const PeerResult refused = judged(phone, record.certificate->der());
    EXPECT_FALSE(refused.verdict.trusted) << name_of(record.role);
    EXPECT_THAT(refused.verdict.reason, HasSubstr("is not the SRST certificate of the configuration"));
  }
  EXPECT_GT(tried, 0u);
  phone.trust_state().apply(with({}));
  EXPECT_THAT(judged(phone, router()).verdict.reason, HasSubstr("the configuration has no SRST certificate"));
}

TEST_F(F27_SrstRouter, ItsCertificateMakesNoCallManager) {
  Phone phone;
  phone.trust_state().apply(with({router()}));
  for (Role role : {Role::kCcm, Role::kCapf, Role::kTvs, Role::kAppServer, Role::kTftp}) {
    PeerResult result;
    phone.trust_state().peer({router(), role, "router", "sip"}, [&](PeerResult one) { result = std::move(one); });
    EXPECT_FALSE(result.verdict.trusted) << name_of(role);
  }
}

TEST_F(F27_SrstRouter, WhatIsOfNoUseIsSetAsideByName) {
  Phone phone;
  phone.trust_state().apply(with({"not a certificate", router(), std::string(70'000, 'x')}));
  const auto srst = phone.trust_state().srst();
  EXPECT_EQ(srst->usable.size(), 1u);
  ASSERT_EQ(srst->set_aside.size(), 2u);
  EXPECT_THAT(srst->set_aside[0], HasSubstr("SRST certificate 1 of the configuration"));
  EXPECT_THAT(srst->set_aside[1], HasSubstr("SRST certificate 3 of the configuration"));
  EXPECT_TRUE(judged(phone, router()).verdict.trusted);
}

TEST_F(F27_SrstRouter, AnIncompletePolicyKeepsTheOneBefore) {
  Phone phone;
  phone.trust_state().apply(with({router()}));
  phone.trust_state().apply(Settings{}, false);
  EXPECT_TRUE(judged(phone, router()).verdict.trusted);
}

TEST(F27_SrstKeys, AreAsLongAsFipsWants) {
  auto key_of = [](const std::string& der, bool fips) { return read_srst({der}, {fips}); };
  if (!Phone::samples_present()) GTEST_SKIP();
  const std::string der = Phone::certificate("sast3072").der();
  EXPECT_EQ(key_of(der, false).usable.size(), 1u);
  const auto leaf = crypto::Certificate::parse(der);
  EXPECT_FALSE(judge_srst(absl::InvalidArgumentError("no certificate"), key_of(der, false), {false}).trusted);
  EXPECT_TRUE(judge_srst(leaf, key_of(der, true), {true}).trusted);
  const std::string brief = Phone::certificate("sast1024").der();
  EXPECT_EQ(key_of(brief, false).usable.size(), 1u);
  ASSERT_EQ(key_of(brief, true).set_aside.size(), 1u);
  EXPECT_FALSE(judge_srst(crypto::Certificate::parse(brief), key_of(brief, true), {true}).trusted);
}

}  // namespace
}  // namespace phone::trust
