// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/ua/state_writer.hpp"

#include <algorithm>
#include <chrono>

#include "common/flash/state_file.hpp"
#include "common/log/log.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

using Clock = std::chrono::steady_clock;
// A far end decides how often state changes, and flash wears: some writes at once, then one each half second.
constexpr std::chrono::milliseconds kEach{500};
constexpr int kAtOnce = 16;

}  // namespace

StateWriter::StateWriter(std::filesystem::path directory)
    : directory_(std::move(directory)), thread_([this] { run(); }) {}

StateWriter::~StateWriter() {
  {
    std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void StateWriter::put(const std::string& file, std::string content) {
  {
    std::lock_guard lock(mutex_);
    waiting_[file] = std::move(content);
  }
  changed_.notify_all();
}

void StateWriter::run() {
  std::unique_lock lock(mutex_);
  Clock::time_point next{};  // the writes so far have used the rate up to then
  for (;;) {
    changed_.wait(lock, [this] { return stopped_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    auto work = std::exchange(waiting_, {});
    lock.unlock();
    for (const auto& [file, content] : work) {
      if (auto status = flash::write_state(directory_ / file, content); !status.ok()) {
        log::error("the state could not be saved", {{"file", file}, {"why", cat(status.message())}});
      }
    }
    lock.lock();
    next = std::max(next, Clock::now() - kAtOnce * kEach) + kEach;
    changed_.wait_until(lock, next, [this] { return stopped_; });
  }
}

}  // namespace phone::signaling
