// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/eap_key/wire.hpp"

namespace phone::eap_key {
namespace {

// protobuf.dev/programming-guides/encoding
enum class WireType : std::uint8_t { kVarint = 0, kFixed64 = 1, kLength = 2, kFixed32 = 5 };

void put_varint(std::string& to, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7U) to.push_back(static_cast<char>(value | 0x80U));
  to.push_back(static_cast<char>(value));
}
void put(std::string& to, unsigned field, std::uint64_t value) {
  put_varint(to, field << 3U);
  put_varint(to, value);
}
void put(std::string& to, unsigned field, std::string_view value) {
  put_varint(to, field << 3U | static_cast<unsigned>(WireType::kLength));
  put_varint(to, value.size());
  to += value;
}

bool take_varint(std::string_view& from, std::uint64_t& value) {
  value = 0;
  for (unsigned shift = 0; shift < 64 && !from.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(from.front());
    from.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7fU) << shift;
    if ((byte & 0x80U) == 0) return true;
  }
  return false;
}

// Calls `text(field, bytes)` for every length-delimited field; false when the message is damaged.
template <class Text>
bool walk(std::string_view message, Text text) {
  while (!message.empty()) {
    std::uint64_t key = 0;
    std::uint64_t value = 0;
    if (!take_varint(message, key)) return false;
    std::size_t skip = 0;
    switch (static_cast<WireType>(key & 7U)) {
      case WireType::kVarint:
        if (!take_varint(message, value)) return false;
        break;
      case WireType::kFixed64:
        skip = 8;
        break;
      case WireType::kFixed32:
        skip = 4;
        break;
      case WireType::kLength:
        if (!take_varint(message, value) || value > message.size()) return false;
        skip = static_cast<std::size_t>(value);
        text(key >> 3U, message.substr(0, skip));
        break;
      default:
        return false;
    }
    if (skip > message.size()) return false;
    message.remove_prefix(skip);
  }
  return true;
}

}  // namespace

std::string encode(const SignRequest& request) {
  std::string message;
  put(message, 1, static_cast<std::uint64_t>(request.purpose));
  put(message, 2, static_cast<std::uint64_t>(request.scheme));
  put(message, 3, request.digest);
  put(message, 4, request.input);
  put(message, 5, static_cast<std::uint64_t>(request.kind));
  put(message, 6, request.key_fingerprint);
  return message;
}

std::string encode_look(Purpose purpose, Kind kind) {
  std::string message;
  put(message, 1, static_cast<std::uint64_t>(purpose));
  put(message, 2, static_cast<std::uint64_t>(kind));
  return message;
}

std::optional<std::string> decode_signature(std::string_view message) {
  std::string signature;
  const bool whole = walk(message, [&](std::uint64_t field, std::string_view bytes) {
    if (field == 1) signature = bytes;
  });
  if (!whole || signature.empty()) return std::nullopt;
  return signature;
}

std::optional<Identity> decode_identity(std::string_view message) {
  Identity identity;
  const bool whole = walk(message, [&](std::uint64_t field, std::string_view bytes) {
    if (field == 2 && identity.leaf.empty()) identity.leaf = bytes;
    if (field == 3) identity.key_fingerprint = bytes;
  });
  if (!whole || identity.leaf.empty() || identity.key_fingerprint.size() != 64) return std::nullopt;
  return identity;
}

}  // namespace phone::eap_key
