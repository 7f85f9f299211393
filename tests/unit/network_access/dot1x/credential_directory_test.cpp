// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The directory shared with the supplicant, which parses what comes from the network: whatever it lays there hangs
// nothing and costs nothing that is not its own.
#include "services/network_access/dot1x/credential_directory.hpp"

#include <gtest/gtest.h>

#include "common/flash/file.hpp"
#include "tests/unit/laid_there.hpp"
#include "tests/unit/temporary_directory.hpp"

namespace phone::network::credential_directory_test {
namespace {

using tests::kEverythingLaid;
using tests::Laid;
using tests::lay;

const std::string kPac = "wpa_supplicant EAP-FAST PAC file - version 1\nSTART\nPAC-Type=1\nEND\n";

TEST(F41_CredentialDirectory, SurvivesWhateverTheSupplicantLaysThere) {
  alarm(60);
  const tests::TemporaryDirectory temporary;
  const auto shared = temporary / "eap", state = temporary / "state", victim = temporary / "victim";
  std::filesystem::create_directories(state);
  ASSERT_TRUE(flash::write(victim, "the victim's").ok());
  auto files = CredentialDirectory::open(shared, state, "");
  ASSERT_TRUE(files.ok()) << files.status();
  for (const Laid what : kEverythingLaid) {
    SCOPED_TRACE(tests::name_of(what));
    // Under the names of the files and under those of the old way's temporary ones.
    for (const char* name :
         {"anchors.pem", "certificate.pem", "pac", "anchors.pem.new", "certificate.pem.new", "pac.new"}) {
      if (!lay(what, shared / name, victim)) continue;
    }
    const auto kept = files->keep_pac("x");
    EXPECT_FALSE(kept.ok() && *kept) << "a PAC was taken from it";
    EXPECT_TRUE(files->write_anchors({}).ok());
    EXPECT_TRUE(files->write_certificate({}).ok());
    EXPECT_TRUE(files->give_pac("x").ok());
    files->forget();
    for (const char* name : {"anchors.pem", "certificate.pem", "pac"})
      EXPECT_FALSE(exists(symlink_status(shared / name)));
    EXPECT_EQ(flash::read(victim, 100).value_or("?"), "the victim's");
  }
  // An honest one is taken, kept and given again.
  ASSERT_TRUE(flash::write(shared / "pac", kPac).ok());
  EXPECT_TRUE(files->keep_pac("x").value_or(false));
  EXPECT_TRUE(files->give_pac("x").value_or(false));
  EXPECT_EQ(flash::read(shared / "pac", 1000).value_or("?"), kPac);
  // A start over it all.
  for (const Laid what : kEverythingLaid) {
    lay(what, shared / "pac", victim);
    EXPECT_TRUE(CredentialDirectory::open(shared, state, "").ok()) << tests::name_of(what);
  }
  alarm(0);
}

}  // namespace
}  // namespace phone::network::credential_directory_test
