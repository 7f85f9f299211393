// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/files/encrypted_file.hpp"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include "common/tlv/reader.hpp"
#include "services/policy/configuration/configuration.hpp"

namespace phone::policy {
namespace {

const std::string kData = PHONE_SHARED_DIR "/testdata/cisco/";

std::string read(const std::string& name) {
  std::ifstream in(kData + name, std::ios::binary);
  return std::string((std::istreambuf_iterator<char>(in)), {});
}

struct Parts {
  Encryption encryption;
  std::string ciphertext;
};

// Takes the header apart as the file is laid out, judging nothing: what is missing stays empty.
Parts take_apart(const std::string& file) {
  Parts parts;
  std::size_t position = 0;
  std::size_t header = file.size();
  std::string_view bytes(file);
  const auto number = [](std::string_view value) {
    std::uint32_t n = 0;
    for (unsigned char c : value) n = n << 8U | c;
    return n;
  };
  while (position + 3 <= header) {
    const auto tag = static_cast<unsigned char>(bytes[position]);
    if (tag == 13) break;
    const std::size_t length = number(bytes.substr(position + 1, 2));
    const std::string_view value = bytes.substr(position + 3, length);
    const bool container = tag == 3 || tag == 7 || tag == 9 || tag == 16 || tag == 17 || tag == 21;
    if (tag == 2) header = number(value);
    if (tag == 19) parts.encryption.iv = value;
    if (tag == 20) parts.encryption.padding_length = number(value);
    if (tag == 23) parts.encryption.key_bits = number(value);
    if (tag == 25) parts.encryption.wrapped_key = value;
    if (tag == 26) parts.encryption.digest = number(value) == 1 ? "SHA1" : "SHA512";
    if (tag == 27) parts.encryption.plaintext_digest = value;
    position += 3 + (container ? 0 : length);
  }
  parts.ciphertext = file.substr(header);
  return parts;
}

std::optional<crypto::Secret> unwrap(const std::string& key_file, const std::string& wrapped) {
  FILE* file = fopen((kData + "pki/" + key_file).c_str(), "r");
  if (file == nullptr) return std::nullopt;
  EVP_PKEY* key = PEM_read_PrivateKey(file, nullptr, nullptr, nullptr);
  fclose(file);
  if (key == nullptr) return std::nullopt;
  EVP_PKEY_CTX* context = EVP_PKEY_CTX_new(key, nullptr);
  std::string plain(1024, '\0');
  std::size_t size = plain.size();
  const bool done = EVP_PKEY_decrypt_init(context) == 1 &&
                    EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1 &&
                    EVP_PKEY_decrypt(context, reinterpret_cast<unsigned char*>(plain.data()), &size,
                                     reinterpret_cast<const unsigned char*>(wrapped.data()), wrapped.size()) == 1;
  EVP_PKEY_CTX_free(context);
  EVP_PKEY_free(key);
  if (!done) return std::nullopt;
  plain.resize(size);
  return crypto::Secret(std::move(plain));
}

struct GoodRow {
  const char* directory;
  const char* key;
};
class F10_EncryptedFile_Table : public testing::TestWithParam<GoodRow> {};
TEST_P(F10_EncryptedFile_Table, OpensWithTheKeyItWasMadeFor) {
  if (!std::filesystem::exists(kData)) GTEST_SKIP() << "no test data at " << kData;
  const Parts parts = take_apart(read(std::string("enc/") + GetParam().directory + "/SEP0A1B2C3D4E5F.cnf.xml.enc.sgn"));
  const auto key = unwrap(GetParam().key, parts.encryption.wrapped_key);
  ASSERT_TRUE(key);
  const auto plain = decrypt(parts.encryption, parts.ciphertext, *key);
  ASSERT_TRUE(plain.ok()) << plain.status();
  const auto configuration = parse_configuration(plain->view());
  ASSERT_TRUE(configuration.ok()) << configuration.status();
  EXPECT_TRUE(configuration->full);
  EXPECT_EQ(configuration->security_mode, SecurityMode::kEncrypted);
}
INSTANTIATE_TEST_SUITE_P(Made, F10_EncryptedFile_Table,
                         testing::Values(GoodRow{"sha1_mic-rsa2048", "mic-rsa2048.pem"},
                                         GoodRow{"sha512_mic-rsa2048", "mic-rsa2048.pem"},
                                         GoodRow{"sha1_mic-rsa4096", "mic-rsa4096.pem"},
                                         GoodRow{"sha512_mic-rsa4096", "mic-rsa4096.pem"}));

struct BadRow {
  const char* file;
  const char* reason;  // part of it; null: the key cannot be unwrapped
};
class F17_BadEncryptedFile_Table : public testing::TestWithParam<BadRow> {};
// The outer signature is trust_store's business; here what passes it and still must not be used.
TEST_P(F17_BadEncryptedFile_Table, IsRefusedWithItsReason) {
  if (!std::filesystem::exists(kData)) GTEST_SKIP() << "no test data at " << kData;
  const Parts parts = take_apart(read(std::string("neg/") + GetParam().file));
  const auto checked = check_encryption(parts.encryption, parts.ciphertext.size());
  if (!checked.ok()) {
    ASSERT_NE(GetParam().reason, nullptr);
    EXPECT_NE(checked.message().find(GetParam().reason), absl::string_view::npos) << checked;
    return;
  }
  const auto key = unwrap("mic-rsa2048.pem", parts.encryption.wrapped_key);
  if (GetParam().reason == nullptr) {
    EXPECT_FALSE(key);
    return;
  }
  ASSERT_TRUE(key);
  const auto plain = decrypt(parts.encryption, parts.ciphertext, *key);
  ASSERT_FALSE(plain.ok());
  EXPECT_NE(plain.status().message().find(GetParam().reason), absl::string_view::npos) << plain.status();
}
INSTANTIATE_TEST_SUITE_P(Bad, F17_BadEncryptedFile_Table,
                         testing::Values(BadRow{"enc_cipher_bitflip_resigned.enc.sgn", "does not match its digest"},
                                         BadRow{"enc_padlen_0_resigned.enc.sgn", "outside 1 to 16"},
                                         BadRow{"enc_padlen_17_resigned.enc.sgn", "outside 1 to 16"},
                                         BadRow{"enc_keysize_field_4096_resigned.enc.sgn",
                                                "the key size is given as 4096"},
                                         BadRow{"enc_key15_resigned.enc.sgn", "15 bytes long, not 16"},
                                         BadRow{"enc_no_hash_resigned.enc.sgn", "digest"},
                                         BadRow{"enc_no_key_resigned.enc.sgn", "no encrypted content key"},
                                         BadRow{"enc_for_other_device.enc.sgn", nullptr}));

TEST(F23_EncryptedConfiguration, EveryPossibleCountOfPaddingIsCutRight) {
  const std::string key(16, 'k');
  const std::string iv(16, 'i');
  for (std::size_t length = 1; length <= 48; ++length) {
    std::string plain(length, 'x');
    const std::size_t pad = 16 - length % 16;
    const std::string padded = plain + std::string(pad, '\x0d');
    std::string cipher(padded.size(), '\0');
    EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
    int written = 0;
    EVP_EncryptInit_ex(context, EVP_aes_128_cbc(), nullptr, reinterpret_cast<const unsigned char*>(key.data()),
                       reinterpret_cast<const unsigned char*>(iv.data()));
    EVP_CIPHER_CTX_set_padding(context, 0);
    EVP_EncryptUpdate(context, reinterpret_cast<unsigned char*>(cipher.data()), &written,
                      reinterpret_cast<const unsigned char*>(padded.data()), static_cast<int>(padded.size()));
    EVP_CIPHER_CTX_free(context);
    std::string digest(64, '\0');
    unsigned size = 0;
    EVP_Digest(plain.data(), plain.size(), reinterpret_cast<unsigned char*>(digest.data()), &size, EVP_sha512(),
               nullptr);
    const Encryption encryption{.iv = iv,
                                .padding_length = static_cast<std::uint32_t>(pad),
                                .wrapped_key = std::string(256, 'w'),
                                .key_bits = 2048,
                                .digest = "SHA512",
                                .plaintext_digest = digest};
    const auto opened = decrypt(encryption, cipher, crypto::Secret::copy_of(key));
    ASSERT_TRUE(opened.ok()) << length << opened.status();
    EXPECT_EQ(opened->view(), plain);
    EXPECT_FALSE(decrypt(encryption, cipher, crypto::Secret::copy_of(std::string(16, 'q'))).ok());
  }
}

}  // namespace
}  // namespace phone::policy
