// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/mesh/guard/exit_history.hpp"

#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>
#include <absl/strings/str_split.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cstdlib>

#include "common/log/log.hpp"
#include "common/text/text.hpp"

namespace phone::mesh {
namespace {

constexpr std::size_t kMostBytes = 64 * 1024;  // about a thousand restarts; older ones are forgotten

std::string read_all(int fd) {
  std::string text(kMostBytes, '\0');
  const ssize_t size = pread(fd, text.data(), text.size(), 0);
  text.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
  return text;
}

bool write_line(int fd, const std::string& line) {
  return write(fd, line.data(), line.size()) == static_cast<ssize_t>(line.size());
}

std::string duration(absl::Duration took) {
  return took < absl::Seconds(10) ? absl::StrFormat("%d ms", absl::ToInt64Milliseconds(took))
                                  : absl::StrFormat("%d s", absl::ToInt64Seconds(took));
}

}  // namespace

absl::Time since_boot() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return absl::TimeFromTimespec(now);
}

PreviousExits parse_previous_exits(std::string_view text) {
  PreviousExits past;
  for (const absl::string_view line : absl::StrSplit(absl::string_view(text.data(), text.size()), '\n')) {
    const std::vector<std::string> words = absl::StrSplit(line, ' ');
    int64_t milliseconds = 0;
    if (words.empty() || !absl::SimpleAtoi(words[0], &milliseconds)) continue;
    if (words.size() == 2 && words[1] == "serving") past.since_served.clear();
    if (words.size() != 4) continue;
    ++past.restarts[words[1]];
    past.since_served.push_back(
        {.when = absl::FromUnixMillis(milliseconds), .result = words[1], .code = words[2], .status = words[3]});
  }
  return past;
}

std::string cause_of(const ProcessExit& ending) {
  if (ending.result == "watchdog") return "hung and was ended by its watchdog";
  if (ending.result == "oom-kill") return "exceeded its memory limit";
  if (ending.result == "timeout") return "did not start or stop in time";
  if (ending.status == "SYS") return "killed by SIGSYS: made a system call its sandbox forbids";
  if (ending.code == "killed" || ending.code == "dumped") return absl::StrCat("killed by signal ", ending.status);
  if (ending.code == "exited" && ending.status == "0") return "stopped normally";
  return absl::StrCat(ending.code, " with status ", ending.status, " (", ending.result, ")");
}

std::string restart_sentence(std::string_view service, const PreviousExits& past, absl::Time now) {
  if (past.since_served.empty()) return {};
  const ProcessExit& first = past.since_served.front();
  std::string sentence =
      absl::StrCat(text::to_absl(service), " restarted after ", duration(now - first.when), ": ", cause_of(first));
  if (const auto more = past.since_served.size() - 1; more > 0) {
    absl::StrAppend(&sentence, "; ", more, more == 1 ? " attempt" : " attempts",
                    " to start failed; the last one: ", cause_of(past.since_served.back()));
  }
  return sentence;
}

ExitHistory ExitHistory::open() {
  ExitHistory exit_history;
  const char* directory = getenv("RUNTIME_DIRECTORY");
  if (directory == nullptr || *directory == '\0') return exit_history;
  const std::string path = absl::StrCat(directory, "/endings");
  exit_history.file_ =
      os::Descriptor(::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600));
  struct stat file {};
  if (!exit_history.file_ || fstat(exit_history.file_.get(), &file) != 0 || !S_ISREG(file.st_mode) ||
      fchmod(exit_history.file_.get(), 0644) != 0) {
    exit_history.file_.close();
    log::warning("the previous exit of this service is unknown", {{"file", path}});
    return exit_history;
  }
  const std::string text = read_all(exit_history.file_.get());
  exit_history.past_ = parse_previous_exits(text);
  if (text.size() == kMostBytes && ftruncate(exit_history.file_.get(), 0) != 0)
    log::warning("the exit history could not be shortened");
  return exit_history;
}

void ExitHistory::serving() {
  if (file_ && !write_line(file_.get(), absl::StrCat(absl::ToUnixMillis(since_boot()), " serving\n"))) {
    log::warning("the exit history could not be saved");
  }
}

}  // namespace phone::mesh
