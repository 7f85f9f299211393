// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/ua/state_writer.hpp"

#include "common/flash/state_file.hpp"
#include "common/log/log.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {

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
  }
}

}  // namespace phone::signaling
