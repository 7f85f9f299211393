// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What path validation decides where OpenSSL leaves a choice, and that each refusal names the certificate and the
// cause.
#include "common/crypto/path.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "absl/time/civil_time.h"
#include "tests/unit/crypto/issue.hpp"

namespace phone::crypto {
namespace {

using testing::HasSubstr;

absl::Time day(int year, int month) { return absl::FromCivil(absl::CivilDay(year, month, 1), absl::UTCTimeZone()); }

using Extensions = std::vector<std::pair<int, std::string>>;

const Extensions kCa = {{NID_basic_constraints, "critical,CA:TRUE"}, {NID_key_usage, "critical,keyCertSign,cRLSign"}};

Extensions with(Extensions base, const Extensions& more) {
  base.insert(base.end(), more.begin(), more.end());
  return base;
}

Extensions server(const std::string& names) {
  return {{NID_basic_constraints, "CA:FALSE"}, {NID_subject_alt_name, names}};
}

// Root and issuing CA, made once.
struct House {
  Issued root = make("Root", kCa, nullptr);
  Issued ca = make("Issuing CA", kCa, &root);
  TrustAnchors anchors = TrustAnchors::of({root.certificate()}).value();

  static Issued make(const std::string& name, const Extensions& extensions, const Issued* issuer, int rsa_bits = 0) {
    return issue(
        {.name = name, .extensions = extensions, .rsa_bits = rsa_bits, .from = day(2020, 1), .until = day(2040, 1)},
        issuer);
  }
  PathVerdict judge(const Issued& leaf, PathRules rules) const {
    if (rules.at == absl::UnixEpoch()) rules.at = day(2026, 11);
    return validate_path(leaf.certificate(), {ca.certificate()}, anchors, rules);
  }
};

const House& house() {
  static const House one;
  return one;
}

struct Row {
  const char* what;
  const char* names;   // SAN of the leaf, whose CN is "pbx.lab"
  const char* wanted;  // name asked for
  bool trusted;
  const char* reason;
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.what; }

class F32_PathNames : public testing::TestWithParam<Row> {};

TEST_P(F32_PathNames, Row) {
  const Row& row = GetParam();
  static std::map<std::string, Issued> leaves;
  if (!leaves.contains(row.names)) leaves.emplace(row.names, House::make("pbx.lab", server(row.names), &house().ca));
  const PathVerdict verdict = house().judge(leaves.at(row.names), {.name = row.wanted});
  EXPECT_EQ(verdict.trusted, row.trusted) << verdict.reason;
  EXPECT_THAT(verdict.reason, HasSubstr(row.reason));
}

constexpr char kMany[] = "DNS:a.lab,DNS:pbx.lab,DNS:*.wild.lab,IP:10.0.0.1,IP:fd00::1";
constexpr char kPartial[] = "DNS:p*.lab,DNS:*x.lab,DNS:*.lab,DNS:*";
constexpr char kOther[] = "DNS:other.lab";

INSTANTIATE_TEST_SUITE_P(
    Table, F32_PathNames,
    testing::Values(
        Row{"the one name of many that matches counts", kMany, "pbx.lab", true, "chains to the trust anchor CN=Root"},
        Row{"capitals do not matter", kMany, "PBX.Lab", true, ""},
        Row{"a final dot does not", kMany, "pbx.lab.", true, ""}, Row{"no name is asked for", kMany, "", true, ""},
        Row{"an IPv4 address", kMany, "10.0.0.1", true, ""},
        Row{"an IPv6 address, written otherwise", kMany, "fd00:0::1", true, ""},
        Row{"another address", kMany, "10.0.0.2", false, "not for \"10.0.0.2\""},
        Row{"a name that is not there", kMany, "b.lab", false,
            "is for DNS:a.lab, DNS:pbx.lab, DNS:*.wild.lab, IP:10.0.0.1, IP:fd00::1, not for \"b.lab\""},
        Row{"a wildcard is one label", kMany, "x.wild.lab", true, ""},
        Row{"not two", kMany, "y.x.wild.lab", false, "not for"}, Row{"not none", kMany, "wild.lab", false, "not for"},
        Row{"the common name does not count", kOther, "pbx.lab", false, "is for DNS:other.lab"},
        Row{"partial wildcards do not count", kPartial, "pbx.lab", false, "not for"},
        Row{"nor at the end of a label", kPartial, "boxx.lab", false, "not for"},
        Row{"nor for a whole top level", kPartial, "lab", false, "not for"},
        Row{"an address is not looked for among DNS names", "DNS:10.0.0.1", "10.0.0.1", false, "is for DNS:10.0.0.1"},
        Row{"a leading dot would match every name below", kMany, ".lab", false, "neither a DNS name"},
        Row{"a wildcard cannot be asked for", kMany, "*.wild.lab", false, "neither a DNS name"},
        Row{"nor what no DNS name is", kMany, "pbx lab", false, "neither a DNS name"}));

TEST(F88_PathReasons, WithoutSubjectAlternativeNameTheCommonNameIsNotTaken) {
  const Issued leaf = House::make("pbx.lab", {{NID_basic_constraints, "CA:FALSE"}}, &house().ca);
  const PathVerdict verdict = house().judge(leaf, {.name = "pbx.lab"});
  EXPECT_FALSE(verdict.trusted);
  EXPECT_THAT(verdict.reason, HasSubstr("certificate CN=pbx.lab (serial"));
  EXPECT_THAT(verdict.reason, HasSubstr("has no subject alternative name"));
  EXPECT_TRUE(house().judge(leaf, {}).trusted);
}

TEST(F88_PathReasons, ACaIsNotAPeer) {
  for (const Extensions& extensions :
       {with(kCa, {{NID_subject_alt_name, "DNS:pbx.lab"}}),
        Extensions{{NID_key_usage, "keyCertSign,digitalSignature"}, {NID_subject_alt_name, "DNS:pbx.lab"}}}) {
    const PathVerdict verdict = house().judge(House::make("pbx.lab", extensions, &house().ca), {.name = "pbx.lab"});
    EXPECT_FALSE(verdict.trusted);
    EXPECT_THAT(verdict.reason, HasSubstr("is a CA certificate and cannot be a peer's own"));
  }
}

TEST(F88_PathReasons, ASelfSignedServerIsBelievedWhenItIsTheAnchorAndNoCa) {
  const Issued own = House::make("radius.lab", server("DNS:radius.lab"), nullptr);
  const auto anchors = TrustAnchors::of({own.certificate()}).value();
  const PathRules rules{.at = day(2026, 11), .name = "radius.lab"};
  EXPECT_TRUE(validate_path(own.certificate(), {}, anchors, rules).trusted);
  EXPECT_THAT(validate_path(own.certificate(), {}, house().anchors, rules).reason, HasSubstr("CN=radius.lab (serial"));
}

TEST(F88_PathReasons, TimeComesFromOutside) {
  const Issued leaf = House::make("pbx.lab", server("DNS:pbx.lab"), &house().ca);
  EXPECT_TRUE(house().judge(leaf, {.at = day(2039, 12)}).trusted);
  EXPECT_THAT(house().judge(leaf, {.at = day(2041, 1)}).reason,
              HasSubstr("expired on 2040-01-01T00:00:00+00:00 (the time is 2041-01-01T00:00:00+00:00)"));
  EXPECT_THAT(house().judge(leaf, {.at = day(2019, 1)}).reason, HasSubstr("is not valid before 2020-01-01"));
}

TEST(F88_PathReasons, TheMissingIssuerIsNamed) {
  const Issued leaf = House::make("pbx.lab", server("DNS:pbx.lab"), &house().ca);
  const PathRules rules{.at = day(2026, 11)};
  EXPECT_THAT(
      validate_path(leaf.certificate(), {}, house().anchors, rules).reason,
      HasSubstr("has the issuer CN=Issuing CA, which is neither a trust anchor nor an intermediate that was sent"));
  EXPECT_THAT(validate_path(leaf.certificate(), {}, TrustAnchors(), rules).reason,
              HasSubstr("no trust anchor is configured"));
  const Issued other = House::make("Root", kCa, nullptr);
  const auto anchors = TrustAnchors::of({other.certificate()}).value();
  EXPECT_THAT(validate_path(leaf.certificate(), {house().ca.certificate()}, anchors, rules).reason,
              HasSubstr("certificate CN="));
}

TEST(F88_PathReasons, PurposeIsHeldTo) {
  const Issued client = House::make("phone", {{NID_ext_key_usage, "clientAuth"}}, &house().ca);
  EXPECT_TRUE(house().judge(client, {.purpose = PathPurpose::kClient}).trusted);
  EXPECT_THAT(house().judge(client, {}).reason, HasSubstr("may not be used for a TLS server"));
}

TEST(F3_PathKeys, ShortRsaIsRefusedAndFipsModeSaysSo) {
  const Issued leaf = House::make("pbx.lab", server("DNS:pbx.lab"), &house().ca, 1024);
  EXPECT_THAT(house().judge(leaf, {}).reason, HasSubstr("has the key RSA 1024, which is too short"));
  EXPECT_THAT(house().judge(leaf, {.fips = true}).reason,
              HasSubstr("has the key RSA 1024, which is not FIPS compliant"));
  const Issued good = House::make("pbx.lab", server("DNS:pbx.lab"), &house().ca, 2048);
  EXPECT_TRUE(house().judge(good, {.fips = true}).trusted);
}

TEST(F3_PathKeys, Sha1IsTooWeakBelowTheAnchor) {
  const Issued leaf = issue({.name = "old.lab",
                             .extensions = server("DNS:old.lab"),
                             .from = day(2020, 1),
                             .until = day(2040, 1),
                             .digest = EVP_sha1()},
                            &house().ca);
  EXPECT_THAT(house().judge(leaf, {}).reason, HasSubstr("is signed with ecdsa-with-SHA1, which is too weak"));
}

struct Revocation : testing::Test {
  const Issued leaf = House::make("pbx.lab", server("DNS:pbx.lab"), &house().ca);
  std::string crl(const Issued& issuer, const std::vector<const Issued*>& revoked,
                  const EVP_MD* digest = EVP_sha256()) {
    return revoke(issuer, revoked, day(2026, 1), day(2027, 1), digest);
  }
  PathVerdict judge(const std::vector<std::string>& crls, absl::Time at = day(2026, 11)) {
    auto anchors = TrustAnchors::of({house().root.certificate()}).value();
    for (const std::string& each : crls) EXPECT_TRUE(anchors.add_crl(each).ok());
    return validate_path(leaf.certificate(), {house().ca.certificate()}, anchors, {.at = at});
  }
};

TEST_F(Revocation, CurrentCrlsOfAllIssuersAreWantedOnceThereIsOne) {
  EXPECT_TRUE(judge({}).trusted);
  EXPECT_TRUE(judge({crl(house().root, {}), crl(house().ca, {})}).trusted);
  EXPECT_THAT(judge({crl(house().root, {})}).reason, HasSubstr("there is no usable CRL of CN=Issuing CA"));
  EXPECT_THAT(judge({crl(house().ca, {})}).reason, HasSubstr("there is no usable CRL of CN=Root"));
  EXPECT_FALSE(judge({crl(house().root, {}), crl(house().ca, {})}, day(2028, 1)).trusted);
}

TEST_F(Revocation, RevokedIsRefusedWhereverItStands) {
  EXPECT_THAT(judge({crl(house().root, {}), crl(house().ca, {&leaf})}).reason,
              testing::AllOf(HasSubstr("certificate CN=pbx.lab"), HasSubstr("is revoked")));
  EXPECT_THAT(judge({crl(house().root, {&house().ca}), crl(house().ca, {})}).reason,
              testing::AllOf(HasSubstr("certificate CN=Issuing CA"), HasSubstr("is revoked")));
}

TEST_F(Revocation, AWeaklySignedCrlDoesNotCount) {
  EXPECT_THAT(judge({crl(house().root, {}), crl(house().ca, {}, EVP_sha1())}).reason, HasSubstr("no usable CRL"));
}

TEST(PathBounds, AChainIsReadWholeOrNotAtAll) {
  const Issued leaf = House::make("pbx.lab", server("DNS:pbx.lab"), &house().ca);
  const PathRules rules{.at = day(2026, 11)};
  const std::string der = leaf.certificate().der();
  EXPECT_TRUE(validate_path({der, house().ca.certificate().der()}, house().anchors, rules).trusted);
  EXPECT_THAT(validate_path(std::vector<std::string>{}, house().anchors, rules).reason, HasSubstr("no certificate"));
  EXPECT_THAT(validate_path({der, "junk"}, house().anchors, rules).reason, HasSubstr("certificate 2 of the chain"));
  const std::vector<std::string> many(kMostIntermediates + 2, der);
  EXPECT_THAT(validate_path(many, house().anchors, rules).reason, HasSubstr("at most 16"));
}

TEST(PathAnchors, PemIsTakenWholeOrRefused) {
  const std::string pem = to_pem(house().root.certificate());
  EXPECT_EQ(TrustAnchors::from_pem("words before\n" + pem + pem)->size(), 2u);
  EXPECT_FALSE(TrustAnchors::from_pem("").ok());
  EXPECT_FALSE(TrustAnchors::from_pem(pem + pem.substr(0, pem.size() / 2)).ok());
  std::string broken = pem;
  broken[40] = '!';
  EXPECT_FALSE(TrustAnchors::from_pem(pem + broken).ok());
  TrustAnchors anchors;
  EXPECT_FALSE(anchors.add_crls_from_pem(pem).ok());
  EXPECT_FALSE(anchors.add_crl("junk").ok());
}

}  // namespace
}  // namespace phone::crypto
