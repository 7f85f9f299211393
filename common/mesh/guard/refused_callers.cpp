// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/mesh/guard/refused_callers.hpp"

#include <absl/strings/str_cat.h>

#include <utility>

namespace phone::mesh {

RefusedCallers& RefusedCallers::instance() {
  static auto& callers = *new RefusedCallers();  // outlives every thread that notes one
  return callers;
}

void RefusedCallers::note(const std::string& sentence) {
  const std::lock_guard lock(mutex_);
  const auto known = causes_.find(sentence);
  if (known != causes_.end()) {
    ++known->second.untold;
  } else if (causes_.size() < kMostCauses) {
    causes_[sentence].untold = 1;
  } else {
    ++others_.untold;
  }
}

std::vector<std::string> RefusedCallers::told(absl::Time now) {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> sentences;
  for (auto at = causes_.begin(); at != causes_.end();) {
    auto& [sentence, cause] = *at;
    if (now - cause.last_told < kPause) {
      ++at;
    } else if (cause.untold == 0) {
      at = causes_.erase(at);
    } else {
      const std::uint64_t times = std::exchange(cause.untold, 0);
      sentences.push_back(times == 1 ? sentence : absl::StrCat(sentence, " (", times, " times)"));
      cause.last_told = now;
      ++at;
    }
  }
  if (others_.untold > 0 && now - others_.last_told >= kPause) {
    sentences.push_back(absl::StrCat(std::exchange(others_.untold, 0), " more calls or connections were refused"));
    others_.last_told = now;
  }
  return sentences;
}

}  // namespace phone::mesh
