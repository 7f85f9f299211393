// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "gateway/web/request/connect.hpp"

#include <absl/strings/str_cat.h>

#include <array>
#include <cstdint>

#include "common/text/foreign_text.hpp"

namespace phone::gateway::web {
namespace {

constexpr unsigned char kCompressed = 0x01, kEndOfStream = 0x02;
constexpr std::size_t kLongestMessage = 1024;

struct Row {
  absl::StatusCode code;
  std::string_view name;
  unsigned http_status;
};
// "Error codes" of the protocol.
constexpr std::array kRows = {
    Row{absl::StatusCode::kCancelled, "canceled", 499},
    Row{absl::StatusCode::kUnknown, "unknown", 500},
    Row{absl::StatusCode::kInvalidArgument, "invalid_argument", 400},
    Row{absl::StatusCode::kDeadlineExceeded, "deadline_exceeded", 504},
    Row{absl::StatusCode::kNotFound, "not_found", 404},
    Row{absl::StatusCode::kAlreadyExists, "already_exists", 409},
    Row{absl::StatusCode::kPermissionDenied, "permission_denied", 403},
    Row{absl::StatusCode::kResourceExhausted, "resource_exhausted", 429},
    Row{absl::StatusCode::kFailedPrecondition, "failed_precondition", 400},
    Row{absl::StatusCode::kAborted, "aborted", 409},
    Row{absl::StatusCode::kOutOfRange, "out_of_range", 400},
    Row{absl::StatusCode::kUnimplemented, "unimplemented", 501},
    Row{absl::StatusCode::kInternal, "internal", 500},
    Row{absl::StatusCode::kUnavailable, "unavailable", 503},
    Row{absl::StatusCode::kDataLoss, "data_loss", 500},
    Row{absl::StatusCode::kUnauthenticated, "unauthenticated", 401},
};

const Row& row_of(absl::StatusCode code) {
  for (const Row& row : kRows) {
    if (row.code == code) return row;
  }
  return kRows[1];
}

// Clean text has no control characters; what is left to escape are two.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text::clean(text, kLongestMessage)) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 0x20) continue;
    out += c;
  }
  return out + "\"";
}

std::string envelope(unsigned char flags, std::string_view json) {
  std::string out(kEnvelopeHeader, '\0');
  const auto size = static_cast<std::uint32_t>(json.size());
  out[0] = static_cast<char>(flags);
  for (unsigned byte = 0; byte < 4; ++byte) out[1 + byte] = static_cast<char>(size >> (24 - 8 * byte) & 0xff);
  return out.append(json);
}

}  // namespace

std::string_view error_code(absl::StatusCode code) { return row_of(code).name; }
unsigned http_status(absl::StatusCode code) { return row_of(code).http_status; }

std::string error_json(const absl::Status& status) {
  const std::string_view code = error_code(status.code());
  return absl::StrCat("{\"code\":\"", absl::string_view(code.data(), code.size()),
                      "\",\"message\":", quoted({status.message().data(), status.message().size()}), "}");
}

std::string message_envelope(std::string_view json) { return envelope(0, json); }

std::string end_envelope(const absl::Status& status) {
  return envelope(kEndOfStream, status.ok() ? "{}" : absl::StrCat("{\"error\":", error_json(status), "}"));
}

absl::StatusOr<std::string_view> only_message(std::string_view body) {
  if (body.size() < kEnvelopeHeader) return absl::InvalidArgumentError("the envelope is cut short");
  const auto byte = [&](std::size_t at) { return static_cast<std::uint32_t>(static_cast<unsigned char>(body[at])); };
  if (byte(0) == kCompressed) return absl::UnimplementedError("compressed requests are not taken");
  if (byte(0) != 0) return absl::InvalidArgumentError("the envelope's flags are unknown");
  const std::uint32_t size = byte(1) << 24 | byte(2) << 16 | byte(3) << 8 | byte(4);
  if (size != body.size() - kEnvelopeHeader) return absl::InvalidArgumentError("the body is not exactly one message");
  return body.substr(kEnvelopeHeader);
}

}  // namespace phone::gateway::web
