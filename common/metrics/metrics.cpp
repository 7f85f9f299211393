// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/metrics/metrics.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <utility>

namespace phone::metrics {
namespace {

struct Kept {
  std::string text;
  Counter counter;
  std::function<std::uint64_t()> ask;  // instead of the counter
};
struct Registry {
  std::mutex mutex;
  std::map<std::pair<Sort, std::string>, std::unique_ptr<Kept>> all;
};
Registry& registry() {
  static auto* registry = new Registry;  // threads may count until the very end
  return *registry;
}

}  // namespace

Counter& counter(Sort sort, const std::string& what, const std::string& text) {
  const std::lock_guard lock(registry().mutex);
  auto& kept = registry().all[{sort, what}];
  if (!kept) {
    kept = std::make_unique<Kept>();
    kept->text = text;
  }
  return kept->counter;
}

void sample(Sort sort, const std::string& what, const std::string& text, std::function<std::uint64_t()> ask) {
  counter(sort, what, text);
  const std::lock_guard lock(registry().mutex);
  registry().all[{sort, what}]->ask = std::move(ask);
}

std::vector<Reading> read() {
  const std::lock_guard lock(registry().mutex);
  std::vector<Reading> readings;
  for (const auto& [name, kept] : registry().all) {
    readings.push_back({.sort = name.first,
                        .what = name.second,
                        .text = kept->text,
                        .value = kept->ask ? kept->ask() : kept->counter.value()});
  }
  return readings;
}

}  // namespace phone::metrics
