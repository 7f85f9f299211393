// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/sip/framer.hpp"

#include <algorithm>
#include <utility>

#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

// The one Content-Length of a header block (first line included). 0 when there is none: RFC 3261 requires it on
// streams, but peers leave it out of messages without a body.
absl::StatusOr<size_t> content_length(std::string_view block) {
  std::optional<uint64_t> length;
  take_until(block, '\n');
  while (!block.empty()) {
    std::string_view line = take_until(block, '\n');
    if (line.empty() || line.front() == ' ' || line.front() == '\t') continue;
    if (line.back() == '\r') line.remove_suffix(1);
    std::string_view value = line;
    std::string_view name = trim(take_until(value, ':'));
    if (!iequals(name, "content-length") && !iequals(name, "l")) continue;
    if (length.has_value()) return absl::InvalidArgumentError("more than one Content-Length");
    length = number(trim(value));
    if (!length.has_value()) return absl::InvalidArgumentError("Content-Length is not a number");
    if (!block.empty() && (block.front() == ' ' || block.front() == '\t')) {
      return absl::InvalidArgumentError("Content-Length is folded onto a second line");
    }
    if (*length > kMaximumBody) return absl::ResourceExhaustedError("body is larger than 1 MiB");
  }
  return static_cast<size_t>(length.value_or(0));
}

}  // namespace

void Framer::feed(std::string_view bytes) {
  buffer_.erase(0, std::exchange(begin_, 0));
  buffer_.append(bytes);
}

// Keep-alives (RFC 5626 section 4.4.1): pings are CRLF CRLF, a pong is one CRLF, and either may be glued to what
// follows.
absl::Status Framer::skip_line_ends() {
  const size_t skipped = std::min(rest().find_first_not_of("\r\n"), rest().size());
  if (skipped == 0) return absl::OkStatus();
  begin_ += skipped;
  searched_ = 0;
  line_ends_ += skipped;
  return line_ends_ > kMostLineEnds ? absl::ResourceExhaustedError("too many empty lines") : absl::OkStatus();
}

// True when whole_ is known.
absl::StatusOr<bool> Framer::find_end() {
  const size_t end = rest().find("\r\n\r\n", searched_);
  if (std::min(end, rest().size()) > kMaximumHeaderBlock)
    return absl::ResourceExhaustedError("header is larger than 64 KiB");
  if (end == std::string_view::npos) {
    searched_ = rest().size() < 3 ? 0 : rest().size() - 3;
    return false;
  }
  auto length = content_length(rest().substr(0, end));
  if (!length.ok()) return length.status();
  whole_ = end + 4 + *length;
  return true;
}

absl::StatusOr<std::optional<std::string>> Framer::next() {
  if (whole_ == 0) {
    if (auto status = skip_line_ends(); !status.ok()) return status;
    const auto found = find_end();
    if (!found.ok()) return found.status();
    if (!*found) return std::nullopt;
  }
  if (rest().size() < whole_) return std::nullopt;
  std::string message(rest().substr(0, whole_));
  begin_ += whole_;
  searched_ = whole_ = line_ends_ = 0;
  return message;
}

}  // namespace phone::signaling
