// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The jitter buffer on recorded arrivals: late packets and added delay, beside speexdsp's buffer and beside the best
// fixed delay that loses as much, found with the whole trace in view.
#include <cstdio>

#include "tests/unit/media/rtp/jitter_trace.hpp"

int main() {
  using namespace phone::media::testing_jitter;
  std::printf("%-12s %18s %22s %22s %10s\n", "late % / added ms", "this phone", "best fixed, same loss",
              "speexdsp's default", "behind ms");
  for (const char* name : kTraces) {
    const auto packets = read_trace(name);
    if (packets.empty()) return std::fprintf(stderr, "testdata/jitter is not here\n"), 77;
    const Outcome ours = mean_of(packets, play, 20), speex = mean_of(packets, play_speex, 20);
    const Outcome fixed = best_fixed(packets, ours.late_percent);
    std::printf("%-17s %10.2f / %5.1f %14.2f / %5.1f %14.2f / %5.1f %10.1f\n", name, ours.late_percent, ours.added_ms,
                fixed.late_percent, fixed.added_ms, speex.late_percent, speex.added_ms, ours.added_ms - fixed.added_ms);
  }
  return 0;
}
