// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/http/fetch.hpp"

namespace phone::http {

const char* to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::kOk:
      return "received";
    case Outcome::kAbsent:
      return "the server does not have this file";
    case Outcome::kUnavailable:
      return "the server is busy (503)";
    case Outcome::kUnreachable:
      return "the server cannot be reached";
    case Outcome::kRefused:
      return "the server's certificate was refused";
    case Outcome::kTooLarge:
      return "the file is larger than allowed";
    case Outcome::kBroken:
      return "the transfer was interrupted";
    case Outcome::kFailed:
      return "the request cannot be made";
    case Outcome::kUnserved:
      return "the server answered, with no file";
    case Outcome::kCancelled:
      return "no longer needed";
  }
  return "";
}

std::chrono::milliseconds allowed_time(const Request& request, std::size_t received) {
  if (request.strict_time) return request.total_timeout;
  return request.total_timeout +
         std::chrono::milliseconds(static_cast<std::int64_t>(received) * 1000 / std::int64_t{kSlowestBytesPerSecond});
}

}  // namespace phone::http
