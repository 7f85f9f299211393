// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/dot1x/pac_file.hpp"

#include <gtest/gtest.h>

#include "common/seal/seal.hpp"

namespace phone::network {
namespace {

// As wpa_supplicant writes it; the keys are no keys.
const std::string kPac =
    "wpa_supplicant EAP-FAST PAC file - version 1\nSTART\nPAC-Type=1\nPAC-Key=0011\nPAC-Opaque=2233\n"
    "PAC-Info=0004000410111213000300046553f100\nA-ID=10111213\nEND\n";

TEST(F59_Pac, LifetimeIsReadFromItsInfo) {
  const auto pac = read_pac(kPac);
  ASSERT_TRUE(pac.ok()) << pac.status();
  EXPECT_EQ(pac->count, 1U);
  EXPECT_EQ(pac->earliest_end, absl::FromUnixSeconds(0x6553f100));
}

TEST(F59_Pac, DamagedInfoHasNoLifetimeAndOtherFilesAreRefused) {
  std::string longer = kPac;
  longer.replace(longer.find("00030004"), 8, "000300ff");
  EXPECT_EQ(read_pac(longer)->earliest_end, absl::InfiniteFuture());
  std::string odd = kPac;
  odd.replace(odd.find("PAC-Info="), 10, "PAC-Info=x");
  EXPECT_FALSE(read_pac(odd).ok());
  EXPECT_FALSE(read_pac("").ok());
  EXPECT_FALSE(read_pac(kPac + std::string(kMaxPacFile, ' ')).ok());
}

TEST(F59_Pac, IsRenewedBeforeItEnds) {
  const absl::Time now = absl::FromUnixSeconds(1'000'000);
  const auto ends = [&](absl::Duration left) { return PacFacts{1, now + left}; };
  EXPECT_EQ(renew_at(ends(absl::Hours(24 * 90)), now), now + absl::Hours(24 * 89));
  EXPECT_EQ(renew_at(ends(absl::Hours(10)), now), now + absl::Hours(9));
  EXPECT_EQ(renew_at(ends(-absl::Hours(1)), now), now);
  EXPECT_EQ(renew_at(PacFacts{}, now), absl::InfiniteFuture());
}

TEST(F59_Pac, SealedItSaysNothingAndFitsItsOwnerAlone) {
  const crypto::Secret key(std::string(seal::kSealKeyBytes, 'k'));
  const crypto::Secret other(std::string(seal::kSealKeyBytes, 'o'));
  const auto sealed = seal::seal(key, "pac:anna", kPac);
  ASSERT_TRUE(sealed.ok());
  EXPECT_EQ(sealed->find("PAC-Key"), std::string::npos);
  EXPECT_EQ(seal::unseal(key, "pac:anna", *sealed)->view(), kPac);
  EXPECT_FALSE(seal::unseal(key, "pac:berta", *sealed).ok());
  EXPECT_FALSE(seal::unseal(other, "pac:anna", *sealed).ok());
  std::string changed = *sealed;
  changed[20] = static_cast<char>(changed[20] ^ 1);
  EXPECT_FALSE(seal::unseal(key, "pac:anna", changed).ok());
  EXPECT_FALSE(seal::unseal(key, "pac:anna", "").ok());
}

}  // namespace
}  // namespace phone::network
