// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F45, F95: the CAs by which a RADIUS server may be judged, and the time that a list in force proves.
#include "services/trust_store/lists/network_authorities.hpp"

#include <gmock/gmock.h>

#include "tests/unit/crypto/issue.hpp"

namespace phone::trust {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const absl::Time kMoment = absl::FromUnixSeconds(1'796'000'000);

crypto::Certificate certificate(const std::string& name, const char* constraints) {
  return crypto::issue({.name = name,
                        .extensions = {{NID_basic_constraints, constraints}},
                        .from = kMoment - absl::Hours(1),
                        .until = kMoment + absl::Hours(1)},
                       nullptr)
      .certificate();
}
constexpr char kCa[] = "critical,CA:TRUE", kLeaf[] = "CA:FALSE";

TrustList list_of(ListKind kind, std::vector<std::pair<Role, crypto::Certificate>> records, std::uint32_t signed_at) {
  TrustList list;
  list.kind = kind;
  list.header.timestamp = signed_at;
  for (auto& [role, one] : records) {
    Record record;
    record.role = role;
    record.certificate = std::move(one);
    list.records.push_back(std::move(record));
  }
  return list;
}
std::string der(const crypto::Certificate& one) { return std::string(one.der()); }

TEST(F45_NetworkAuthorities, AreTheCasOfCapfAndOfApplicationServersAndNoOtherRecord) {
  const auto capf = certificate("CAPF", kCa), server = certificate("ISE CA", kCa), leaf = certificate("ISE", kLeaf);
  const auto call_manager = certificate("CUCM", kCa), tvs = certificate("TVS", kCa);
  const TrustList itl = list_of(ListKind::kItl,
                                {{Role::kCapf, capf},
                                 {Role::kAppServer, server},
                                 {Role::kAppServer, leaf},
                                 {Role::kCcmTftp, call_manager},
                                 {Role::kTvs, tvs},
                                 {Role::kSast, call_manager}},
                                100);
  EXPECT_THAT(network_authorities({nullptr, &itl}).certificates, ElementsAre(der(server), der(capf)));
  EXPECT_THAT(network_authorities({}).certificates, IsEmpty());
}

TEST(F45_NetworkAuthorities, OfBothListsAreNamedOnce) {
  const auto capf = certificate("CAPF", kCa), other = certificate("CAPF 2", kCa);
  const TrustList ctl = list_of(ListKind::kCtl, {{Role::kCapf, capf}}, 0);
  const TrustList itl = list_of(ListKind::kItl, {{Role::kCapf, capf}, {Role::kCapf, other}}, 100);
  EXPECT_THAT(network_authorities({&ctl, &itl}).certificates, ElementsAre(der(capf), der(other)));
}

TEST(F45_NetworkAuthorities, AreBounded) {
  std::vector<std::pair<Role, crypto::Certificate>> many;
  for (int i = 0; i < 40; ++i) many.emplace_back(Role::kCapf, certificate("CAPF " + std::to_string(i), kCa));
  const TrustList itl = list_of(ListKind::kItl, std::move(many), 100);
  EXPECT_EQ(network_authorities({nullptr, &itl}).certificates.size(), kMostNetworkAuthorities);
}

TEST(F95_NetworkAuthorities, TheNewestSignatureOfTheListsInForceIsAMomentThatHasPassed) {
  const TrustList ctl = list_of(ListKind::kCtl, {}, 1'700'000'000), itl = list_of(ListKind::kItl, {}, 1'790'000'000);
  EXPECT_EQ(network_authorities({&ctl, &itl}).signed_at, absl::FromUnixSeconds(1'790'000'000));
  EXPECT_EQ(network_authorities({&ctl, nullptr}).signed_at, absl::FromUnixSeconds(1'700'000'000));
  EXPECT_EQ(network_authorities({}).signed_at, std::nullopt);
}

}  // namespace
}  // namespace phone::trust
