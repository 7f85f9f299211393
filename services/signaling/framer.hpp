#pragma once

#include <absl/status/statusor.h>

#include <optional>
#include <string>
#include <string_view>

namespace phone::signaling {

inline constexpr size_t kMaximumHeaderBlock = 64 * 1024;
inline constexpr size_t kMaximumBody = 1024 * 1024;

// Cuts a byte stream into SIP messages (RFC 3261 section 18.3) before any grammar sees them. An error ends the stream:
// after a wrong length nobody knows where the next message begins.
class Framer {
 public:
  void feed(std::string_view bytes) { buffer_.append(bytes); }
  // The next whole message; nothing when more bytes are needed. INVALID_ARGUMENT for a Content-Length that is not
  // exactly one number, RESOURCE_EXHAUSTED over a limit.
  absl::StatusOr<std::optional<std::string>> next();
  size_t buffered() const { return buffer_.size(); }

 private:
  void skip_line_ends();

  std::string buffer_;
  size_t searched_ = 0;  // no end of the header block before this
};

}  // namespace phone::signaling
