// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/certificate_manager/keys/purpose.hpp"

#include <gtest/gtest.h>

#include "services/certificate_manager/certificates/device_name.hpp"
#include "services/certificate_manager/keys/key_policy.hpp"

namespace phone::certificates {
namespace {

using Kinds = std::vector<Kind>;
const Kinds kLscFirst = {Kind::kLsc, Kind::kMic};

struct Row {
  Purpose purpose;
  Use use;
  Caller caller;
  Kinds kinds;
};

// Every combination that is served; the test below refuses all the others.
const std::vector<Row> kServed = {
    {Purpose::kSipTls, Use::kSign, Caller::kSignaling, kLscFirst},
    {Purpose::kSipTls, Use::kLook, Caller::kSignaling, kLscFirst},
    {Purpose::kSipTls, Use::kLook, Caller::kGateway, kLscFirst},
    {Purpose::kTvsTls, Use::kSign, Caller::kTrustStore, kLscFirst},
    {Purpose::kTvsTls, Use::kLook, Caller::kTrustStore, kLscFirst},
    {Purpose::kTvsTls, Use::kLook, Caller::kGateway, kLscFirst},
    {Purpose::kHttpsTls, Use::kSign, Caller::kPolicy, kLscFirst},
    {Purpose::kHttpsTls, Use::kLook, Caller::kPolicy, kLscFirst},
    {Purpose::kHttpsTls, Use::kLook, Caller::kGateway, kLscFirst},
    {Purpose::kCapfProof, Use::kSign, Caller::kEnrolment, kLscFirst},
    {Purpose::kCapfProof, Use::kLook, Caller::kEnrolment, kLscFirst},
    {Purpose::kCapfProof, Use::kLook, Caller::kGateway, kLscFirst},
    {Purpose::kFileUnwrap, Use::kUnwrap, Caller::kPolicy, kLscFirst},
    {Purpose::kFileUnwrap, Use::kLook, Caller::kPolicy, kLscFirst},
    {Purpose::kFileUnwrap, Use::kLook, Caller::kGateway, kLscFirst},
    {Purpose::kEapTlsWired, Use::kSign, Caller::kSupplicant, kLscFirst},
    {Purpose::kEapTlsWired, Use::kLook, Caller::kSupplicant, kLscFirst},
    {Purpose::kEapTlsWired, Use::kLook, Caller::kNetworkAccess, kLscFirst},
    {Purpose::kEapTlsWired, Use::kLook, Caller::kGateway, kLscFirst},
    {Purpose::kEapTlsWlan, Use::kSign, Caller::kSupplicant, {Kind::kUser, Kind::kMic}},
    {Purpose::kEapTlsWlan, Use::kLook, Caller::kSupplicant, {Kind::kUser, Kind::kMic}},
    {Purpose::kEapTlsWlan, Use::kLook, Caller::kNetworkAccess, {Kind::kUser, Kind::kMic}},
    {Purpose::kEapTlsWlan, Use::kLook, Caller::kGateway, {Kind::kUser, Kind::kMic}},
    {Purpose::kScep, Use::kSign, Caller::kEnrolment, {Kind::kUser}},
    {Purpose::kScep, Use::kUnwrap, Caller::kEnrolment, {Kind::kUser}},
    {Purpose::kScep, Use::kLook, Caller::kEnrolment, {Kind::kUser}},
    {Purpose::kScep, Use::kLook, Caller::kNetworkAccess, {Kind::kUser}},
    {Purpose::kScep, Use::kLook, Caller::kGateway, {Kind::kUser}},
    {Purpose::kWebTls, Use::kSign, Caller::kDiagnostics, kLscFirst},
    {Purpose::kWebTls, Use::kLook, Caller::kDiagnostics, kLscFirst},
    {Purpose::kWebTls, Use::kLook, Caller::kGateway, kLscFirst},
};

TEST(F83_KeysForAPurpose_Table, EveryCallerIsServedItsOwnPurposesAndNoOther) {
  for (int purpose = 0; purpose <= 10; ++purpose) {
    for (int caller = 0; caller <= 12; ++caller) {
      for (const Use use : {Use::kLook, Use::kSign, Use::kUnwrap}) {
        const Row* expected = nullptr;
        for (const Row& row : kServed) {
          if (static_cast<int>(row.purpose) == purpose && static_cast<int>(row.caller) == caller && row.use == use) {
            expected = &row;
          }
        }
        const auto served = serving(static_cast<Purpose>(purpose), static_cast<Caller>(caller), use, {});
        ASSERT_EQ(served.has_value(), expected != nullptr)
            << name_of(static_cast<Purpose>(purpose)) << " for caller " << caller << " use " << static_cast<int>(use);
        if (served) {
          EXPECT_EQ(*served, expected->kinds);
        }
      }
    }
  }
}

TEST(F34_LscForWlan_Table, IsRefusedByDefaultAndAllowedByPolicy) {
  const auto strict = serving(Purpose::kEapTlsWlan, Caller::kSupplicant, Use::kSign, {});
  EXPECT_EQ(strict, (Kinds{Kind::kUser, Kind::kMic}));
  const auto allowed = serving(Purpose::kEapTlsWlan, Caller::kSupplicant, Use::kSign, {.lsc_for_wlan = true});
  EXPECT_EQ(allowed, (Kinds{Kind::kUser, Kind::kLsc, Kind::kMic}));
}

TEST(F14_LscBeforeMic_Table, TheTlsClientCertificateIsTheLscWhenThereIsOne) {
  EXPECT_EQ(serving(Purpose::kSipTls, Caller::kSignaling, Use::kSign, {})->front(), Kind::kLsc);
  EXPECT_EQ(serving(Purpose::kTvsTls, Caller::kTrustStore, Use::kSign, {})->front(), Kind::kLsc);
}

struct KeyRow {
  const char* name;
  KeyType type;
  int bits;
  KeyLimits limits;
  absl::StatusCode answer;
};

class F21_KeySizes_Table : public ::testing::TestWithParam<KeyRow> {};

TEST_P(F21_KeySizes_Table, MayBeMadeOrNot) {
  const KeyRow& row = GetParam();
  EXPECT_EQ(may_generate(row.type, row.bits, row.limits).code(), row.answer);
}

constexpr KeyLimits kPlain{.fips = false, .ec_allowed = false};
constexpr KeyLimits kWithEc{.fips = false, .ec_allowed = true};
constexpr KeyLimits kFips{.fips = true, .ec_allowed = true};
using absl::StatusCode;

INSTANTIATE_TEST_SUITE_P(
    All, F21_KeySizes_Table,
    ::testing::Values(KeyRow{"Rsa512", KeyType::kRsa, 512, kPlain, StatusCode::kFailedPrecondition},
                      KeyRow{"Rsa1024", KeyType::kRsa, 1024, kPlain, StatusCode::kOk},
                      KeyRow{"Rsa2048", KeyType::kRsa, 2048, kPlain, StatusCode::kOk},
                      KeyRow{"Rsa3072", KeyType::kRsa, 3072, kPlain, StatusCode::kOk},
                      KeyRow{"Rsa4096", KeyType::kRsa, 4096, kPlain, StatusCode::kOk},
                      KeyRow{"Rsa8192IsNotCapf", KeyType::kRsa, 8192, kPlain, StatusCode::kInvalidArgument},
                      KeyRow{"Rsa2047IsNotCapf", KeyType::kRsa, 2047, kPlain, StatusCode::kInvalidArgument},
                      KeyRow{"Fips512", KeyType::kRsa, 512, kFips, StatusCode::kFailedPrecondition},
                      KeyRow{"Fips1024", KeyType::kRsa, 1024, kFips, StatusCode::kFailedPrecondition},
                      KeyRow{"Fips2048", KeyType::kRsa, 2048, kFips, StatusCode::kOk},
                      KeyRow{"EcWithoutPermission", KeyType::kEc, 256, kPlain, StatusCode::kFailedPrecondition},
                      KeyRow{"Ec256", KeyType::kEc, 256, kWithEc, StatusCode::kOk},
                      KeyRow{"Ec384", KeyType::kEc, 384, kWithEc, StatusCode::kOk},
                      KeyRow{"Ec521", KeyType::kEc, 521, kWithEc, StatusCode::kOk},
                      KeyRow{"Ec512IsNoCurve", KeyType::kEc, 512, kWithEc, StatusCode::kInvalidArgument},
                      KeyRow{"FipsEc256", KeyType::kEc, 256, kFips, StatusCode::kOk}),
    [](const auto& info) { return info.param.name; });

TEST(DeviceName_Table, IsReadOutOfMicAndLsc) {
  EXPECT_EQ(device_name("CP-9861-SEP0A1B2C3D4E5F"), "SEP0A1B2C3D4E5F");
  EXPECT_EQ(device_name("SEP0A1B2C3D4E5F"), "SEP0A1B2C3D4E5F");
  EXPECT_EQ(device_name("XSEP0A1B2C3D4E5F"), std::nullopt);
  EXPECT_EQ(device_name("SEP0A1B2C3D4E5"), std::nullopt);
  EXPECT_EQ(device_name("SEP0a1b2c3d4e5f"), std::nullopt);
  EXPECT_EQ(device_name(""), std::nullopt);
}

}  // namespace
}  // namespace phone::certificates
