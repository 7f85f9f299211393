// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What RFC 5280 and 6818 demand of a path, case by case under the names x509-limbo gives them: the cases OpenSSL's
// hardened settings refuse and OpenSSL's defaults accept, and how far name constraints are understood. Certificates are
// made here; the first change to each is the only one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "absl/time/civil_time.h"
#include "common/crypto/path.hpp"
#include "tests/unit/crypto/issue.hpp"

namespace phone::crypto {
namespace {

using testing::HasSubstr;

absl::Time year(int number) { return absl::FromCivil(absl::CivilYear(number), absl::UTCTimeZone()); }

Wanted authority(const std::string& name) {
  return {.name = name,
          .extensions = {{NID_basic_constraints, "critical,CA:TRUE"}, {NID_key_usage, "critical,keyCertSign,cRLSign"}},
          .from = year(2020),
          .until = year(2040)};
}

// Three certificates that would be believed, and a change.
struct Plan {
  Wanted root = authority("Root"), ca = authority("Issuing CA"),
         leaf = {.name = "pbx.lab",
                 .extensions = {{NID_basic_constraints, "CA:FALSE"}, {NID_subject_alt_name, "DNS:pbx.lab"}},
                 .from = year(2020),
                 .until = year(2040)};
  PathRules rules{.at = year(2026), .name = "pbx.lab"};
};

PathVerdict judge_plan(const Plan& plan) {
  const Issued root = issue(plan.root, nullptr);
  const Issued ca = issue(plan.ca, &root);
  const Issued leaf = issue(plan.leaf, &ca);
  return validate_path(leaf.certificate(), {ca.certificate()}, TrustAnchors::of({root.certificate()}).value(),
                       plan.rules);
}

void set(Wanted& one, int id, const std::string& value) {
  std::erase_if(one.extensions, [id](const auto& each) { return each.first == id; });
  if (!value.empty()) one.extensions.emplace_back(id, value);
}

struct StrictRow {
  const char* what;
  std::function<void(Plan&)> change;
  const char* reason;  // empty: believed
};
void PrintTo(const StrictRow& row, std::ostream* out) { *out << row.what; }

class F88_StrictPaths_Table : public testing::TestWithParam<StrictRow> {};

TEST_P(F88_StrictPaths_Table, Row) {
  Plan plan;
  GetParam().change(plan);
  const PathVerdict verdict = judge_plan(plan);
  EXPECT_EQ(verdict.trusted, std::string(GetParam().reason).empty()) << verdict.reason;
  EXPECT_THAT(verdict.reason, HasSubstr(GetParam().reason));
}

const StrictRow kStrict[] = {
    {"nothing changed", [](Plan&) {}, ""},
    {"rfc5280::root-missing-basic-constraints", [](Plan& p) { set(p.root, NID_basic_constraints, ""); },
     "certificate CN=Root (serial"},
    {"rfc5280::root-non-critical-basic-constraints", [](Plan& p) { set(p.root, NID_basic_constraints, "CA:TRUE"); },
     "is a CA certificate whose basic constraints are not critical"},
    {"the same of an intermediate", [](Plan& p) { set(p.ca, NID_basic_constraints, "CA:TRUE"); },
     "certificate CN=Issuing CA"},
    {"rfc5280::root-inconsistent-ca-extensions",
     [](Plan& p) { set(p.root, NID_key_usage, "critical,digitalSignature"); }, "certificate CN=Root"},
    {"webpki::ee-basicconstraints-ca", [](Plan& p) { set(p.leaf, NID_basic_constraints, "CA:TRUE"); },
     "is a CA certificate and cannot be a peer's own"},
    {"rfc5280::leaf-ku-keycertsign", [](Plan& p) { set(p.leaf, NID_key_usage, "digitalSignature,keyCertSign"); },
     "may sign certificates by its key usage"},
    {"rfc5280::aki::leaf-missing-aki", [](Plan& p) { p.leaf.authority_key = false; },
     "has no authority key identifier"},
    {"rfc5280::aki::intermediate-missing-aki", [](Plan& p) { p.ca.authority_key = false; },
     "certificate CN=Issuing CA"},
    {"rfc5280::ski::root-missing-ski",
     [](Plan& p) {
       p.root.subject_key = false;
       p.ca.authority_key = false;
     },
     "key identifier"},
    {"rfc5280::ski::intermediate-missing-ski",
     [](Plan& p) {
       p.ca.subject_key = false;
       p.leaf.authority_key = false;
     },
     "key identifier"},
    {"rfc5280::ski::critical-ski",
     [](Plan& p) {
       p.ca.subject_key = false;
       set(p.ca, NID_subject_key_identifier, "critical,hash");
     },
     "certificate CN=Issuing CA"},
    {"rfc5280::san::noncritical-with-empty-subject", [](Plan& p) { p.leaf.name = ""; },
     "has an empty subject, and its alternative names are not critical"},
    {"an empty subject with critical names",
     [](Plan& p) {
       p.leaf.name = "";
       set(p.leaf, NID_subject_alt_name, "critical,DNS:pbx.lab");
     },
     ""},
    {"webpki::forbidden-rsa-not-divisible-by-8-in-leaf", [](Plan& p) { p.leaf.rsa_bits = 2052; },
     "RSA 2052, whose size is not whole bytes"},
    {"webpki::forbidden-rsa-not-divisible-by-8-in-root", [](Plan& p) { p.root.rsa_bits = 2052; },
     "certificate CN=Root"},
    {"pathlen::max-chain-depth-0-exhausted", [](Plan& p) { p.rules.deepest = 0; }, "is more than 0 issuers away"},
    {"pathlen::max-chain-depth-1", [](Plan& p) { p.rules.deepest = 1; }, ""},
    {"rfc5280::duplicate-extensions",
     [](Plan& p) {
       p.leaf.extensions.emplace_back(NID_netscape_comment, "a"),
           p.leaf.extensions.emplace_back(NID_netscape_comment, "b");
     },
     "has a duplicate extension"},
    {"an anchor without key usage says nothing and is believed", [](Plan& p) { set(p.root, NID_key_usage, ""); }, ""},
    {"an intermediate without key usage", [](Plan& p) { set(p.ca, NID_key_usage, ""); },
     "is a CA certificate without a key usage"},
};
INSTANTIATE_TEST_SUITE_P(Limbo, F88_StrictPaths_Table, testing::ValuesIn(kStrict));

StrictRow constrained(const char* what, const char* constraints, const char* names, const char* reason,
                      const char* asked_for = "pbx.lab") {
  return {what,
          [=](Plan& p) {
            set(p.ca, NID_name_constraints, constraints);
            set(p.leaf, NID_subject_alt_name, names);
            p.rules.name = asked_for;
          },
          reason};
}
constexpr char kNotAllowed[] = "certificate CN=pbx.lab";

const StrictRow kConstraints[] = {
    constrained("a permitted DNS name", "critical,permitted;DNS:lab", "DNS:pbx.lab", ""),
    constrained("not critical is enforced all the same", "permitted;DNS:other", "DNS:pbx.lab", kNotAllowed),
    constrained("another DNS name", "critical,permitted;DNS:example.lab", "DNS:pbx.lab", kNotAllowed),
    constrained("not all names are permitted", "critical,permitted;DNS:pbx.lab", "DNS:pbx.lab,DNS:evil.lab",
                kNotAllowed),
    constrained("the end of a label is no label", "critical,permitted;DNS:bx.lab", "DNS:pbx.lab", kNotAllowed),
    constrained("an excluded DNS name", "critical,excluded;DNS:lab", "DNS:pbx.lab", kNotAllowed),
    constrained("excluded counts more than permitted", "critical,permitted;DNS:lab,excluded;DNS:pbx.lab", "DNS:pbx.lab",
                kNotAllowed),
    constrained("a wildcard does not reach what is excluded", "critical,permitted;DNS:lab,excluded;DNS:pbx.a.lab",
                "DNS:*.a.lab", "is not allowed to certify the name \"pbx.a.lab\"", "pbx.a.lab"),
    constrained("nor written in capitals and with a final dot", "critical,permitted;DNS:lab,excluded;DNS:pbx.a.lab",
                "DNS:*.a.lab", "is not allowed to certify", "PBX.A.Lab."),
    constrained("and reaches its neighbour", "critical,permitted;DNS:lab,excluded;DNS:pbx.a.lab", "DNS:*.a.lab", "",
                "other.a.lab"),
    constrained("a base with a dot in front, as company authorities write it", "critical,permitted;DNS:.lab",
                "DNS:pbx.lab", ""),
    constrained("a permitted network", "critical,permitted;IP:10.0.0.0/255.0.0.0", "IP:10.1.2.3", "", "10.1.2.3"),
    constrained("another network", "critical,permitted;IP:10.0.0.0/255.0.0.0", "IP:11.1.2.3", kNotAllowed, "11.1.2.3"),
    constrained("an excluded IPv6 network", "critical,excluded;IP:fd00::/ff00::", "IP:fd00::1", kNotAllowed, "fd00::1"),
    constrained("a mask with a hole", "critical,permitted;IP:10.0.0.0/255.0.255.0", "IP:10.0.0.1",
                "has a name constraint that is not a network", "10.0.0.1"),
    constrained("a permitted mail domain and no mail address", "critical,permitted;email:lab", "DNS:pbx.lab", ""),
    constrained("another mail domain", "critical,permitted;email:other", "DNS:pbx.lab,email:a@lab", kNotAllowed),
    constrained("URIs", "critical,permitted;URI:lab", "DNS:pbx.lab", "a name constraint on URIs, which is refused"),
    constrained("registered identifiers", "critical,permitted;RID:1.2.3", "DNS:pbx.lab",
                "a name constraint of kind 8, which is refused"),
    constrained("names of a kind of its own", "critical,excluded;otherName:1.2.3.4;UTF8:x", "DNS:pbx.lab",
                "on otherName, which is refused"),
    constrained("a wildcard as base", "critical,permitted;DNS:*.lab", "DNS:pbx.lab", "CN="),
    {"an anchor's constraints count",
     [](Plan& p) { set(p.root, NID_name_constraints, "critical,permitted;DNS:other"); }, kNotAllowed},
    {"a leaf has none", [](Plan& p) { set(p.leaf, NID_name_constraints, "critical,permitted;DNS:lab"); },
     "has name constraints but is not a CA certificate"},
};
INSTANTIATE_TEST_SUITE_P(NameConstraints, F88_StrictPaths_Table, testing::ValuesIn(kConstraints));

TEST(F88_StrictPaths, DirectoryNamesAreConstrained) {
  // A directory name cannot be written as one line of a configuration: the constraint is put together here.
  const auto judged = [](const char* base) {
    const Issued root = issue(authority("Root"), nullptr);
    Issued ca = issue(authority("Issuing CA"), &root);
    NAME_CONSTRAINTS* constraints = NAME_CONSTRAINTS_new();
    constraints->permittedSubtrees = sk_GENERAL_SUBTREE_new_null();
    GENERAL_SUBTREE* subtree = GENERAL_SUBTREE_new();
    subtree->base->type = GEN_DIRNAME;
    subtree->base->d.directoryName = X509_NAME_new();
    X509_NAME_add_entry_by_txt(subtree->base->d.directoryName, "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(base), -1, -1, 0);
    sk_GENERAL_SUBTREE_push(constraints->permittedSubtrees, subtree);
    X509_add1_ext_i2d(ca.x509.get(), NID_name_constraints, constraints, 1, 0);
    NAME_CONSTRAINTS_free(constraints);
    X509_sign(ca.x509.get(), root.key.get(), EVP_sha256());
    const Plan plan;
    const Issued leaf = issue(plan.leaf, &ca);
    return validate_path(leaf.certificate(), {ca.certificate()}, TrustAnchors::of({root.certificate()}).value(),
                         plan.rules);
  };
  EXPECT_TRUE(judged("pbx.lab").trusted) << judged("pbx.lab").reason;
  EXPECT_THAT(judged("other").reason, HasSubstr("has a name that an issuer's name constraints do not allow"));
}

// SCEP's authority is held to the same rules, but for what it may be.
TEST(F88_StrictPaths, AnAuthorityIsHeldToThemToo) {
  Plan plan;
  plan.rules = {.purpose = PathPurpose::kAuthority, .at = year(2026)};
  EXPECT_TRUE(judge_plan(plan).trusted) << judge_plan(plan).reason;
  plan.leaf = authority("CA itself");
  EXPECT_TRUE(judge_plan(plan).trusted) << judge_plan(plan).reason;
  set(plan.ca, NID_basic_constraints, "CA:TRUE");
  EXPECT_THAT(judge_plan(plan).reason, HasSubstr("basic constraints are not critical"));
}

}  // namespace
}  // namespace phone::crypto
