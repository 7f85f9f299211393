// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/lab/sip/recorder.hpp"

#include <arpa/inet.h>
#include <openssl/evp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <numbers>
#include <utility>
#include <vector>

namespace phone::lab {
namespace {

constexpr size_t kKey = 16, kSalt = 12, kTag = 16, kHeader = 12;

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

// The payload; empty when it is not authentic. Roll-overs of the sequence number are not followed.
std::vector<uint8_t> opened(const std::string& key_salt, const uint8_t* packet, size_t size) {
  if (size < kHeader + kTag) return {};
  const std::string key = derived(key_salt, 0, kKey), salt = derived(key_salt, 2, kSalt);
  std::array<uint8_t, kSalt> iv{};
  std::memcpy(iv.data() + 2, packet + 8, 4);   // SSRC
  std::memcpy(iv.data() + 10, packet + 2, 2);  // sequence number
  for (size_t i = 0; i < iv.size(); ++i) iv[i] ^= static_cast<uint8_t>(salt[i]);
  std::vector<uint8_t> plain(size - kHeader - kTag);
  std::array<uint8_t, kTag> tag{};
  std::memcpy(tag.data(), packet + size - kTag, kTag);
  const Context cipher = context();
  int written = 0;
  EVP_DecryptInit_ex(cipher.get(), EVP_aes_128_gcm(), nullptr, reinterpret_cast<const uint8_t*>(key.data()), iv.data());
  EVP_DecryptUpdate(cipher.get(), nullptr, &written, packet, kHeader);
  EVP_DecryptUpdate(cipher.get(), plain.data(), &written, packet + kHeader, static_cast<int>(plain.size()));
  EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kTag, tag.data());
  std::array<uint8_t, 16> rest{};
  return EVP_DecryptFinal_ex(cipher.get(), rest.data(), &written) == 1 ? plain : std::vector<uint8_t>();
}

// ITU-T G.711, u-law.
double sample_of(uint8_t octet) {
  const unsigned code = ~octet & 0xffU;
  const double magnitude = static_cast<double>(((code & 15U) * 2 + 33) << (code >> 4 & 7U)) - 33;
  return (code & 0x80U) != 0 ? -magnitude : magnitude;
}

}  // namespace

Recorder::~Recorder() {
  if (socket_ >= 0) ::close(socket_);
}

Recorder::Recorder(Recorder&& other) noexcept { *this = std::move(other); }

Recorder& Recorder::operator=(Recorder&& other) noexcept {
  std::swap(socket_, other.socket_);
  port_ = other.port_;
  key_salt_ = other.key_salt_;
  packets_ = other.packets_;
  authentic_ = other.authentic_;
  samples_ = other.samples_;
  count_ = other.count_;
  return *this;
}

uint16_t Recorder::open(const std::string& host) {
  socket_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  socklen_t size = sizeof address;
  if (socket_ < 0 || inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1 ||
      bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    return 0;
  }
  return port_ = ntohs(address.sin_port);
}

void Recorder::read() {
  std::array<uint8_t, 2048> packet;
  for (;;) {
    const ssize_t got = recv(socket_, packet.data(), packet.size(), 0);
    if (got <= 0) return;
    const auto size = static_cast<size_t>(got);
    // Reports have types from 200 on (RFC 5761).
    if (size < kHeader || (packet[1] >= 192 && packet[1] <= 223)) continue;
    ++packets_;
    if (decode(packet.data(), size)) ++authentic_;
  }
}

bool Recorder::decode(const uint8_t* packet, size_t size) {
  std::vector<uint8_t> payload;
  if (key_salt_.size() == kKey + kSalt) {
    payload = opened(key_salt_, packet, size);
  } else if (key_salt_.empty()) {
    payload.assign(packet + kHeader, packet + size);
  }
  for (const uint8_t octet : payload) samples_[count_++ % kKept] = sample_of(octet);
  return !payload.empty();
}

double Recorder::share_of(int hertz) const {
  const size_t kept = std::min(count_, kKept);
  double sine = 0, cosine = 0, all = 0;
  for (size_t i = 0; i < kept; ++i) {
    // Oldest first, so that the tone is in one piece.
    const double sample = samples_[(count_ - kept + i) % kKept];
    const double angle = 2 * std::numbers::pi * hertz * static_cast<double>(i) / 8000;
    sine += sample * std::sin(angle);
    cosine += sample * std::cos(angle);
    all += sample * sample;
  }
  return all == 0 ? 0 : 2 * (sine * sine + cosine * cosine) / (static_cast<double>(kept) * all);
}

}  // namespace phone::lab
