// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// oracle.hpp -- RFC 3711 / RFC 7714 unprotect on OpenSSL alone, so that what our engine makes is read by code it shares
// nothing with.
#pragma once

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

namespace phone::media::oracle {

inline std::string counter_mode(const std::string& key, const std::string& iv, const std::string& in) {
  EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
  EVP_EncryptInit_ex(context, key.size() == 16 ? EVP_aes_128_ctr() : EVP_aes_256_ctr(), nullptr,
                     reinterpret_cast<const unsigned char*>(key.data()),
                     reinterpret_cast<const unsigned char*>(iv.data()));
  std::string out(in.size(), 0);
  int length = 0;
  EVP_EncryptUpdate(context, reinterpret_cast<unsigned char*>(out.data()), &length,
                    reinterpret_cast<const unsigned char*>(in.data()), static_cast<int>(in.size()));
  EVP_CIPHER_CTX_free(context);
  return out;
}

// RFC 3711 4.3: labels 0 cipher key, 1 authentication key, 2 salt.
inline std::string derive(const std::string& master, const std::string& salt, int label, size_t length) {
  std::string iv(16, 0);
  std::memcpy(iv.data(), salt.data(), salt.size());
  iv[7] = static_cast<char>(iv[7] ^ label);
  return counter_mode(master, iv, std::string(length, 0));
}

// The payload of an SRTP packet with a 12-octet header, or nothing when it is not authentic.
inline std::optional<std::string> open_rtp(bool aead, size_t tag, size_t key_size, const std::string& key_salt,
                                           uint32_t rollover, const std::vector<uint8_t>& packet) {
  const std::string master = key_salt.substr(0, key_size), salt = key_salt.substr(key_size);
  const std::string key = derive(master, salt, 0, key_size), session_salt = derive(master, salt, 2, salt.size());
  const std::string header(packet.begin(), packet.begin() + 12);
  const std::string body(packet.begin() + 12, packet.end() - static_cast<std::ptrdiff_t>(tag));
  const std::string mac(packet.end() - static_cast<std::ptrdiff_t>(tag), packet.end());
  const std::string roc{static_cast<char>(rollover >> 24), static_cast<char>(rollover >> 16),
                        static_cast<char>(rollover >> 8), static_cast<char>(rollover)};
  const std::string ssrc = header.substr(8, 4), sequence = header.substr(2, 2);
  if (aead) {
    std::string iv = std::string(2, 0) + ssrc + roc + sequence;
    for (size_t i = 0; i < 12; ++i) iv[i] = static_cast<char>(iv[i] ^ session_salt[i]);
    EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
    EVP_DecryptInit_ex(context, key_size == 16 ? EVP_aes_128_gcm() : EVP_aes_256_gcm(), nullptr,
                       reinterpret_cast<const unsigned char*>(key.data()),
                       reinterpret_cast<const unsigned char*>(iv.data()));
    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, 16, const_cast<char*>(mac.data()));
    std::string plain(body.size(), 0);
    int length = 0;
    EVP_DecryptUpdate(context, nullptr, &length, reinterpret_cast<const unsigned char*>(header.data()), 12);
    EVP_DecryptUpdate(context, reinterpret_cast<unsigned char*>(plain.data()), &length,
                      reinterpret_cast<const unsigned char*>(body.data()), static_cast<int>(body.size()));
    unsigned char end[16];
    const bool authentic = EVP_DecryptFinal_ex(context, end, &length) > 0;
    EVP_CIPHER_CTX_free(context);
    return authentic ? std::optional(plain) : std::nullopt;
  }
  const std::string auth = derive(master, salt, 1, 20), input = header + body + roc;
  unsigned char full[20];
  unsigned int length = 0;
  HMAC(EVP_sha1(), auth.data(), 20, reinterpret_cast<const unsigned char*>(input.data()), input.size(), full, &length);
  if (std::memcmp(full, mac.data(), tag) != 0) return std::nullopt;
  std::string iv = session_salt + std::string(2, 0);
  const std::string mix = std::string(4, 0) + ssrc + roc + sequence;
  for (size_t i = 0; i < mix.size(); ++i) iv[i] = static_cast<char>(iv[i] ^ mix[i]);
  return counter_mode(key, iv, body);
}

}  // namespace phone::media::oracle
