// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/status.h"

// An HTTP/1.1 response (RFC 9112), fed piece by piece as it comes. Total, and bounded in bytes and in work: every byte
// is looked at once, and everything outside the body (status line, headers, chunk sizes, trailers, interim responses)
// has a limit of its own, so that a body in chunks of one byte is refused as well as an endless header.
namespace phone::http {

inline constexpr std::size_t kMostHeadBytes = std::size_t{64} << 10;
inline constexpr std::size_t kMostLineBytes = std::size_t{8} << 10;

class ResponseReader {
 public:
  explicit ResponseReader(std::size_t limit) : limit_(limit) {}

  // INVALID_ARGUMENT for an invalid response, RESOURCE_EXHAUSTED for one that is too large. Nothing after an
  // error.
  absl::Status feed(std::string_view bytes);
  // The server has closed in good order: DATA_LOSS where the body does not end by that.
  absl::Status closed();

  bool done() const { return state_ == State::kDone; }
  int status() const { return status_; }  // 0 until the head is read
  const std::string& type() const { return type_; }
  std::string take_body() { return std::move(body_); }
  bool too_large() const { return too_large_; }

 private:
  enum class State { kStatusLine, kHeader, kCounted, kUntilClose, kChunkSize, kChunk, kChunkEnd, kTrailer, kDone };
  absl::Status on_line(std::string_view line);
  absl::Status on_status_line(std::string_view line);
  absl::Status on_header(std::string_view line);
  absl::Status on_head_end();
  absl::Status on_chunk_size(std::string_view line);
  absl::Status take(std::string_view& bytes);

  const std::size_t limit_;
  State state_ = State::kStatusLine;
  std::string line_;
  std::size_t beside_ = 0;  // bytes outside the body
  std::size_t left_ = 0;    // of the body or the chunk
  int status_ = 0;
  bool has_length_ = false, chunked_ = false, too_large_ = false;
  std::size_t length_ = 0;
  std::string type_, body_;
};

}  // namespace phone::http
