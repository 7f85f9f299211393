// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/statusor.h>

#include <optional>
#include <string>
#include <string_view>

namespace phone::signaling {

inline constexpr size_t kMaximumHeaderBlock = 64 * 1024;
inline constexpr size_t kMaximumBody = 1024 * 1024;  // read to its end, so that it can be answered 413
// Line ends without a message: a thousand pings, more than a day of them.
inline constexpr size_t kMostLineEnds = 4 * 1024;

// Cuts a byte stream into SIP messages (RFC 3261 section 18.3) before any grammar sees them. An error ends the stream:
// after a wrong length it is unknown where the next message begins.
class Framer {
 public:
  void feed(std::string_view bytes);
  // The next whole message; nothing when more bytes are needed. INVALID_ARGUMENT for a Content-Length that is not
  // exactly one number, RESOURCE_EXHAUSTED over a limit. However the bytes are cut into pieces, each is looked at a
  // fixed number of times.
  absl::StatusOr<std::optional<std::string>> next();
  // Bytes of a message that is not whole yet, once next() has returned nothing.
  size_t buffered() const { return buffer_.size() - begin_; }

 private:
  absl::Status skip_line_ends();
  absl::StatusOr<bool> find_end();

  std::string_view rest() const { return std::string_view(buffer_).substr(begin_); }

  std::string buffer_;
  size_t begin_ = 0;      // bytes before it belong to messages that next() has returned
  size_t searched_ = 0;   // no end of the header block in so many bytes of rest()
  size_t whole_ = 0;      // size of the message that rest() begins with; 0: not known yet
  size_t line_ends_ = 0;  // since the last message
};

}  // namespace phone::signaling
