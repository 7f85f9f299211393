// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The lab's list encoder against files an independent tool wrote: same certificates and time in, same bytes out.
#include "tools/lab/trust_list.hpp"

#include <gtest/gtest.h>

#include "tests/unit/lab/samples.hpp"
#include "tools/lab/bytes.hpp"

namespace phone::lab {
namespace {

struct Pair {
  Role role;
  const char* certificate;
};

struct Row {
  const char* file;
  const char* filename;
  unsigned minor;
  Hash hash;
  const char* signer;
  std::vector<Pair> records;
};

const std::vector<Pair> kItl = {{Role::kSast, "itlrecovery"}, {Role::kSast, "ccm-pub"}, {Role::kCcmTftp, "ccm-pub"},
                                {Role::kTftp, "tftp"},        {Role::kCapf, "capf"},    {Role::kTvs, "tvs-pub"},
                                {Role::kTvs, "tvs-sub"}};
const std::vector<Pair> kTokenless = {{Role::kSast, "itlrecovery"},
                                      {Role::kSast, "ccm-pub"},
                                      {Role::kCcmTftp, "ccm-pub"},
                                      {Role::kCcmTftp, "ccm-sub4096"},
                                      {Role::kCapf, "capf"}};
const std::vector<Pair> kSmall = {
    {Role::kSast, "itlrecovery2048"}, {Role::kTftp, "tftp"}, {Role::kCapf, "capf"}, {Role::kTvs, "tvs-pub"}};

class ListEncoder : public testing::TestWithParam<Row> {};

uint32_t timestamp_of(const std::string& bytes) {
  const size_t at = bytes.find(std::string("File.tlv\0\x0f\0\x04", 12));
  return at == std::string::npos ? 0 : read_be(std::string_view(bytes).substr(at + 12, 4));
}

TEST_P(ListEncoder, WritesTheBytesOfTheIndependentTool) {
  if (!have_samples()) GTEST_SKIP() << "no samples beside the repository";
  const Row& row = GetParam();
  const std::string wanted = sample(row.file);
  TrustList list{.filename = row.filename,
                 .signer_minor = row.minor,
                 .hash = row.hash,
                 .timestamp = timestamp_of(wanted),
                 .signer = sample_identity(row.signer),
                 .records = {}};
  for (const Pair& one : row.records) list.records.push_back({one.role, sample_identity(one.certificate)});
  const auto made = encode(list);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(made->size(), wanted.size());
  EXPECT_TRUE(*made == wanted) << "first difference at byte "
                               << std::mismatch(made->begin(), made->end(), wanted.begin(), wanted.end()).first -
                                      made->begin();
}

INSTANTIATE_TEST_SUITE_P(
    Samples, ListEncoder,
    testing::Values(Row{"itl/ITL_v1.1_sha512_rsa4096.tlv", "ITLFile.tlv", 1, Hash::kSha512, "itlrecovery", kItl},
                    Row{"itl/ITL_v1.0_sha512_rsa4096.tlv", "ITLFile.tlv", 0, Hash::kSha512, "itlrecovery", kItl},
                    Row{"itl/ITL_v1.1_sha1_rsa4096.tlv", "ITLFile.tlv", 1, Hash::kSha1, "itlrecovery", kItl},
                    Row{"itl/ITL_v1.0_sha1_rsa2048.tlv", "ITLFile.tlv", 0, Hash::kSha1, "itlrecovery2048", kSmall},
                    Row{"itl/ITL_v1.1_sha512_rsa2048.tlv", "ITLFile.tlv", 1, Hash::kSha512, "itlrecovery2048", kSmall},
                    Row{"ctl/CTL_tokenless_sha512.tlv", "CTLFile.tlv", 0, Hash::kSha512, "itlrecovery", kTokenless},
                    Row{"ctl/CTL_tokenless_sha1.tlv", "CTLFile.tlv", 0, Hash::kSha1, "itlrecovery", kTokenless}));

TEST(ListEncoder, RefusesASignerWithoutAModulusCode) {
  if (!have_samples()) GTEST_SKIP() << "no samples beside the repository";
  TrustList list{.filename = "ITLFile.tlv", .signer = sample_identity("sast3072"), .records = {}};
  EXPECT_FALSE(encode(list).ok());
  list.signer = sample_identity("ccm-ec256");
  EXPECT_FALSE(encode(list).ok());
}

}  // namespace
}  // namespace phone::lab
