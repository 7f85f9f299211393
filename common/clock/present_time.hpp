// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// present_time.hpp -- the one place of a process where certificates' times are judged from: its clock above its floor.
#pragma once

#include <filesystem>

#include "common/clock/time_floor.hpp"

namespace phone::clock {

// The day this program was compiled, at its beginning.
absl::Time build_time();

// From any thread.
Present present();
Floor floor();
// Raises the floor of this process. `source` is for people, and outlives it.
void prove(absl::Time moment, const char* source = "a signature");
void see(absl::Time moment);
// The clock as it is now is no longer doubted because of what was seen earlier.
void accept_clock();

// The last time that was known, over restarts. Nothing is kept while the clock is wrong.
void recall_last_seen(const std::filesystem::path& file);
void keep_last_seen(const std::filesystem::path& file);

}  // namespace phone::clock
