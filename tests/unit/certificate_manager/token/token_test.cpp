// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F19, F83: a real SoftHSM2 token, made as manufacture makes it.
#include "services/certificate_manager/token/token.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <p11-kit/pkcs11.h>

#include "services/certificate_manager/certificates/certificate_file.hpp"
#include "services/certificate_manager/token/manufacture.hpp"
#include "services/certificate_manager/token/pkcs11_module.hpp"
#include "tests/unit/temporary_directory.hpp"

namespace phone::certificates {
namespace {

using crypto::Digest;
namespace fs = std::filesystem;

std::string test_pem(const std::string& name) {
  std::ifstream file(std::string(PHONE_SHARED_DIR "/testdata/cisco/pki/") + name);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// A token library reads its directory once, so all tests of this binary share one phone.
class TokenTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (!state_.empty() || !fs::exists(kSoftHsm)) return;
    char directory[] = "/tmp/phone-token-XXXXXX";
    state_ = mkdtemp(directory);
    std::atexit([] { fs::remove_all(state_); });
    pem_ = test_pem("mic-rsa2048.pem");
    if (pem_.empty()) return;
    Manufacture order;
    order.state = state_;
    order.device = "SEP0A1B2C3D4E5F";
    order.certificate_pem = pem_;
    order.key_pem = crypto::Secret::copy_of(pem_);
    made_ = manufacture(order);
  }
  void SetUp() override {
    if (pem_.empty()) GTEST_SKIP() << "no SoftHSM2 or no testdata";
    ASSERT_TRUE(made_.ok()) << made_;
    auto pin = read_pin(state_);
    ASSERT_TRUE(pin.ok()) << pin.status();
    auto token = Token::open({kSoftHsm, *pin});
    ASSERT_TRUE(token.ok()) << token.status();
    token_ = *std::move(token);
  }

  static inline fs::path state_;
  static inline std::string pem_;
  static inline absl::Status made_;
  std::unique_ptr<Token> token_;
};

class F19_Mic_Table : public TokenTest {};
class F83_Token_Table : public TokenTest {};

TEST_F(F19_Mic_Table, ManufactureGivesOneMicAndOnlyOnce) {
  const auto chain = read_chain(state_, Kind::kMic);
  ASSERT_TRUE(chain.ok());
  EXPECT_EQ(token_->keys().value(), std::vector<KeyId>{crypto::spki_fingerprint(chain->front().public_key())});
  Manufacture again;
  again.state = state_;
  again.device = "SEP0A1B2C3D4E5F";
  again.certificate_pem = pem_;
  again.key_pem = crypto::Secret::copy_of(pem_);
  EXPECT_TRUE(absl::IsAlreadyExists(manufacture(again)));
  again.device = "SEP000000000000";
  EXPECT_TRUE(absl::IsInvalidArgument(manufacture(again)));
  again.key_pem = crypto::Secret::copy_of(test_pem("mic-rsa4096.pem"));
  EXPECT_TRUE(absl::IsInvalidArgument(manufacture(again)));
}

TEST_F(F19_Mic_Table, NobodyElseMayReadTheState) {
  for (const auto& entry : fs::recursive_directory_iterator(state_)) {
    struct stat facts {};
    ASSERT_EQ(::stat(entry.path().c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 077, 0U) << entry.path();
  }
}

TEST_F(F83_Token_Table, TheKeyDoesNotStandInAnyFileOfTheState) {
  const crypto::BioPtr in(BIO_new_mem_buf(pem_.data(), static_cast<int>(pem_.size())));
  const crypto::EvpPkeyPtr key(PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr));
  BIGNUM* prime = nullptr;
  ASSERT_EQ(EVP_PKEY_get_bn_param(key.get(), "rsa-factor1", &prime), 1);
  std::string bytes(static_cast<size_t>(BN_num_bytes(prime)), '\0');
  BN_bn2bin(prime, reinterpret_cast<unsigned char*>(bytes.data()));
  BN_free(prime);
  for (const auto& entry : fs::recursive_directory_iterator(state_)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string content(std::istreambuf_iterator<char>(file), {});
    EXPECT_EQ(content.find(bytes), std::string::npos) << entry.path();
  }
}

TEST_F(F83_Token_Table, PrivateKeysDoNotComeOut) {
  const auto made = token_->generate(KeyType::kRsa, 2048);
  ASSERT_TRUE(made.ok()) << made.status();
  auto module = Module::load(kSoftHsm);
  ASSERT_TRUE(module.ok());
  const auto& call = (*module)->call();
  CK_SESSION_HANDLE session = 0;
  ASSERT_EQ(call.C_OpenSession(*(*module)->slot_of("phone"), CKF_SERIAL_SESSION, nullptr, nullptr, &session), CKR_OK);
  CK_OBJECT_CLASS kind = CKO_PRIVATE_KEY;
  CK_ATTRIBUTE wanted{CKA_CLASS, &kind, sizeof kind};
  ASSERT_EQ(call.C_FindObjectsInit(session, &wanted, 1), CKR_OK);
  CK_OBJECT_HANDLE objects[16];
  CK_ULONG count = 0;
  ASSERT_EQ(call.C_FindObjects(session, objects, 16, &count), CKR_OK);
  ASSERT_GE(count, 2U);
  for (CK_ULONG i = 0; i < count; ++i) {
    CK_BYTE value[2048];
    CK_ATTRIBUTE attribute{CKA_PRIVATE_EXPONENT, value, sizeof value};
    EXPECT_EQ(call.C_GetAttributeValue(session, objects[i], &attribute, 1), CKR_ATTRIBUTE_SENSITIVE);
  }
  call.C_CloseSession(session);
  EXPECT_TRUE(token_->destroy(crypto::spki_fingerprint(*made)).ok());
  EXPECT_EQ(token_->keys()->size(), 1U);
}

struct GenerateRow {
  const char* name;
  KeyType type;
  int bits;
  const char* described;
};
class F21_Generate_Table : public TokenTest, public ::testing::WithParamInterface<GenerateRow> {};

TEST_P(F21_Generate_Table, AFreshKeySignsAndGoes) {
  const auto made = token_->generate(GetParam().type, GetParam().bits);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(made->describe(), GetParam().described);
  const KeyId id = crypto::spki_fingerprint(*made);
  if (made->is_rsa()) {
    const auto bare = token_operation(Purpose::kCapfProof, Scheme::kRsaPkcs1Bare, Digest::kSha1,
                                      crypto::digest(Digest::kSha1, "text"), *made);
    ASSERT_TRUE(bare.ok());
    const auto proof = token_->sign(id, *bare);
    ASSERT_TRUE(proof.ok()) << proof.status();
    EXPECT_TRUE(made->verify_bare(crypto::digest(Digest::kSha1, "text"), *proof));
  }
  for (const Digest digest : {Digest::kSha256, Digest::kSha384, Digest::kSha512}) {
    for (const Scheme scheme : {Scheme::kRsaPkcs1, Scheme::kRsaPss, Scheme::kEcdsa}) {
      const auto operation = token_operation(Purpose::kSipTls, scheme, digest, crypto::digest(digest, "text"), *made);
      if (!operation.ok()) continue;
      const auto signature = token_->sign(id, *operation);
      ASSERT_TRUE(signature.ok()) << signature.status();
      EXPECT_TRUE(scheme == Scheme::kRsaPss ? made->verify_pss(digest, "text", *signature)
                                            : made->verify_pkcs1(digest, "text", *signature));
    }
  }
  EXPECT_TRUE(token_->destroy(id).ok());
  EXPECT_TRUE(absl::IsNotFound(token_->sign(id, {}).status()));
}

INSTANTIATE_TEST_SUITE_P(All, F21_Generate_Table,
                         ::testing::Values(GenerateRow{"Rsa512", KeyType::kRsa, 512, "RSA 512"},
                                           GenerateRow{"Rsa1024", KeyType::kRsa, 1024, "RSA 1024"},
                                           GenerateRow{"Rsa2048", KeyType::kRsa, 2048, "RSA 2048"},
                                           GenerateRow{"Rsa3072", KeyType::kRsa, 3072, "RSA 3072"},
                                           GenerateRow{"Rsa4096", KeyType::kRsa, 4096, "RSA 4096"},
                                           GenerateRow{"Ec256", KeyType::kEc, 256, "EC P-256"},
                                           GenerateRow{"Ec384", KeyType::kEc, 384, "EC P-384"},
                                           GenerateRow{"Ec521", KeyType::kEc, 521, "EC P-521"}),
                         [](const auto& info) { return info.param.name; });

TEST_F(F83_Token_Table, UnwrapsWhatWasWrappedForItAndNothingElse) {
  const auto chain = read_chain(state_, Kind::kMic);
  const auto& key = chain->front().public_key();
  const crypto::EvpPkeyCtxPtr context(EVP_PKEY_CTX_new(key.get(), nullptr));
  ASSERT_EQ(EVP_PKEY_encrypt_init(context.get()), 1);
  ASSERT_EQ(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING), 1);
  std::string wrapped(256, '\0');
  size_t size = wrapped.size();
  const std::string content = "0123456789abcdef";
  ASSERT_EQ(EVP_PKEY_encrypt(context.get(), reinterpret_cast<unsigned char*>(wrapped.data()), &size,
                             reinterpret_cast<const unsigned char*>(content.data()), content.size()),
            1);
  const KeyId id = crypto::spki_fingerprint(key);
  const auto opened = token_->decrypt(id, wrapped);
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(opened->view(), content);
  wrapped[10] = static_cast<char>(wrapped[10] ^ 1);
  const auto flipped = token_->decrypt(id, wrapped);
  EXPECT_TRUE(!flipped.ok() || flipped->view() != content);
  EXPECT_FALSE(token_->decrypt(id, "short").ok());
  // A refusal leaves the session ready for the next.
  EXPECT_TRUE(token_->keys().ok());
}

TEST_F(F19_Mic_Table, AResetKeepsWhatItCannotOpenButNothingBesideAMicThatCannotBeRead) {
  const tests::TemporaryDirectory directory;
  const auto put = [&](const char* name, const std::string& content) {
    std::ofstream(directory.path() / name) << content;
  };
  put("pin", "1234");
  put("lsc.pem", pem_);
  const auto mic = read_chain(state_, Kind::kMic);
  ASSERT_TRUE(mic.ok() && write_chain(directory.path(), Kind::kMic, *mic).ok());
  EXPECT_FALSE(back_to_manufacture(directory.path(), "/nowhere/token.so").ok());
  EXPECT_TRUE(fs::exists(directory.path() / "lsc.pem"));
  std::ofstream(chain_file(directory.path(), Kind::kMic)) << "flash rots";
  EXPECT_TRUE(back_to_manufacture(directory.path(), "/nowhere/token.so").ok());
  EXPECT_TRUE(fs::is_empty(directory.path()));
  ASSERT_TRUE(use_token_directory(state_).ok());
}

TEST_F(F83_Token_Table, AWrongPinIsNamed) {
  token_.reset();  // a login is the process's and ends with its last session
  const auto token = Token::open({kSoftHsm, crypto::Secret::copy_of("4711-and-wrong")});
  EXPECT_EQ(token.status(), absl::PermissionDeniedError("C_Login: the token's PIN is wrong"));
}

TEST(F88_TokenAnswers_Table, EachIsNamedAndTellsWhetherToTryAgain) {
  struct Row {
    CK_RV value;
    absl::StatusCode code;
    const char* says;
  };
  for (const Row& row : {Row{CKR_PIN_INCORRECT, absl::StatusCode::kPermissionDenied, "PIN is wrong"},
                         Row{CKR_PIN_LOCKED, absl::StatusCode::kPermissionDenied, "PIN is locked"},
                         Row{CKR_DEVICE_MEMORY, absl::StatusCode::kResourceExhausted, "is full"},
                         Row{CKR_SLOT_ID_INVALID, absl::StatusCode::kUnavailable, "another number"},
                         Row{CKR_TOKEN_NOT_PRESENT, absl::StatusCode::kUnavailable, "no token in the slot"},
                         Row{CKR_SESSION_HANDLE_INVALID, absl::StatusCode::kUnavailable, "closed the session"},
                         Row{0x80000001UL, absl::StatusCode::kInternal, "0x80000001"}}) {
    const absl::Status status = token_status("C_Sign", row.value);
    EXPECT_EQ(status.code(), row.code) << row.says;
    EXPECT_NE(status.message().find(row.says), std::string::npos) << status;
    EXPECT_EQ(status.message().substr(0, 8), "C_Sign: ");
  }
  EXPECT_TRUE(token_status("C_Sign", CKR_OK).ok());
}

}  // namespace
}  // namespace phone::certificates
