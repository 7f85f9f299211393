// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Everything that happens at the call manager, one JSON object a line, for tests and the board to read.
#pragma once

#include <cstdio>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/status/status.h"

namespace phone::lab {

class Events {
 public:
  Events() = default;
  ~Events();
  Events(const Events&) = delete;
  Events& operator=(const Events&) = delete;

  absl::Status open(const std::string& path);  // "-" is standard output
  // {"time": seconds, "event": name, ...facts}
  void emit(const std::string& name, nlohmann::json facts = nlohmann::json::object());

 private:
  std::mutex mutex_;
  FILE* out_ = nullptr;
};

}  // namespace phone::lab
