// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/http/response.hpp"

#include <algorithm>
#include <charconv>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/http/plain.hpp"

namespace phone::http {
namespace {

// For each byte of body this much of a byte around it: chunks of 1 KiB need a hundredth.
constexpr std::size_t kBodyPerBeside = 8;

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

// Digits only: no sign, no space, nothing behind.
bool number(std::string_view text, int base, std::size_t& value) {
  if (text.empty()) return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  return error == std::errc() && end == text.data() + text.size();
}

absl::Status no_http(absl::string_view why) { return absl::InvalidArgumentError(absl::StrCat("not HTTP: ", why)); }

}  // namespace

absl::Status ResponseReader::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    if (state_ == State::kDone) return no_http("there are bytes after the end of the response");
    if (state_ == State::kCounted || state_ == State::kUntilClose || state_ == State::kChunk) {
      if (auto status = take(bytes); !status.ok()) return status;
      continue;
    }
    const std::size_t end = bytes.find('\n');
    const std::string_view piece = bytes.substr(0, end == std::string_view::npos ? bytes.size() : end + 1);
    bytes.remove_prefix(piece.size());
    beside_ += piece.size();
    if (line_.size() + piece.size() > kMostLineBytes)
      return absl::ResourceExhaustedError("a header line is longer than 8 KiB");
    if (beside_ > kMostHeadBytes + body_.size() / kBodyPerBeside) {
      return absl::ResourceExhaustedError("the response has too many headers or chunks for its length");
    }
    line_ += piece;
    if (end == std::string_view::npos) return absl::OkStatus();
    std::string line;
    line.swap(line_);
    line.pop_back();
    if (line.ends_with('\r')) line.pop_back();
    if (auto status = on_line(line); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status ResponseReader::closed() {
  if (state_ == State::kUntilClose) state_ = State::kDone;
  if (state_ == State::kDone) return absl::OkStatus();
  return absl::DataLossError(status_ == 0 ? "the server closed the connection before it responded"
                                          : "the server closed the connection within the body");
}

absl::Status ResponseReader::on_line(std::string_view line) {
  switch (state_) {
    case State::kStatusLine:
      return on_status_line(line);
    case State::kHeader:
      return line.empty() ? on_head_end() : on_header(line);
    case State::kChunkSize:
      return on_chunk_size(line);
    case State::kChunkEnd:
      if (!line.empty()) return no_http("a chunk is longer than its stated size");
      state_ = State::kChunkSize;
      return absl::OkStatus();
    case State::kTrailer:
      if (line.empty()) state_ = State::kDone;
      return absl::OkStatus();
    default:
      return no_http("a line end is missing");
  }
}

absl::Status ResponseReader::on_status_line(std::string_view line) {
  std::size_t code = 0;
  if (!(line.starts_with("HTTP/1.1 ") || line.starts_with("HTTP/1.0 ")) || !number(line.substr(9, 3), 10, code) ||
      code < 100 || code > 599 || (line.size() > 12 && line[12] != ' ')) {
    return no_http("the response has no status line");
  }
  status_ = static_cast<int>(code);
  has_length_ = chunked_ = false;
  type_.clear();
  state_ = State::kHeader;
  return absl::OkStatus();
}

absl::Status ResponseReader::on_header(std::string_view line) {
  const std::size_t colon = line.find(':');
  // A name ends at its colon, and no line goes on in the next (RFC 9112 section 5).
  if (colon == 0 || colon == std::string_view::npos ||
      line.substr(0, colon).find_first_of(" \t") != std::string_view::npos) {
    return no_http("a header field has no name");
  }
  const std::string name(line.substr(0, colon));
  const std::string value(trimmed(line.substr(colon + 1)));
  if (absl::EqualsIgnoreCase(name, "Content-Length")) {
    std::size_t length = 0;
    if (!number(value, 10, length)) return no_http("Content-Length is not a number");
    if (has_length_ && length != length_) return no_http("the response has two different Content-Lengths");
    has_length_ = true;
    length_ = length;
  } else if (absl::EqualsIgnoreCase(name, "Transfer-Encoding")) {
    if (chunked_ || !absl::EqualsIgnoreCase(value, "chunked")) return no_http("unsupported transfer coding");
    chunked_ = true;
  } else if (absl::EqualsIgnoreCase(name, "Content-Encoding")) {
    if (!absl::EqualsIgnoreCase(value, "identity")) return no_http("unsupported content coding");
  } else if (absl::EqualsIgnoreCase(name, "Content-Type")) {
    type_ = media_type(value);
  }
  return absl::OkStatus();
}

absl::Status ResponseReader::on_head_end() {
  if (status_ < 200) {
    if (status_ == 101) return no_http("the server switched to another protocol unasked");
    state_ = State::kStatusLine;
    return absl::OkStatus();
  }
  if (chunked_ && has_length_) return no_http("the response states its length in two ways");
  if (status_ == 204 || status_ == 304) {
    state_ = State::kDone;
  } else if (chunked_) {
    state_ = State::kChunkSize;
  } else if (has_length_) {
    if (length_ > limit_) {
      too_large_ = true;
      return absl::ResourceExhaustedError(absl::StrCat("more than ", limit_, " bytes"));
    }
    left_ = length_;
    state_ = left_ == 0 ? State::kDone : State::kCounted;
  } else {
    state_ = State::kUntilClose;
  }
  return absl::OkStatus();
}

absl::Status ResponseReader::on_chunk_size(std::string_view line) {
  std::size_t size = 0;
  if (!number(trimmed(line.substr(0, line.find(';'))), 16, size)) return no_http("a chunk has no size");
  if (size > limit_ - body_.size()) {
    too_large_ = true;
    return absl::ResourceExhaustedError(absl::StrCat("more than ", limit_, " bytes"));
  }
  left_ = size;
  state_ = size == 0 ? State::kTrailer : State::kChunk;
  return absl::OkStatus();
}

absl::Status ResponseReader::take(std::string_view& bytes) {
  std::size_t count = bytes.size();
  if (state_ != State::kUntilClose) count = std::min(count, left_);
  if (count > limit_ - body_.size()) {
    too_large_ = true;
    return absl::ResourceExhaustedError(absl::StrCat("more than ", limit_, " bytes"));
  }
  body_ += bytes.substr(0, count);
  bytes.remove_prefix(count);
  if (state_ == State::kUntilClose) return absl::OkStatus();
  left_ -= count;
  if (left_ == 0) state_ = state_ == State::kCounted ? State::kDone : State::kChunkEnd;
  return absl::OkStatus();
}

}  // namespace phone::http
