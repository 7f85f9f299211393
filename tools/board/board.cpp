// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/board/board.hpp"

#include <cstdio>

#include "absl/time/clock.h"
#include "tools/rig/process.hpp"

namespace phone::board {
namespace {

constexpr const char* kGreen = "\033[32m";
constexpr const char* kRed = "\033[31m";
constexpr const char* kDim = "\033[2m";
constexpr const char* kPlain = "\033[0m";

}  // namespace

Board::Board(bool live) : live_(live) { setvbuf(stdout, nullptr, _IOLBF, 0); }

void Board::headline(const std::string& text) { std::printf("\n%s\n", text.c_str()); }

bool Board::hold(const Line& line) {
  if (!failed_.empty()) {
    std::printf("  %s-          %s%s\n", live_ ? kDim : "", line.claim.c_str(), live_ ? kPlain : "");
    return false;
  }
  if (live_) {
    std::printf("  .          %s\r", line.claim.c_str());
    std::fflush(stdout);
  }
  absl::StatusOr<std::string> fact = absl::UnknownError("not looked at");
  const bool holds = rig::poll_until(line.patience, [&] {
    fact = line.check();
    return fact.ok();
  });
  const double seconds = absl::ToDoubleSeconds(absl::Now() - started_);
  if (holds) {
    ++passed_;
    std::printf("  %sok%s %7.3f s  %-34s %s\n", live_ ? kGreen : "", live_ ? kPlain : "", seconds, line.claim.c_str(),
                fact->c_str());
    return true;
  }
  failed_ = line.claim;
  std::printf("  %sNO%s %7.3f s  %-34s %s\n", live_ ? kRed : "", live_ ? kPlain : "", seconds, line.claim.c_str(),
              std::string(fact.status().message()).c_str());
  std::printf("                  witness: %s\n", line.witness.c_str());
  return false;
}

}  // namespace phone::board
