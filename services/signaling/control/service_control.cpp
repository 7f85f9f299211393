// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/control/service_control.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "common/text/foreign_text.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

constexpr size_t kMostLines = 64;
constexpr size_t kLongestKey = 64;
constexpr size_t kLongestValue = 512;

struct ActionWord {
  std::string_view word;
  ServiceAction action;
};
constexpr std::array<ActionWord, 6> kActions = {{{"reset", ServiceAction::kReset},
                                                 {"restart", ServiceAction::kRestart},
                                                 {"check-version", ServiceAction::kCheckVersion},
                                                 {"apply-config", ServiceAction::kApplyConfig},
                                                 {"call-preservation", ServiceAction::kCallPreservation},
                                                 {"prt-report", ServiceAction::kProblemReport}}};

struct ResultWord {
  std::string_view word;
  ConfigResult result;
};
constexpr std::array<ResultWord, 3> kResults = {{{"no_change", ConfigResult::kNoChange},
                                                 {"config_applied", ConfigResult::kApplied},
                                                 {"reregister_needed", ConfigResult::kReregister}}};

using Values = std::map<std::string, std::string, std::less<>>;

absl::StatusOr<Values> read_values(std::string_view text) {
  Values values;
  for (size_t lines = 0; !text.empty(); ++lines) {
    if (lines == kMostLines) return absl::InvalidArgumentError("too many lines");
    std::string_view line = take_until(text, '\n');
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    line = trim(line);
    if (line.empty()) continue;
    const size_t split = line.find_first_of("={");
    if (split == std::string_view::npos) return absl::InvalidArgumentError("a line has no value");
    const std::string_view name = trim(line.substr(0, split));
    std::string_view value = line.substr(split);
    if (value.front() == '=') value.remove_prefix(1);
    value = bare_stamp(value);
    if (!is_token(name) || name.size() > kLongestKey) return absl::InvalidArgumentError("a line has no key");
    if (value.size() > kLongestValue) return absl::InvalidArgumentError("a value is too long");
    std::string key;
    for (const char c : name) key += lower(c);
    const auto [at, fresh] = values.emplace(std::move(key), std::string(value));
    if (!fresh && at->second != value) return absl::InvalidArgumentError(cat(name, " is given twice"));
  }
  return values;
}

absl::Status missing(std::string_view key) { return absl::InvalidArgumentError(cat(key, " is missing")); }

absl::Status take_stamps(const Values& values, VersionStamps& stamps) {
  const std::pair<const char*, std::string*> wanted[] = {{"ConfigVersionStamp", &stamps.configuration},
                                                         {"DialplanVersionStamp", &stamps.dial_plan},
                                                         {"SoftkeyVersionStamp", &stamps.soft_keys}};
  for (const auto& [name, to] : wanted) {
    std::string key;
    for (const char* c = name; *c != '\0'; ++c) key += lower(*c);
    const auto found = values.find(key);
    if (found == values.end()) return missing(name);
    *to = found->second;
  }
  return absl::OkStatus();
}

}  // namespace

std::string_view name_of(ServiceAction action) {
  return std::find_if(kActions.begin(), kActions.end(), [&](const ActionWord& one) { return one.action == action; })
      ->word;
}

std::string_view bare_stamp(std::string_view stamp) {
  stamp = trim(stamp);
  if (!stamp.empty() && stamp.front() == '{') stamp.remove_prefix(1);
  if (!stamp.empty() && stamp.back() == '}') stamp.remove_suffix(1);
  return trim(stamp);
}

bool is_zero_stamp(std::string_view stamp) {
  return !stamp.empty() && stamp.find_first_not_of("0-") == std::string_view::npos;
}

absl::StatusOr<ServiceControl> read_service_control(std::string_view text) {
  if (text.size() > kLargestServiceControl) return absl::InvalidArgumentError("the body is too large");
  const auto values = read_values(text);
  if (!values.ok()) return values.status();
  const auto value = [&](std::string_view key) -> const std::string* {
    const auto found = values->find(key);
    return found == values->end() ? nullptr : &found->second;
  };
  const std::string* word = value("action");
  if (word == nullptr) return missing("action");
  const auto action =
      std::find_if(kActions.begin(), kActions.end(), [&](const ActionWord& one) { return iequals(one.word, *word); });
  if (action == kActions.end())
    return absl::InvalidArgumentError(cat("the action ", text::printable(*word, 40), " is unknown"));
  ServiceControl control{.action = action->action};
  if (const std::string* id = value("registercallid"); id != nullptr) control.register_call_id = *id;
  if (control.action != ServiceAction::kCheckVersion && control.action != ServiceAction::kApplyConfig) return control;
  if (absl::Status status = take_stamps(*values, control.stamps); !status.ok()) return status;
  if (control.action == ServiceAction::kCheckVersion) return control;
  const std::string* result = value("cucmresult");
  if (result == nullptr) return missing("CUCMResult");
  const auto known =
      std::find_if(kResults.begin(), kResults.end(), [&](const ResultWord& one) { return iequals(one.word, *result); });
  if (known == kResults.end()) return absl::InvalidArgumentError("the CUCMResult is unknown");
  control.result = known->result;
  for (const auto& [name, key] :
       {std::pair("FirmwareLoadId", "firmwareloadid"), {"LoadServer", "loadserver"}, {"LogServer", "logserver"}}) {
    if (value(key) == nullptr) return missing(name);
  }
  control.load = *value("firmwareloadid");
  return control;
}

}  // namespace phone::signaling
