// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/call/awaited_names.hpp"

#include <algorithm>

namespace phone::signaling {
namespace {

constexpr size_t kMostNames = 32, kMostWaiting = 8, kMostAddresses = 8;
constexpr Milliseconds kNamePatience{4000}, kNameRemembered{30'000};

}  // namespace

bool AwaitedNames::is_known(const std::string& name) const {
  const auto found = names_.find(name);
  return found != names_.end() && found->second.known;
}

bool AwaitedNames::wait(const std::vector<std::string>& names, const std::string& key, TimePoint now, Then then) {
  std::erase_if(names_, [&](const auto& one) { return one.second.known && now >= one.second.until; });
  const auto fresh = static_cast<size_t>(
      std::count_if(names.begin(), names.end(), [&](const std::string& name) { return !names_.contains(name); }));
  if (std::all_of(names.begin(), names.end(), [&](const std::string& name) { return is_known(name); })) return false;
  if (std::any_of(waiting_.begin(), waiting_.end(), [&](const Waiting& one) { return one.key == key; })) return true;
  if (waiting_.size() >= kMostWaiting || names_.size() + fresh > kMostNames) return false;
  for (const std::string& name : names) {
    if (names_.contains(name)) continue;
    names_[name].until = now + kNamePatience;
    new_.push_back(name);
  }
  waiting_.push_back({names, key, std::move(then)});
  return true;
}

std::vector<std::string> AwaitedNames::take_new() { return std::exchange(new_, {}); }

void AwaitedNames::resolved(const std::string& name, const absl::StatusOr<std::vector<std::string>>& addresses,
                            TimePoint now) {
  const auto found = names_.find(name);
  if (found == names_.end() || found->second.known) return;
  found->second.known = true;
  found->second.until = now + kNameRemembered;
  if (addresses.ok()) found->second.addresses = *addresses;
  if (found->second.addresses.size() > kMostAddresses) found->second.addresses.resize(kMostAddresses);
  go_on(now);
}

void AwaitedNames::go_on(TimePoint now) {
  for (auto one = waiting_.begin(); one != waiting_.end();) {
    const bool ready =
        std::all_of(one->names.begin(), one->names.end(), [&](const std::string& name) { return is_known(name); });
    if (!ready) {
      ++one;
      continue;
    }
    const Then then = std::move(one->then);
    waiting_.erase(one);
    then(now);
    one = waiting_.begin();  // it may have changed the list
  }
}

bool AwaitedNames::forget(const std::string& key) {
  return std::erase_if(waiting_, [&](const Waiting& one) { return one.key == key; }) != 0;
}

void AwaitedNames::on_time(TimePoint now) {
  bool late = false;
  for (auto& [name, state] : names_) {
    if (state.known || now < state.until) continue;
    state.known = late = true;
    state.until = now + kNameRemembered;
  }
  if (late) go_on(now);
}

std::optional<TimePoint> AwaitedNames::deadline() const {
  std::optional<TimePoint> first;
  for (const auto& [name, state] : names_) {
    if (!state.known && (!first.has_value() || state.until < *first)) first = state.until;
  }
  return first;
}

std::optional<std::vector<std::string>> AwaitedNames::addresses(const std::string& name) const {
  const auto found = names_.find(name);
  if (found == names_.end() || !found->second.known) return std::nullopt;
  return found->second.addresses;
}

}  // namespace phone::signaling
