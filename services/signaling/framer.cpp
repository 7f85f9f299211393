#include "services/signaling/framer.hpp"

#include "services/signaling/text.hpp"

namespace phone::signaling {
namespace {

// The one Content-Length of a header block (first line included); 0 when there is none, as RFC 3261 wants it on streams
// to be there and peers forget it on messages without a body.
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
      return absl::InvalidArgumentError("Content-Length is continued on a second line");
    }
    if (*length > kMaximumBody) return absl::ResourceExhaustedError("body over 1 MiB");
  }
  return static_cast<size_t>(length.value_or(0));
}

}  // namespace

// Keep-alives (RFC 5626 section 4.4.1): pings are CRLF CRLF, a pong is one CRLF, and either may be glued to what
// follows.
void Framer::skip_line_ends() {
  size_t skipped = 0;
  while (skipped < buffer_.size() && (buffer_[skipped] == '\r' || buffer_[skipped] == '\n')) ++skipped;
  if (skipped > 0) {
    buffer_.erase(0, skipped);
    searched_ = 0;
  }
}

absl::StatusOr<std::optional<std::string>> Framer::next() {
  skip_line_ends();
  size_t end = buffer_.find("\r\n\r\n", searched_);
  if (end == std::string::npos ? buffer_.size() > kMaximumHeaderBlock : end > kMaximumHeaderBlock) {
    return absl::ResourceExhaustedError("header block over 64 KiB");
  }
  if (end == std::string::npos) {
    searched_ = buffer_.size() < 3 ? 0 : buffer_.size() - 3;
    return std::nullopt;
  }
  auto length = content_length(std::string_view(buffer_).substr(0, end));
  if (!length.ok()) return length.status();
  size_t whole = end + 4 + *length;
  if (buffer_.size() < whole) {
    searched_ = end;
    return std::nullopt;
  }
  std::string message = buffer_.substr(0, whole);
  buffer_.erase(0, whole);
  searched_ = 0;
  return message;
}

}  // namespace phone::signaling
