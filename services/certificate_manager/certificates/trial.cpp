// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/certificate_manager/certificates/trial.hpp"

#include <algorithm>
#include <charconv>

#include "absl/strings/str_cat.h"
#include "common/flash/file.hpp"
#include "common/flash/state_file.hpp"

namespace phone::certificates {
namespace {

constexpr std::size_t kRecordLimit = 4096;
constexpr char kNoLsc[] = "none";

}  // namespace

TrialEnd judge(Trial& trial, const KeyId& shown, const KeyId& mic, bool held) {
  if (shown.empty() || shown != (trial.key.empty() ? mic : trial.key)) return TrialEnd::kGoesOn;
  if (held) return TrialEnd::kProven;
  return ++trial.refusals < kMostRefusals ? TrialEnd::kGoesOn : TrialEnd::kFallBack;
}

Certificates settled(const Certificates& held, const Trial& trial) {
  Certificates before = held;
  before.erase(Kind::kLsc);
  if (trial.before) before.emplace(Kind::kLsc, *trial.before);
  return before;
}

bool wants_settled(Purpose purpose) {
  return purpose == Purpose::kEapTlsWired || purpose == Purpose::kEapTlsWlan || purpose == Purpose::kTvsTls ||
         purpose == Purpose::kHttpsTls;
}

Certificates serving_for(Purpose purpose, const Certificates& held, const std::optional<Trial>& trial, bool proves) {
  return trial && proves && wants_settled(purpose) ? settled(held, *trial) : held;
}

std::filesystem::path before_file(const std::filesystem::path& state) { return state / "lsc-before.pem"; }
std::filesystem::path trial_file(const std::filesystem::path& state) { return state / "trial"; }

std::string trial_text(std::uint64_t order, const std::vector<KeyId>& keys) {
  std::string text = absl::StrCat("order ", order, "\n");
  for (const KeyId& key : keys) absl::StrAppend(&text, "key ", key.empty() ? kNoLsc : key, "\n");
  return text;
}

std::optional<TrialRecord> parse_trial(std::string_view text) {
  TrialRecord record;
  bool ordered = false;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    if (line.starts_with("order ") && !ordered) {
      const std::string_view number = line.substr(6);
      const auto [last, error] = std::from_chars(number.data(), number.data() + number.size(), record.order);
      if (error != std::errc() || last != number.data() + number.size()) return std::nullopt;
      ordered = true;
    } else if (line.starts_with("key ") && record.keys.size() < 2) {
      const std::string_view key = line.substr(4);
      record.keys.emplace_back(key == kNoLsc ? "" : key);
    } else {
      return std::nullopt;
    }
  }
  if (!ordered || record.keys.empty()) return std::nullopt;
  return record;
}

absl::Status begin_trial(const std::filesystem::path& state, const Trial& trial, const KeyId& now) {
  if (trial.before) {
    if (auto status = flash::write_state(before_file(state), chain_pem(trial.before->chain)); !status.ok())
      return status;
  }
  std::vector<KeyId> keys = {trial.key};
  // What is in force is on trial as well, unless it is what would come back.
  const KeyId before = trial.before ? trial.before->key : KeyId();
  if (now != before && now != trial.key) keys.push_back(now);
  return flash::write_state(trial_file(state), trial_text(trial.order, keys));
}

absl::Status end_trial(const std::filesystem::path& state) {
  // The record first: without it the other file means nothing.
  const auto record = flash::remove(trial_file(state));
  const auto before = flash::remove(before_file(state));
  return record.ok() ? before : record;
}

std::optional<TrialRecord> read_trial(const std::filesystem::path& state) {
  const auto text = flash::read_state(trial_file(state), kRecordLimit);
  if (!text) return std::nullopt;
  return parse_trial(*text);
}

}  // namespace phone::certificates
