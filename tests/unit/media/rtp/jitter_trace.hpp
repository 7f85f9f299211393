// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// jitter_trace.hpp -- the recorded arrivals of testdata/jitter, and what a jitter buffer makes of them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace phone::media::testing_jitter {

inline constexpr const char* kTraces[] = {"lan", "wifi", "wan", "bloat", "mobile", "burstloss", "skew100ppm"};

// How long after the far end's packets this phone's ticks are; they stay so for the whole call.
inline constexpr double kUsualTickMs = 11;

struct Packet {
  int sequence;
  double arrival_ms;
  double delay_ms;
};

struct Outcome {
  double late_percent = 0;
  double added_ms = 0;  // between sending and playing, beyond the fastest packet
};

// In the order of their arrival; none when testdata/jitter is not here.
std::vector<Packet> read_trace(const std::string& name);

// The buffer of this phone, asked for a frame every 20 ms.
Outcome play(const std::vector<Packet>& packets, double first_tick_ms = kUsualTickMs);
// A buffer that plays each packet so long after the fastest one.
Outcome play_fixed(const std::vector<Packet>& packets, double delay_ms);
// The least fixed delay that loses no more than `late_percent`, found with the whole trace in view.
Outcome best_fixed(const std::vector<Packet>& packets, double late_percent);
// speexdsp's buffer with its defaults.
Outcome play_speex(const std::vector<Packet>& packets, double first_tick_ms = kUsualTickMs);

// The mean over so many moments at which this phone's ticks may be.
Outcome mean_of(const std::vector<Packet>& packets, Outcome (*buffer)(const std::vector<Packet>&, double), int moments);

}  // namespace phone::media::testing_jitter
