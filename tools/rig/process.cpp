// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/rig/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_join.h"

namespace phone::rig {
namespace {

constexpr size_t kLineLimit = 1 << 20;

void in_child(const Spawn& spawn, int input, int output) {
  dup2(input, 0);
  dup2(output, 1);
  if (spawn.capture && !spawn.output.empty()) {
    const int log = open(spawn.output.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
    dup2(log < 0 ? output : log, 2);
  } else if (spawn.capture) {
    dup2(open("/dev/null", O_WRONLY), 2);
  } else {
    dup2(output, 2);
  }
  sigset_t none;
  sigemptyset(&none);
  pthread_sigmask(SIG_SETMASK, &none, nullptr);
  for (const auto& [name, value] : spawn.env) setenv(name.c_str(), value.c_str(), 1);
  std::vector<char*> argv;
  for (const auto& word : spawn.argv) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  execvp(argv[0], argv.data());
  _exit(127);
}

}  // namespace

absl::StatusOr<Process> Process::start(const Spawn& spawn) {
  int in[2] = {-1, -1};
  int out[2] = {-1, -1};
  const bool pipe_in = spawn.hold_input || !spawn.input.empty();
  if (pipe_in) {
    if (pipe2(in, O_CLOEXEC) != 0) return absl::ErrnoToStatus(errno, "pipe");
  } else {
    in[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
  }
  if (spawn.capture) {
    if (pipe2(out, O_CLOEXEC) != 0) return absl::ErrnoToStatus(errno, "pipe");
  } else {
    const char* file = spawn.output.empty() ? "/dev/null" : spawn.output.c_str();
    out[1] = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (out[1] < 0) return absl::ErrnoToStatus(errno, file);
  }
  const pid_t pid = fork();
  if (pid < 0) return absl::ErrnoToStatus(errno, "fork");
  if (pid == 0) in_child(spawn, in[0], out[1]);
  close(in[0]);
  close(out[1]);
  Process process;
  process.pid_ = pid;
  process.output_ = out[0];
  process.input_ = in[1];
  if (!spawn.input.empty()) {
    const ssize_t written = write(in[1], spawn.input.data(), spawn.input.size());
    (void)written;  // a child that closed its input says so by its exit status
    if (!spawn.hold_input) close(std::exchange(process.input_, -1));
  }
  return process;
}

Process::Process(Process&& other) noexcept { *this = std::move(other); }

Process& Process::operator=(Process&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(status_, other.status_);
  std::swap(input_, other.input_);
  std::swap(output_, other.output_);
  std::swap(pending_, other.pending_);
  return *this;
}

Process::~Process() {
  end();
  if (output_ >= 0) close(output_);
}

bool Process::running() {
  if (pid_ < 0) return false;
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) == pid_) {
    status_ = status;
    pid_ = -1;
    return false;
  }
  return true;
}

absl::StatusOr<std::string> Process::read_line(absl::Time deadline) {
  for (;;) {
    if (const size_t end = pending_.find('\n'); end != std::string::npos) {
      std::string line = pending_.substr(0, end);
      pending_.erase(0, end + 1);
      return line;
    }
    if (pending_.size() > kLineLimit) return absl::ResourceExhaustedError("a line without end");
    const absl::Duration left = deadline - absl::Now();
    if (left <= absl::ZeroDuration()) return absl::DeadlineExceededError("no line in time");
    pollfd waiting{output_, POLLIN, 0};
    const int ready = poll(&waiting, 1, static_cast<int>(absl::ToInt64Milliseconds(left)) + 1);
    if (ready <= 0) continue;
    char bytes[65536];
    const ssize_t got = read(output_, bytes, sizeof bytes);
    if (got == 0) return absl::OutOfRangeError("end of output");
    if (got > 0) pending_.append(bytes, static_cast<size_t>(got));
  }
}

absl::Status Process::write_line(std::string_view line) {
  std::string left(line);
  left += '\n';
  while (!left.empty()) {
    const ssize_t written = write(input_, left.data(), left.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return absl::UnavailableError("its input is closed");
    left.erase(0, static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

absl::StatusOr<int> Process::wait(absl::Time deadline) {
  while (running()) {
    if (absl::Now() > deadline) return absl::DeadlineExceededError("still running");
    absl::SleepFor(absl::Milliseconds(2));
  }
  return status_;
}

absl::StatusOr<std::string> Process::end_input(absl::Duration patience) {
  if (input_ >= 0) close(std::exchange(input_, -1));
  const absl::Time deadline = absl::Now() + patience;
  std::string said;
  for (;;) {
    auto line = read_line(deadline);
    if (line.ok()) {
      said += *line + "\n";
      continue;
    }
    if (!absl::IsOutOfRange(line.status())) return line.status();
    said += take_rest();
    if (auto status = wait(deadline); !status.ok()) return status.status();
    return said;
  }
}

int Process::end(absl::Duration patience) {
  if (input_ >= 0) close(std::exchange(input_, -1));
  if (!running()) return status_;
  kill(pid_, SIGTERM);
  if (auto status = wait(absl::Now() + patience); status.ok()) return *status;
  kill(pid_, SIGKILL);
  return wait(absl::Now() + absl::Seconds(5)).value_or(-1);
}

absl::Duration patient(absl::Duration time) {
  static const int kTimes = [] {
    const char* const text = std::getenv("PHONE_SLOWNESS");
    return text == nullptr ? 1 : std::clamp(std::atoi(text), 1, 100);
  }();
  return time * kTimes;
}

absl::StatusOr<Outcome> run(Spawn spawn, absl::Duration timeout) {
  spawn.capture = true;
  const std::string what = absl::StrJoin(spawn.argv, " ");
  auto process = Process::start(spawn);
  if (!process.ok()) return process.status();
  const absl::Time deadline = absl::Now() + patient(timeout);
  Outcome outcome;
  for (;;) {
    auto line = process->read_line(deadline);
    if (line.ok()) {
      outcome.output += *line + "\n";
      continue;
    }
    if (absl::IsOutOfRange(line.status())) {
      outcome.output += process->take_rest();
      break;
    }
    process->end(absl::ZeroDuration());
    return absl::Status(line.status().code(), what + ": " + std::string(line.status().message()));
  }
  auto status = process->wait(deadline);
  if (!status.ok()) return status.status();
  outcome.exit_code = WIFEXITED(*status) ? WEXITSTATUS(*status) : 128 + WTERMSIG(*status);
  return outcome;
}

}  // namespace phone::rig
