// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The lab's TVS answers against recorded ones and those made after captures of the real server.
#include "tools/lab/tvs.hpp"

#include <gtest/gtest.h>

#include "tests/unit/lab/samples.hpp"
#include "tools/lab/bytes.hpp"

namespace phone::lab {
namespace {

TvsDatabase database() {
  return {{{sample_identity("tftp"), {Role::kTftp}},
           {sample_identity("ccm-pub"), {Role::kSast, Role::kCcmTftp}},
           {sample_identity("tomcat"), {Role::kAppServer}}},
          86400};
}

struct Row {
  const char* request;
  const char* response;
  bool valid;
};

class TvsServer : public testing::TestWithParam<Row> {};

TEST_P(TvsServer, AnswersByteForByteAsTheIndependentServer) {
  if (!have_samples()) GTEST_SKIP() << "no samples beside the repository";
  const Row& row = GetParam();
  TvsDatabase certificates = database();
  const std::string request = sample(row.request);
  if (std::string(row.request).find("005") != std::string::npos) {
    const auto elements = split_elements(std::string_view(request).substr(kTvsHeader));
    certificates.entries.push_back({*Identity::from_der(*find_element(*elements, 2)), {Role::kAppServer}});
  }
  const TvsAnswer answer = answer_tvs(certificates, request);
  EXPECT_EQ(hex(answer.bytes), hex(sample(row.response)));
  EXPECT_EQ(answer.valid, row.valid);
}

INSTANTIATE_TEST_SUITE_P(Exchanges, TvsServer,
                         testing::Values(Row{"wire/tvs/001_tvs_request.bin", "wire/tvs/002_tvs_response.bin", true},
                                         Row{"wire/tvs/003_tvs_request.bin", "wire/tvs/004_tvs_response.bin", true},
                                         Row{"wire/tvs/005_tvs_request.bin", "wire/tvs/006_tvs_response.bin", true},
                                         Row{"wire/tvs/007_tvs_request.bin", "wire/tvs/008_tvs_response.bin", false},
                                         Row{"wire/tvs/009_tvs_request.bin", "wire/tvs/010_tvs_response.bin", true}));

TEST_F(TvsServer, AQueryIsAnsweredWithTheCertificateOfIssuerAndSerial) {
  if (!have_samples()) GTEST_SKIP() << "no samples beside the repository";
  const std::string request = sample("wire/tvs_query/req_tftp.bin");
  TvsDatabase certificates = database();
  certificates.ttl_seconds = 0;
  certificates.entries[0].roles = {Role::kTftp};
  const std::string wanted = sample("wire/tvs_query/res_valid_ttl0.bin");
  EXPECT_EQ(hex(answer_tvs(certificates, request).bytes), hex(wanted));
  certificates.entries.erase(certificates.entries.begin());
  EXPECT_EQ(hex(answer_tvs(certificates, request).bytes), hex(sample("wire/tvs_query/res_invalid.bin")));
}

TEST_F(TvsServer, GarbageIsClosedWithoutAnAnswer) {
  if (!have_samples()) GTEST_SKIP() << "no samples beside the repository";
  for (const char* file : {"015", "016", "017", "018"}) {
    const std::string request = sample("wire/tvs/" + std::string(file) + "_tvs_request.bin");
    EXPECT_EQ(answer_tvs(database(), request).bytes, "") << file;
  }
}

}  // namespace
}  // namespace phone::lab
