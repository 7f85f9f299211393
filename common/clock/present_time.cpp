// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/clock/present_time.hpp"

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/time/clock.h"
#include "common/flash/state_file.hpp"

namespace phone::clock {
namespace {

constexpr std::size_t kMaxFile = 64;

struct Guarded {
  std::mutex mutex;
  TimeFloor floor{build_time()};
};

Guarded& of_process() {
  static Guarded guarded;
  return guarded;
}

absl::Duration uptime() {
  static const auto start = std::chrono::steady_clock::now();
  return absl::FromChrono(std::chrono::steady_clock::now() - start);
}

}  // namespace

Present present() {
  auto& [mutex, floor] = of_process();
  const std::lock_guard lock(mutex);
  return floor.present(absl::Now(), uptime());
}

Floor floor() {
  auto& [mutex, floor] = of_process();
  const std::lock_guard lock(mutex);
  return floor.floor(uptime());
}

void prove(absl::Time moment, const char* source) {
  auto& [mutex, floor] = of_process();
  const std::lock_guard lock(mutex);
  floor.prove(moment, uptime(), source);
}

void see(absl::Time moment) {
  auto& [mutex, floor] = of_process();
  const std::lock_guard lock(mutex);
  floor.see(moment);
}

void accept_clock() {
  auto& [mutex, floor] = of_process();
  const std::lock_guard lock(mutex);
  floor.accept(absl::Now());
}

void recall_last_seen(const std::filesystem::path& file) {
  std::int64_t seconds = 0;
  const auto text = flash::read_state(file, kMaxFile);
  if (text && absl::SimpleAtoi(*text, &seconds)) see(absl::FromUnixSeconds(seconds));
}

void keep_last_seen(const std::filesystem::path& file) {
  const Present now = present();
  if (!now.known) return;
  see(now.time);
  (void)flash::write_state(file, std::to_string(absl::ToUnixSeconds(now.time)));  // an older one says less, not wrong
}

}  // namespace phone::clock
