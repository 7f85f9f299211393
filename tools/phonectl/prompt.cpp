// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/phonectl/prompt.hpp"

#include <string.h>
#include <termios.h>
#include <unistd.h>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace phone::phonectl {
namespace {

constexpr std::size_t kLongestSecret = 64;
constexpr char kInterrupt = '\x03';

// Echo off for its lifetime.
class Silence {
 public:
  Silence() {
    if (tcgetattr(STDIN_FILENO, &before_) != 0) return;
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO | ISIG);  // ^C is read below: a signal would leave the terminal silent
    active_ = tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) == 0;
  }
  ~Silence() {
    if (active_) tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;
  bool active() const { return active_; }

 private:
  termios before_{};
  bool active_ = false;
};

void say(const char* text) {
  if (write(STDERR_FILENO, text, std::strlen(text)) < 0) return;  // a closed terminal needs no question
}

// Unbuffered, so that no copy is left in a stdio buffer. One byte beyond the limit tells that it was passed.
std::string read_line() {
  std::string line;
  line.reserve(kLongestSecret + 1);
  char c = 0;
  while (line.size() <= kLongestSecret && read(STDIN_FILENO, &c, 1) == 1 && c != '\n' && c != kInterrupt)
    line.push_back(c);
  if (c == kInterrupt) wipe(line);
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return line;
}

}  // namespace

void wipe(std::string& secret) {
  explicit_bzero(secret.data(), secret.size());
  secret.clear();
}

absl::StatusOr<std::string> read_answer(const char* question, const char* what) {
  say(question);
  std::string answer = read_line();
  if (answer.empty()) return absl::InvalidArgumentError(absl::StrCat("no ", what, " given"));
  if (answer.size() > kLongestSecret) return absl::InvalidArgumentError(absl::StrCat("the ", what, " is too long"));
  return answer;
}

absl::StatusOr<std::string> read_secret(const char* question, const char* what) {
  std::string secret;
  if (isatty(STDIN_FILENO) != 0) {
    const Silence silence;
    if (!silence.active()) return absl::FailedPreconditionError("cannot switch off the terminal's echo");
    say(question);
    secret = read_line();
    say("\n");
  } else {
    secret = read_line();
  }
  if (secret.empty()) return absl::InvalidArgumentError(absl::StrCat("no ", what, " given"));
  if (secret.size() > kLongestSecret) {
    wipe(secret);
    return absl::InvalidArgumentError(absl::StrCat("the ", what, " is too long"));
  }
  return secret;
}

}  // namespace phone::phonectl
