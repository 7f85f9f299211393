// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/configuration/scep_settings.hpp"

#include <gtest/gtest.h>

#include "services/policy/configuration/configuration.hpp"

namespace phone::policy {
namespace {

struct Row {
  const char* text;
  const char* host;
  int port;
  const char* path;
};

class F71_ScepServer_Table : public testing::TestWithParam<Row> {};
TEST_P(F71_ScepServer_Table, IsReadAsPeopleWriteIt) {
  const auto& row = GetParam();
  const auto settings = parse_scep_server(row.text);
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->host, row.host);
  EXPECT_EQ(settings->port, row.port);
  EXPECT_EQ(settings->path, row.path);
}
constexpr char kIos[] = "cgi-bin/pkiclient.exe";
INSTANTIATE_TEST_SUITE_P(All, F71_ScepServer_Table,
                         testing::Values(Row{"10.0.0.1", "10.0.0.1", 80, kIos},
                                         Row{"ra.lab:8080", "ra.lab", 8080, kIos},
                                         Row{"http://ra.lab/", "ra.lab", 80, kIos},
                                         Row{"http://ra.lab:8080/scep", "ra.lab", 8080, "scep"},
                                         Row{"http://[2001:db8::1]:81/a/b", "2001:db8::1", 81, "a/b"},
                                         Row{"[2001:db8::1]", "2001:db8::1", 80, kIos}));

TEST(F71_ScepServer, NothingElseIsAServer) {
  for (const char* text : {"", "https://ra.lab/scep", "http://", "ra.lab:", "ra.lab:0", "ra.lab:65536", "ra.lab:x",
                           "[::1", "[::1]x", "[]:80", ":80", "[::1]:"}) {
    EXPECT_FALSE(parse_scep_server(text)) << text;
  }
}

std::string with(const std::string& elements) {
  return "<device><fullConfig>true</fullConfig><vendorConfig>" + elements + "</vendorConfig></device>";
}

TEST(F71_ScepSettings_Table, ComeFromOurOwnElements) {
  const auto read = parse_configuration(
      with("<scepServer>http://ra.lab/scep</scepServer><scepRootFingerprint>AA:BB</scepRootFingerprint>"
           "<scepChallenge>s</scepChallenge><lscForWlan>true</lscForWlan>"));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->scep.host, "ra.lab");
  EXPECT_EQ(read->scep.root_fingerprint, "AA:BB");
  EXPECT_EQ(read->scep.challenge, "s");
  EXPECT_TRUE(read->lsc_for_wlan);
  EXPECT_TRUE(parse_configuration(with(""))->scep.host.empty());
  EXPECT_FALSE(parse_configuration(with(""))->lsc_for_wlan) << "the strict default";
}

TEST(F71_ScepSettings_Table, AServerWithoutARootFingerprintIsRefusedByName) {
  const auto read = parse_configuration(with("<scepServer>ra.lab</scepServer>"));
  EXPECT_NE(read.status().message().find("scepRootFingerprint"), std::string::npos) << read.status();
}

}  // namespace
}  // namespace phone::policy
