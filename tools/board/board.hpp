// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace phone::board {

// One claim about the phone. `check` gives the fact as the mesh or a peer reports it; an error means not (yet) true.
struct Line {
  std::string claim;    // "registered"
  std::string witness;  // who says so: "signaling, through the gateway"
  std::function<absl::StatusOr<std::string>()> check;
  absl::Duration patience = absl::Seconds(15);
};

// The live board: each line is ticked with its time since power-on and its fact. After a line that fails the rest is
// not tried.
class Board {
 public:
  explicit Board(bool live);
  void power_on() { started_ = absl::Now(); }
  // Polls the check until it is true or patience ends. False when it failed.
  bool hold(const Line& line);
  bool all_true() const { return failed_.empty(); }
  void headline(const std::string& text);
  int passed() const { return passed_; }

 private:
  bool live_;
  absl::Time started_ = absl::Now();
  std::string failed_;
  int passed_ = 0;
};

}  // namespace phone::board
