// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The changes of a call manager that serves, as they are in force: in each file it makes, in what CAPF is to do, and in
// the NOTIFY that tells the phones ("Apply Config").
#pragma once

#include <mutex>

#include "tools/lab/live/changes.hpp"

namespace phone::lab {

class LiveCluster {
 public:
  // Changes of before this object are in force, and nobody is told of them.
  LiveCluster(std::filesystem::path directory, Devices& devices);

  // The plan as it is to be served now.
  Plan changed(const Plan& plan);
  // Orders to phones that are due since the last time, a line each (RemoteControl).
  std::vector<std::string> orders(const Plan& plan);

 private:
  void look();

  const std::filesystem::path directory_;
  Devices& devices_;
  std::mutex mutex_;
  Changes changes_;
  bool due_ = false;
};

}  // namespace phone::lab
