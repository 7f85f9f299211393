// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>

#include "absl/status/status.h"
#include "tools/board/board.hpp"

namespace phone::board {

struct MainJobOptions {
  double slack = 1;            // times the goals in time: tests on shared machines allow more
  bool behind_switch = false;  // the cable in a port of an 802.1X switch, and a PC behind the phone
  bool diagnostics = false;    // the port for remote diagnostics is open
  bool screen = false;         // show the phone's screen to a browser on this machine, from power-on
  std::string lab;             // further options of `phone-lab serve`, separated by blanks
  bool keep = false;           // leave phone, lab and far end running until a key is pressed
};

// A fresh phone from power-on to a secure call, and on. Every line goes to the board; an error means that the job could
// not be set up at all.
absl::Status main_job(Board& board, const MainJobOptions& options);

}  // namespace phone::board
