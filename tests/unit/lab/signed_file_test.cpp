// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The lab's signed and encrypted files against those an independent tool wrote.
#include "tools/lab/signed_file.hpp"

#include <gtest/gtest.h>
#include <openssl/rsa.h>

#include "tests/unit/lab/samples.hpp"
#include "tools/lab/bytes.hpp"

namespace phone::lab {
namespace {

constexpr char kName[] = "SEP0A1B2C3D4E5F.cnf.xml";

uint32_t timestamp_of(const std::string& bytes) {
  const size_t at = bytes.find(std::string(".sgn\0\x0f\0\x04", 8));
  return at == std::string::npos ? 0 : read_be(std::string_view(bytes).substr(at + 8, 4));
}

struct Row {
  const char* file;
  const char* signer;
  Hash hash;
};

class SignedFileEncoder : public testing::TestWithParam<Row> {};

TEST_P(SignedFileEncoder, WritesTheBytesOfTheIndependentTool) {
  if (!have_samples()) GTEST_SKIP() << "no samples beside the repository";
  const Row& row = GetParam();
  const std::string wanted = sample(row.file);
  const auto made = sign_file({sample_identity(row.signer), row.hash, timestamp_of(wanted)},
                              std::string(kName) + ".sgn", sample(std::string("cnf/") + kName));
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_TRUE(*made == wanted);
}

INSTANTIATE_TEST_SUITE_P(Samples, SignedFileEncoder,
                         testing::Values(Row{"sgn/cnf_sha512_tftp.sgn", "tftp", Hash::kSha512},
                                         Row{"sgn/cnf_sha1_tftp.sgn", "tftp", Hash::kSha1},
                                         Row{"sgn/cnf_sha512_tftp4096.sgn", "tftp4096", Hash::kSha512},
                                         Row{"sgn/cnf_sha1_tftp4096.sgn", "tftp4096", Hash::kSha1}));

// The random parts of an encrypted sample: found by their fixed surroundings, the key opened with the device's own.
ContentKey content_of(const std::string& bytes, const Identity& device) {
  const size_t iv = bytes.find(std::string("\x12\0\x01\0\x13\0\x10", 7)) + 7;
  const size_t key = bytes.find(std::string("\x18\0\x01\x01\x19", 5), iv) + 7;
  ContentKey content{std::string(512, '\0'), bytes.substr(iv, 16),
                     bytes.substr(key, static_cast<size_t>(device.bits()) / 8)};
  EVP_PKEY_CTX* context = EVP_PKEY_CTX_new(device.key(), nullptr);
  size_t size = content.key.size();
  EVP_PKEY_decrypt_init(context);
  EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING);
  EXPECT_EQ(EVP_PKEY_decrypt(context, reinterpret_cast<unsigned char*>(content.key.data()), &size,
                             reinterpret_cast<const unsigned char*>(content.wrapped.data()), content.wrapped.size()),
            1);
  EVP_PKEY_CTX_free(context);
  content.key.resize(size);
  return content;
}

struct EncryptedRow {
  const char* directory;
  const char* device;
  Hash hash;
};

class EncryptedFileEncoder : public testing::TestWithParam<EncryptedRow> {};

TEST_P(EncryptedFileEncoder, WritesTheBytesOfTheIndependentTool) {
  if (!have_samples()) GTEST_SKIP() << "no samples beside the repository";
  const EncryptedRow& row = GetParam();
  const std::string name = std::string(kName) + ".enc.sgn";
  const std::string wanted = sample(std::string("enc/") + row.directory + "/" + name);
  const ContentKey content = content_of(wanted, *sample_identity(row.device));
  const auto made = encrypt_file({sample_identity("tftp"), row.hash, timestamp_of(wanted)}, name, content,
                                 sample(std::string("cnf/") + kName));
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_TRUE(*made == wanted);
}

INSTANTIATE_TEST_SUITE_P(Samples, EncryptedFileEncoder,
                         testing::Values(EncryptedRow{"sha512_mic-rsa2048", "mic-rsa2048", Hash::kSha512},
                                         EncryptedRow{"sha1_mic-rsa2048", "mic-rsa2048", Hash::kSha1},
                                         EncryptedRow{"sha512_mic-rsa4096", "mic-rsa4096", Hash::kSha512},
                                         EncryptedRow{"sha1_mic-rsa4096", "mic-rsa4096", Hash::kSha1}));

TEST(EncryptedFileEncoder, TheHashOfTheCertificateIsThatOfTheTool) {
  if (!have_samples()) GTEST_SKIP() << "no samples beside the repository";
  EXPECT_EQ(sample_identity("mic-rsa2048")->md5_hex(), "79799709d9bc7571ffc189294adc8e13");
}

TEST(EncryptedFileEncoder, AnEcDeviceCannotBeEncryptedFor) {
  if (!have_samples()) GTEST_SKIP() << "no samples beside the repository";
  EXPECT_FALSE(make_content_key(*sample_identity("mic-ec256")).ok());
}

}  // namespace
}  // namespace phone::lab
