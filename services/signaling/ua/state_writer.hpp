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

// Writes the newest content of state files on a thread of its own, so that an fsync never delays a call. Flash is
// written at a bounded rate, however often they change; the newest content is always written in the end.
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
