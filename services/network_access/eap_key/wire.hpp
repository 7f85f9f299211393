// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// The four messages of phone.certificates.v1 that the module speaks, written out by hand: a Protocol Buffers runtime
// has no business inside wpa_supplicant. Field numbers are those of certificate_manager.proto, which only ever adds.
namespace phone::eap_key {

enum class Purpose : std::uint8_t { kWired = 6, kWlan = 7 };
enum class Kind : std::uint8_t { kMic = 1, kLsc = 2, kUser = 3 };
enum class Scheme : std::uint8_t { kRsaPkcs1 = 1, kRsaPss = 2, kEcdsa = 4 };

struct SignRequest {
  Purpose purpose;
  Kind kind;
  Scheme scheme;
  std::string_view digest;  // "SHA256"
  std::string_view input;
  std::string_view key_fingerprint;
};

struct Identity {
  std::string leaf;  // DER
  std::string key_fingerprint;
};

std::string encode(const SignRequest& request);
std::string encode_look(Purpose purpose, Kind kind);
// Nothing for anything that is not such a message.
std::optional<std::string> decode_signature(std::string_view message);
std::optional<Identity> decode_identity(std::string_view message);

}  // namespace phone::eap_key
