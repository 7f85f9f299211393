// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// raw_http2.hpp -- HTTP/2 frames by hand (RFC 9113), for peers that send what no library sends.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace phone::mesh::raw {

inline const std::string kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
enum Type : uint8_t { kData, kHeaders, kPriority, kReset, kSettings, kPush, kPing, kGoAway, kWindow, kContinuation };
constexpr uint8_t kEndStream = 1, kAck = 1, kEndHeaders = 4, kPadded = 8;

inline std::string number(uint32_t value, int bytes) {
  std::string out;
  for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(value >> (8 * i));
  return out;
}
inline std::string head(size_t length, Type type, uint8_t flags, uint32_t stream) {
  return number(static_cast<uint32_t>(length), 3) + static_cast<char>(type) + static_cast<char>(flags) +
         number(stream, 4);
}
inline std::string frame(Type type, uint8_t flags, uint32_t stream, std::string_view payload = {}) {
  return head(payload.size(), type, flags, stream) + std::string(payload);
}
// RFC 7541 section 6.2.2, never a dynamic entry.
inline std::string header(std::string_view name, std::string_view value) {
  return std::string(1, '\0') + static_cast<char>(name.size()) + std::string(name) + static_cast<char>(value.size()) +
         std::string(value);
}
inline std::string request(std::string_view method) {
  return header(":method", "POST") + header(":scheme", "http") + header(":path", "/" + std::string(method)) +
         header(":authority", "x") + header("te", "trailers") + header("content-type", "application/grpc") +
         header("grpc-timeout", "5S");
}
// A gRPC message's prefix.
inline std::string prefix(uint32_t length, bool compressed = false) {
  return std::string(1, compressed ? '\1' : '\0') + number(length, 4);
}
// What a client begins with.
inline std::string hello() { return kPreface + frame(kSettings, 0, 0); }

}  // namespace phone::mesh::raw
