// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "common/product/product.hpp"
#include "tools/board/main_job.hpp"

int main(int argc, char** argv) {
  CLI::App app{"The main job on a live board: a fresh phone from power-on to a secure call"};
  app.set_version_flag("--version", phone::product::version_line("phone-board"), "print the version and exit");
  phone::board::MainJobOptions options;
  bool plain = false;
  app.add_flag("--keep", options.keep,
               "leave everything running for phonectl until Enter is pressed, or without a terminal until SIGTERM");
  app.add_flag("--screen", options.screen,
               "show the phone's screen at http://127.0.0.1:8800/ for a browser on this machine; implies --keep");
  app.add_flag("--switch", options.behind_switch, "behind a switch port with 802.1X, and with a PC behind the phone");
  app.add_flag("--diagnostics", options.diagnostics,
               "open the port for remote diagnostics, and say how to use it from the far end of the cable");
  app.add_option("--lab", options.lab,
                 "further options of `phone-lab serve` in one word, such as \"--scep --party 6001=clear\"");
  app.add_flag("--plain", plain, "no colours, no moving line");
  app.add_option("--slack", options.slack, "multiplies the goals in time, for tests on shared machines")
      ->check(CLI::Range(1.0, 10.0));
  CLI11_PARSE(app, argc, argv);
  options.keep |= options.screen;

  phone::board::Board board(!plain && isatty(1) != 0);
  if (const auto done = phone::board::main_job(board, options); !done.ok()) {
    std::fprintf(stderr, "tools/run: %s\n", std::string(done.message()).c_str());
    return absl::IsUnavailable(done) ? 77 : 2;  // 77: not possible on this machine
  }
  std::printf("\n%s\n", board.all_true() ? "All true." : "Not all true.");
  return board.all_true() ? 0 : 1;
}
