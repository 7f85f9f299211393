// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Certificates as equipment in the field writes them: keys of kinds that the phone does not use, negative serial
// numbers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/trust_store/lists/list_reading.hpp"
#include "tests/unit/crypto/issue.hpp"
#include "tests/unit/trust_store/signer.hpp"

namespace phone::trust {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const absl::Time kFrom = absl::FromUnixSeconds(1700000000);
const absl::Time kUntil = absl::FromUnixSeconds(1900000000);

crypto::Issued authority() { return crypto::issue({.name = "authority", .from = kFrom, .until = kUntil}, nullptr); }

std::string der_of(const crypto::Issued& one) {
  unsigned char* der = nullptr;
  const int size = i2d_X509(one.x509.get(), &der);
  const crypto::OpensslBytes held(der);
  return {reinterpret_cast<const char*>(der), static_cast<std::size_t>(size)};
}

lab::IdentityPtr listed(const crypto::Issued& one) { return lab::Identity::from_der(der_of(one)).value(); }

// An ITL with the sample cluster's signer, its TFTP server, and these.
std::string list_with(const std::vector<lab::Record>& more, lab::IdentityPtr signer = sample_identity("tftp")) {
  lab::TrustList list{
      .filename = "ITLFile.tlv",
      .signer = signer,
      .records = {{lab::Role::kSast, sample_identity("tftp")}, {lab::Role::kTftp, sample_identity("tftp")}}};
  list.records.insert(list.records.end(), more.begin(), more.end());
  return lab::encode(list).value();
}

class F16_UnusableKey : public testing::TestWithParam<const char*> {};

TEST_P(F16_UnusableKey, CostsItsRecordAndNotTheList) {
  const crypto::Issued above = authority();
  const crypto::Issued odd =
      crypto::issue({.name = "odd", .key_kind = GetParam(), .from = kFrom, .until = kUntil}, &above);
  for (const lab::Role role : {lab::Role::kTvs, lab::Role::kCapf, lab::Role::kSast, lab::Role::kTftp}) {
    const auto list = parse_list(ListKind::kItl, list_with({{role, listed(odd)}}));
    ASSERT_TRUE(list.ok()) << list.status();
    ASSERT_EQ(list->records.size(), 3u);
    EXPECT_FALSE(list->records[2].certificate.has_value());
    EXPECT_THAT(list->records[2].set_aside,
                testing::AllOf(HasSubstr("record 3"), HasSubstr("CN=odd"),
                               HasSubstr("neither RSA nor EC: " + std::string(GetParam()))));
    EXPECT_EQ(list->signers().size(), 1u);
    EXPECT_EQ(list->certificates(Role::kTftp).size(), 1u);
  }
}

TEST_P(F16_UnusableKey, OfTheSignerIsNamedAndRefused) {
  const crypto::Issued above = authority();
  const std::string serial = crypto::hex(sample_identity("tftp")->serial());
  const crypto::Issued same = crypto::issue(
      {.name = "odd", .key_kind = GetParam(), .serial = serial.c_str(), .from = kFrom, .until = kUntil}, &above);
  const auto refused = ListReading::scan(ListKind::kItl, list_with({{lab::Role::kSast, listed(same)}}));
  ASSERT_TRUE(refused.ok());
  EXPECT_THAT(std::string((*refused)->signers().status().message()), HasSubstr("neither RSA nor EC"));
}

INSTANTIATE_TEST_SUITE_P(Kinds, F16_UnusableKey, testing::Values("ED25519", "ED448", "RSA-PSS"));

TEST(F16_UnusableKeys, ThatLeavesNoUsableTftpRecordMakesNoRollbackOfAList) {
  const crypto::Issued above = authority();
  const crypto::Issued odd =
      crypto::issue({.name = "odd", .key_kind = "ED25519", .from = kFrom, .until = kUntil}, &above);
  lab::TrustList list{.filename = "ITLFile.tlv",
                      .signer = sample_identity("tftp"),
                      .records = {{lab::Role::kSast, sample_identity("tftp")}, {lab::Role::kTftp, listed(odd)}}};
  const auto read = parse_list(ListKind::kItl, lab::encode(list).value());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_FALSE(read->is_rollback());
  EXPECT_FALSE(read->names(Role::kTftp));
}

TEST(F16_NegativeSerial, IsComparedByItsOctets) {
  const crypto::Issued above = authority();
  for (const auto& [number, octets] : std::vector<std::pair<const char*, std::string>>{
           {"-61", "9f"}, {"-1", "ff"}, {"-80", "80"}, {"-81", "ff7f"}, {"9F", "9f"}, {"0", "00"}, {"-60FF", "9f01"}}) {
    const crypto::Issued one = crypto::issue({.name = "odd", .serial = number, .from = kFrom, .until = kUntil}, &above);
    EXPECT_EQ(crypto::hex(one.certificate().serial()), octets) << number;
    const auto list = parse_list(ListKind::kItl, list_with({{lab::Role::kTvs, listed(one)}}));
    ASSERT_TRUE(list.ok()) << number << ": " << list.status();
    ASSERT_TRUE(list->records[2].certificate.has_value());
    EXPECT_EQ(list->records[2].shown->serial, octets);
  }
}

}  // namespace
}  // namespace phone::trust
