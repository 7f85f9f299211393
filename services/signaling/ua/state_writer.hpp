// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <condition_variable>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <thread>

namespace phone::signaling {

// Writes state files on a thread of its own, the newest content of each: an fsync never holds a call up. However often
// they change, flash is written at a bounded rate; the newest content is written in the end.
class StateWriter {
 public:
  explicit StateWriter(std::filesystem::path directory);
  ~StateWriter();  // writes what is waiting
  void put(const std::string& file, std::string content);

 private:
  void run();

  const std::filesystem::path directory_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, std::string> waiting_;
  bool stopped_ = false;
  std::thread thread_;
};

}  // namespace phone::signaling
