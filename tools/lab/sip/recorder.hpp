// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <cstdint>
#include <string>

// What a recorder beside the call manager makes of the RTP that a phone sends it: SRTP by AEAD_AES_128_GCM (RFC 7714)
// or none, G.711 u-law, and how loud a tone is in it. Written by the RFCs, with OpenSSL: nothing of the phone's.
namespace phone::lab {

class Recorder {
 public:
  Recorder() = default;
  ~Recorder();
  Recorder(Recorder&& other) noexcept;
  Recorder& operator=(Recorder&& other) noexcept;

  // Binds a UDP port at this address. 0: it could not.
  uint16_t open(const std::string& host);
  uint16_t port() const { return port_; }
  // Of the phone: 16 octets of key, 12 of salt. Empty: in clear.
  void set_key(const std::string& key_salt) { key_salt_ = key_salt; }
  // Takes what has arrived, without waiting.
  void read();

  unsigned packets() const { return packets_; }      // that have arrived
  unsigned authentic() const { return authentic_; }  // of them, and decoded
  // Power of a tone in what was decoded, of all power in it: 0 to 1.
  double share_of(int hertz) const;

 private:
  bool decode(const uint8_t* packet, size_t size);

  int socket_ = -1;
  uint16_t port_ = 0;
  std::string key_salt_;
  unsigned packets_ = 0, authentic_ = 0;
  static constexpr size_t kKept = 8000;  // samples: one second, the last
  std::array<double, kKept> samples_{};
  size_t count_ = 0;
};

}  // namespace phone::lab
