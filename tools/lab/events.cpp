// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/lab/events.hpp"

#include <chrono>

#include "absl/strings/str_cat.h"

namespace phone::lab {

Events::~Events() {
  if (out_ != nullptr && out_ != stdout) std::fclose(out_);
}

absl::Status Events::open(const std::string& path) {
  out_ = path == "-" ? stdout : std::fopen(path.c_str(), "ae");
  return out_ != nullptr ? absl::OkStatus() : absl::NotFoundError(absl::StrCat("cannot write ", path));
}

void Events::emit(const std::string& name, nlohmann::json facts) {
  const std::chrono::duration<double> now = std::chrono::system_clock::now().time_since_epoch();
  facts["time"] = now.count();
  facts["event"] = name;
  const std::string line = facts.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  const std::lock_guard lock(mutex_);
  if (out_ == nullptr) return;
  std::fputs(line.c_str(), out_);
  std::fflush(out_);
}

}  // namespace phone::lab
