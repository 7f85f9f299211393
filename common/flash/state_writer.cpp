// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/flash/state_writer.hpp"

#include <algorithm>
#include <utility>

#include "common/flash/state_file.hpp"
#include "common/log/log.hpp"

namespace phone::flash {
namespace {

using Clock = std::chrono::steady_clock;
// A far end decides how often state changes, and flash wears: some writes at once, then one each half second.
constexpr std::chrono::milliseconds kEach{500};
constexpr int kAtOnce = 16;

}  // namespace

StateWriter::StateWriter(std::filesystem::path directory, Settings settings)
    : directory_(std::move(directory)), settings_(std::move(settings)), thread_([this] { run(); }) {}

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

bool StateWriter::save(const std::string& file, const std::string& content) {
  const auto status = write_state(directory_ / file, content);
  if (status.ok() ? unsaved_.erase(file) == 0 : !unsaved_.insert(file).second) return status.ok();
  if (status.ok()) {
    log::info("the state is saved now", {{"file", file}});
  } else {
    log::error("the state could not be saved; it is tried again",
               {{"file", file}, {"why", std::string(status.message())}});
  }
  if (settings_.told) settings_.told(file, status);
  return status.ok();
}

void StateWriter::run() {
  std::unique_lock lock(mutex_);
  Clock::time_point next{};  // the writes so far have used the rate up to then
  for (;;) {
    changed_.wait(lock, [this] { return stopped_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    const bool last = stopped_;
    auto work = std::exchange(waiting_, {});
    lock.unlock();
    std::erase_if(work, [this](const auto& one) { return save(one.first, one.second); });
    lock.lock();
    if (last) return;
    next = std::max(next, Clock::now() - kAtOnce * kEach) + kEach;
    if (!work.empty()) next = std::max(next, Clock::now() + settings_.again);
    waiting_.merge(work);  // a newer content stays
    changed_.wait_until(lock, next, [this] { return stopped_; });
  }
}

}  // namespace phone::flash
