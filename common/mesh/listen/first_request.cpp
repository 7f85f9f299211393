// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/mesh/listen/first_request.hpp"

#include <absl/strings/escaping.h>
#include <absl/strings/str_cat.h>

#include "common/text/text.hpp"

namespace phone::mesh {
namespace {

constexpr std::string_view kClientPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";  // RFC 9113 section 3.4
constexpr std::size_t kMost = 64 * 1024;  // before the first headers; gRPC clients send some hundred bytes
constexpr std::size_t kLongestMethod = 8;

enum class FrameType : std::uint8_t { kData = 0, kHeaders = 1, kSettings = 4, kGoAway = 7 };
namespace flag {
constexpr std::uint8_t kEndStream = 0x1, kEndHeaders = 0x4, kPadded = 0x8, kPriority = 0x20;
}

constexpr std::uint8_t kGet = 0x82;  // RFC 7541 appendix A: ":method: GET", which every client sends indexed

constexpr std::string_view kText =
    "This port of the phone serves remote diagnostics: gRPC over HTTP/2 with mutual TLS, not web pages.\n"
    "Use `phonectl --remote`, or any gRPC client with reflection and a certificate of the diagnostics authority.\n";

bool is_upper(std::uint8_t value) { return value >= 'A' && value <= 'Z'; }

std::string frame_of(FrameType type, std::uint8_t flags, std::uint32_t stream, std::string_view payload) {
  std::string bytes;
  for (const unsigned shift : {16U, 8U, 0U}) bytes += static_cast<char>(payload.size() >> shift & 0xff);
  bytes += static_cast<char>(type);
  bytes += static_cast<char>(flags);
  for (const unsigned shift : {24U, 16U, 8U, 0U}) bytes += static_cast<char>(stream >> shift & 0xff);
  return bytes.append(payload);
}

// RFC 7541 section 5.1, after a prefix of `bits` bits whose upper bits are 0.
std::string number(std::size_t value, unsigned bits) {
  const std::size_t most = (std::size_t{1} << bits) - 1;
  if (value < most) return std::string(1, static_cast<char>(value));
  std::string bytes(1, static_cast<char>(most));
  for (value -= most; value >= 0x80; value >>= 7) bytes += static_cast<char>((value & 0x7f) | 0x80);
  return bytes += static_cast<char>(value);
}

std::string text_of(std::string_view text) { return number(text.size(), 7).append(text); }

// Literals that leave the table as it is (section 6.2.2), named by the static table or in full.
std::string field(std::size_t name, std::string_view value) { return number(name, 4) + text_of(value); }
std::string field(std::string_view name, std::string_view value) {
  return std::string(1, '\0') + text_of(name) + text_of(value);
}

constexpr std::size_t kStatus = 8, kAllow = 22, kContentLength = 28, kContentType = 31;  // appendix A

std::string end_of_connection(std::uint32_t stream) {
  std::string payload;
  for (const unsigned shift : {24U, 16U, 8U, 0U}) payload += static_cast<char>(stream >> shift & 0xff);
  return frame_of(FrameType::kGoAway, 0, 0, payload + std::string(4, '\0'));
}

}  // namespace

FirstRequest::Kind FirstRequest::take(std::string_view bytes) {
  while (!bytes.empty() && kind_ == Kind::kUnknown) {
    if (state_ == State::kPayload) {
      const std::size_t passed = bytes.size() < left_ ? bytes.size() : left_;
      left_ -= passed;
      seen_ += passed;
      bytes.remove_prefix(passed);
      if (left_ == 0) state_ = State::kHead;
    } else {
      ++seen_;
      byte(static_cast<std::uint8_t>(bytes.front()));
      bytes.remove_prefix(1);
    }
    if (seen_ > kMost && kind_ == Kind::kUnknown) kind_ = Kind::kRpc;
  }
  return kind_;
}

void FirstRequest::byte(std::uint8_t value) {
  switch (state_) {
    case State::kPreface:
      if (value == static_cast<std::uint8_t>(kClientPreface[have_])) {
        if (++have_ < kClientPreface.size()) return;
        have_ = 0;
        state_ = State::kHead;
        return;
      }
      // Another method: its letters, then a space. "PRI" may have passed already, as of "PRINT".
      if (value == ' ' && have_ > 0) {
        kind_ = have_ <= kLongestMethod ? Kind::kHttp1 : Kind::kRpc;
      } else if (is_upper(value) && have_ < kLongestMethod) {
        kind_ = Kind::kHttp1;
      } else {
        kind_ = Kind::kRpc;
      }
      return;
    case State::kHead:
      head_[have_++] = value;
      if (have_ == sizeof head_) head_complete();
      return;
    case State::kPayload:
      return;
    case State::kHeaders:
      if (left_-- == 0) {
        kind_ = Kind::kRpc;
      } else if (skip_ > 0) {
        --skip_;
      } else if ((value & 0xe0) == 0x20) {  // RFC 7541 section 6.3
        if ((value & 0x1f) == 0x1f) state_ = State::kSizeUpdate;
      } else {
        kind_ = value == kGet ? Kind::kHttp2Get : Kind::kRpc;
      }
      return;
    case State::kSizeUpdate:
      if (left_-- == 0) {
        kind_ = Kind::kRpc;
      } else if ((value & 0x80) == 0) {
        state_ = State::kHeaders;
      }
      return;
  }
}

void FirstRequest::head_complete() {
  have_ = 0;
  left_ = static_cast<std::size_t>(head_[0]) << 16 | static_cast<std::size_t>(head_[1]) << 8 | head_[2];
  if (head_[3] != static_cast<std::uint8_t>(FrameType::kHeaders)) {
    state_ = left_ == 0 ? State::kHead : State::kPayload;
    return;
  }
  stream_ = (static_cast<std::uint32_t>(head_[5] & 0x7f) << 24) | (static_cast<std::uint32_t>(head_[6]) << 16) |
            (static_cast<std::uint32_t>(head_[7]) << 8) | head_[8];
  skip_ = ((head_[4] & flag::kPadded) != 0 ? 1U : 0U) + ((head_[4] & flag::kPriority) != 0 ? 5U : 0U);
  if (left_ == 0) kind_ = Kind::kRpc;
  state_ = State::kHeaders;
}

std::string http1_answer() {
  return absl::StrCat("HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ",
                      kText.size(), "\r\nConnection: close\r\n\r\n", text::to_absl(kText));
}

std::string http2_answer(std::uint32_t stream) {
  const std::string block = field(kStatus, "405") + field(kContentType, "text/plain; charset=utf-8") +
                            field(kAllow, "POST") + field(kContentLength, std::to_string(kText.size()));
  return http2_settings() + frame_of(FrameType::kHeaders, flag::kEndHeaders, stream, block) +
         frame_of(FrameType::kData, flag::kEndStream, stream, kText) + end_of_connection(stream);
}

std::string http2_settings() { return frame_of(FrameType::kSettings, 0, 0, ""); }

std::string grpc_refusal(std::uint32_t stream, std::string_view message, const std::string& details) {
  std::string told;  // percent-encoded, as the gRPC protocol has it
  for (const char c : message) {
    if (c >= ' ' && c <= '~' && c != '%') told += c;
  }
  const std::string block = field(kStatus, "200") + field(kContentType, "application/grpc") +
                            field("grpc-status", "7") + field("grpc-message", told) +
                            field("grpc-status-details-bin", absl::Base64Escape(details));
  return frame_of(FrameType::kHeaders, flag::kEndHeaders | flag::kEndStream, stream, block) + end_of_connection(stream);
}

}  // namespace phone::mesh
