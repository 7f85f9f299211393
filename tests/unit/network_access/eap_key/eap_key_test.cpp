// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The PKCS#11 module's hand-written messages against the generated ones, and what it makes of PKCS#11's words.
#include <gtest/gtest.h>

#include "phone/certificates/v1/certificate_manager.pb.h"
#include "services/network_access/eap_key/key.hpp"

namespace phone::eap_key {
namespace {

TEST(EapKeyWire, MessagesAreThoseOfTheContract) {
  certificates::v1::SignRequest sign;
  ASSERT_TRUE(sign.ParseFromString(
      encode({Purpose::kWired, Kind::kLsc, Scheme::kEcdsa, "SHA384", std::string(48, '\x80'), std::string(64, 'f')})));
  EXPECT_EQ(sign.purpose(), certificates::v1::PURPOSE_EAP_TLS_WIRED);
  EXPECT_EQ(sign.kind(), certificates::v1::CERTIFICATE_KIND_LSC);
  EXPECT_EQ(sign.scheme(), certificates::v1::SCHEME_ECDSA);
  EXPECT_EQ(sign.digest(), "SHA384");
  EXPECT_EQ(sign.input(), std::string(48, '\x80'));
  EXPECT_EQ(sign.key_fingerprint(), std::string(64, 'f'));
  certificates::v1::GetIdentityRequest look;
  ASSERT_TRUE(look.ParseFromString(encode_look(Purpose::kWlan, Kind::kUser)));
  EXPECT_EQ(look.purpose(), certificates::v1::PURPOSE_EAP_TLS_WLAN);
  EXPECT_EQ(look.kind(), certificates::v1::CERTIFICATE_KIND_USER);

  certificates::v1::SignReply signature;
  signature.set_signature(std::string(300, 's'));
  EXPECT_EQ(decode_signature(signature.SerializeAsString()), signature.signature());
  certificates::v1::Identity identity;
  identity.set_kind(certificates::v1::CERTIFICATE_KIND_MIC);
  identity.add_chain("leaf");
  identity.add_chain("issuer");
  identity.set_key_fingerprint(std::string(64, 'a'));
  const auto read = decode_identity(identity.SerializeAsString());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->leaf, "leaf");
  EXPECT_EQ(read->key_fingerprint, std::string(64, 'a'));
}

TEST(EapKeyWire, DamagedAnswersAreNone) {
  certificates::v1::SignReply reply;
  reply.set_signature("0123456789");
  const std::string whole = reply.SerializeAsString();
  for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_FALSE(decode_signature(whole.substr(0, size)));
  EXPECT_FALSE(decode_identity("\x0f"));
  EXPECT_FALSE(decode_identity(std::string(20, '\xff')));
}

TEST(EapKey, DigestInfoOfShaTwoAloneIsSigned) {
  const std::string sha256("\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20", 19);
  const std::string input = sha256 + std::string(32, 'd');
  const auto order = pkcs1_order(input);  // which looks into it
  ASSERT_TRUE(order);
  EXPECT_EQ(order->digest, "SHA256");
  EXPECT_EQ(order->input, std::string(32, 'd'));
  EXPECT_FALSE(pkcs1_order(sha256 + std::string(31, 'd')));
  EXPECT_FALSE(pkcs1_order(std::string(36, 'd')));  // TLS 1.1's MD5 and SHA-1
  EXPECT_FALSE(pkcs1_order(""));
  EXPECT_FALSE(ecdsa_order(std::string(20, 'd')));
}

TEST(EapKey, EcdsaSignaturesArePaddedToTheCurve) {
  const std::string der("\x30\x06\x02\x01\x05\x02\x01\x07", 8);
  EXPECT_EQ(raw_ecdsa(der, 8), std::string("\0\0\0\5\0\0\0\7", 8));
  EXPECT_FALSE(raw_ecdsa("nonsense", 64));
}

}  // namespace
}  // namespace phone::eap_key
