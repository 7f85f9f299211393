// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "absl/status/status.h"

namespace phone::flash {

// Writes the newest content of state files on a thread of its own, so that an fsync never delays a call. Flash is
// written at a bounded rate, however often they change; the newest content is always written in the end: what finds no
// room is tried again until there is some.
class StateWriter {
 public:
  struct Settings {
    // On the writer's thread: a file could not be saved, once, and then that it has been.
    std::function<void(const std::string& file, const absl::Status& status)> told;
    std::chrono::milliseconds again{5000};  // between two tries
  };
  explicit StateWriter(std::filesystem::path directory, Settings settings);
  explicit StateWriter(std::filesystem::path directory) : StateWriter(std::move(directory), Settings()) {}
  ~StateWriter();  // writes what is waiting; what finds no room now is lost
  StateWriter(const StateWriter&) = delete;
  StateWriter& operator=(const StateWriter&) = delete;
  void put(const std::string& file, std::string content);

 private:
  void run();
  // False when it could not be written.
  bool save(const std::string& file, const std::string& content);

  const std::filesystem::path directory_;
  const Settings settings_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, std::string> waiting_;
  bool stopped_ = false;
  std::set<std::string> unsaved_;  // those that have been told; of the thread
  std::thread thread_;
};

}  // namespace phone::flash
