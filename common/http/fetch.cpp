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
      return "the server refused the request";
    case Outcome::kCancelled:
      return "no longer needed";
  }
  return "";
}

}  // namespace phone::http
