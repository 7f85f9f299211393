// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/lab/sip/srtp_gcm.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <memory>

namespace phone::lab {
namespace {

constexpr size_t kKey = 16, kSalt = 12, kTag = 16;

using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;
Context context() { return {EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free}; }

// RFC 3711 section 4.3.3: AES in counter mode from the salt with the label in its eighth octet.
std::string derived(const std::string& key_salt, uint8_t label, size_t size) {
  std::array<uint8_t, 16> iv{};
  std::memcpy(iv.data(), key_salt.data() + kKey, kSalt);
  iv[7] ^= label;
  std::string out(size, '\0');
  const std::string zeros(size, '\0');
  const Context cipher = context();
  int written = 0;
  EVP_EncryptInit_ex(cipher.get(), EVP_aes_128_ctr(), nullptr, reinterpret_cast<const uint8_t*>(key_salt.data()),
                     iv.data());
  EVP_EncryptUpdate(cipher.get(), reinterpret_cast<uint8_t*>(out.data()), &written,
                    reinterpret_cast<const uint8_t*>(zeros.data()), static_cast<int>(size));
  return out;
}

std::array<uint8_t, kSalt> iv_of(const std::string& salt, const uint8_t* header) {
  std::array<uint8_t, kSalt> iv{};
  std::memcpy(iv.data() + 2, header + 8, 4);   // SSRC
  std::memcpy(iv.data() + 10, header + 2, 2);  // sequence number
  for (size_t i = 0; i < iv.size(); ++i) iv[i] ^= static_cast<uint8_t>(salt[i]);
  return iv;
}

}  // namespace

std::vector<uint8_t> srtp_opened(const std::string& key_salt, const uint8_t* packet, size_t size) {
  if (size < kRtpHeader + kTag) return {};
  const std::string key = derived(key_salt, 0, kKey), salt = derived(key_salt, 2, kSalt);
  const auto iv = iv_of(salt, packet);
  std::vector<uint8_t> plain(size - kRtpHeader - kTag);
  std::array<uint8_t, kTag> tag{};
  std::memcpy(tag.data(), packet + size - kTag, kTag);
  const Context cipher = context();
  int written = 0;
  EVP_DecryptInit_ex(cipher.get(), EVP_aes_128_gcm(), nullptr, reinterpret_cast<const uint8_t*>(key.data()), iv.data());
  EVP_DecryptUpdate(cipher.get(), nullptr, &written, packet, kRtpHeader);
  EVP_DecryptUpdate(cipher.get(), plain.data(), &written, packet + kRtpHeader, static_cast<int>(plain.size()));
  EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kTag, tag.data());
  std::array<uint8_t, 16> rest{};
  return EVP_DecryptFinal_ex(cipher.get(), rest.data(), &written) == 1 ? plain : std::vector<uint8_t>();
}

std::vector<uint8_t> srtp_sealed(const std::string& key_salt, const uint8_t* header,
                                 const std::vector<uint8_t>& payload) {
  const std::string key = derived(key_salt, 0, kKey), salt = derived(key_salt, 2, kSalt);
  const auto iv = iv_of(salt, header);
  std::vector<uint8_t> packet(header, header + kRtpHeader);
  packet.resize(kRtpHeader + payload.size() + kTag);
  const Context cipher = context();
  int written = 0;
  EVP_EncryptInit_ex(cipher.get(), EVP_aes_128_gcm(), nullptr, reinterpret_cast<const uint8_t*>(key.data()), iv.data());
  EVP_EncryptUpdate(cipher.get(), nullptr, &written, header, kRtpHeader);
  EVP_EncryptUpdate(cipher.get(), packet.data() + kRtpHeader, &written, payload.data(),
                    static_cast<int>(payload.size()));
  EVP_EncryptFinal_ex(cipher.get(), packet.data() + packet.size() - kTag, &written);
  EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, kTag, packet.data() + packet.size() - kTag);
  return packet;
}

// ITU-T G.711, u-law.
double ulaw_decoded(uint8_t octet) {
  const unsigned code = ~octet & 0xffU;
  const double magnitude = static_cast<double>(((code & 15U) * 2 + 33) << (code >> 4 & 7U)) - 33;
  return 4 * ((code & 0x80U) != 0 ? -magnitude : magnitude);
}

uint8_t ulaw_encoded(double sample) {
  const unsigned sign = sample < 0 ? 0x80U : 0U;
  const unsigned magnitude = static_cast<unsigned>(std::min(std::abs(sample) / 4, 8031.0)) + 33;
  unsigned segment = 0;
  while (segment < 7 && (magnitude >> (segment + 6)) != 0) ++segment;
  return static_cast<uint8_t>(~(sign | segment << 4 | (magnitude >> (segment + 1) & 15U)));
}

}  // namespace phone::lab
