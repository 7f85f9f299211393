// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <sys/types.h>
#include <algorithm>

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace phone::rig {

struct Spawn {
  std::vector<std::string> argv;
  std::string output;                      // file that takes stdout and stderr; empty: /dev/null
  std::string input;                       // written to its standard input, which is then closed; empty: /dev/null
  bool hold_input = false;                 // keep a pipe to its standard input open for as long as the Process lives
  bool capture = false;                    // stdout goes to a pipe read by read_line()
  std::map<std::string, std::string> env;  // added to ours
};

// A child process that this object started and that it ends, by its own id, when it goes.
class Process {
 public:
  static absl::StatusOr<Process> start(const Spawn& spawn);
  Process() = default;
  Process(Process&& other) noexcept;
  Process& operator=(Process&& other) noexcept;
  ~Process();

  pid_t pid() const { return pid_; }
  bool running();
  // A line of its captured output; DEADLINE_EXCEEDED, or OUT_OF_RANGE at its end.
  absl::StatusOr<std::string> read_line(absl::Time deadline);
  // What it wrote after its last full line.
  std::string take_rest() { return std::move(pending_); }
  // A line for its standard input (hold_input). UNAVAILABLE once it has closed it.
  absl::Status write_line(std::string_view line);
  // Closes its standard input, as a sign to finish, and gives what it still says until it ends by itself.
  absl::StatusOr<std::string> end_input(absl::Duration patience);
  // Asks it to end, waits, then insists. Gives its exit status as waitpid does.
  int end(absl::Duration patience = absl::Seconds(3));
  absl::StatusOr<int> wait(absl::Time deadline);

 private:
  pid_t pid_ = -1;
  int status_ = 0;
  int input_ = -1;
  int output_ = -1;
  std::string pending_;
};

struct Outcome {
  int exit_code = -1;
  std::string output;  // stdout only
};

// How long to wait where a real machine takes `time`: longer by PHONE_SLOWNESS in the environment, as an emulated one
// is.
absl::Duration patient(absl::Duration time);

// Runs a command to its end. DEADLINE_EXCEEDED when it does not end in time (it is killed then).
absl::StatusOr<Outcome> run(Spawn spawn, absl::Duration timeout = absl::Seconds(20));

// Looks at a condition until it holds or the deadline has passed: every `step` at first, then ever more seldom, as many
// looks cost a process. What is measured by it is right to a twentieth of the time it took.
template <class Condition>
bool poll_until(absl::Duration timeout, Condition condition, absl::Duration step = absl::Milliseconds(10)) {
  constexpr absl::Duration kLongest = absl::Milliseconds(150);
  const absl::Time begun = absl::Now();
  const absl::Duration patience = patient(timeout);
  while (!condition()) {
    const absl::Duration waited = absl::Now() - begun;
    if (waited >= patience) return false;
    absl::SleepFor(std::max(step, std::min(waited / 20, kLongest)));
  }
  return true;
}

}  // namespace phone::rig
