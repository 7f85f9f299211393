// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// SRTP by AEAD_AES_128_GCM (RFC 7714) and G.711 u-law, written by the RFCs with OpenSSL: nothing of the phone's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace phone::lab {

inline constexpr size_t kSrtpKeySalt = 28;  // 16 octets of key, 12 of salt
inline constexpr size_t kRtpHeader = 12;

// The payload of an SRTP packet without extensions; empty when it is not authentic. Roll-overs of the sequence number
// are not followed.
std::vector<uint8_t> srtp_opened(const std::string& key_salt, const uint8_t* packet, size_t size);
// The packet of this header and payload.
std::vector<uint8_t> srtp_sealed(const std::string& key_salt, const uint8_t* header,
                                 const std::vector<uint8_t>& payload);

double ulaw_decoded(uint8_t octet);  // -32124 to 32124
uint8_t ulaw_encoded(double sample);

}  // namespace phone::lab
