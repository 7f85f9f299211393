// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/rig/phone.hpp"

#include <nlohmann/json.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

namespace phone::rig {

std::string program_of(const std::string& service) {
  return absl::StrCat("phone-", absl::StrReplaceAll(service, {{"_", "-"}}));
}

std::string unit_of(const std::string& service) { return program_of(service) + ".service"; }

std::vector<std::string> operator+(std::vector<std::string> words, const std::vector<std::string>& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

absl::StatusOr<std::unique_ptr<Phone>> Phone::install(const Stage& stage, MemoryController memory) {
  auto phone = std::make_unique<Phone>();
  auto done = phone->start(stage, {{"TARGET", "phone-off.target"},
                                   {"MEMORY", memory == MemoryController::kYes ? "yes" : "no"},
                                   {"CGROUP", memory == MemoryController::kOfVersionOne ? "v1" : ""}});
  if (!done.ok()) return done;
  return phone;
}

absl::StatusOr<std::unique_ptr<Phone>> Phone::boot(const Stage& stage, const std::string& root) {
  auto phone = std::make_unique<Phone>();
  phone->phonectl_ = "/usr/bin/phonectl";
  auto done = phone->start(stage, {{"TARGET", "multi-user.target"}, {"ROOT", root}});
  if (!done.ok()) return done;
  return phone;
}

absl::Status Phone::start(const Stage& stage, std::map<std::string, std::string> environment) {
  auto process = Process::start({.argv = {PHONE_SOURCE_DIR "/tools/rig/namespace.sh", stage.root().string()},
                                 .output = stage.log("namespace.log").string(),
                                 .hold_input = true,
                                 .capture = true,
                                 .env = std::move(environment)});
  if (!process.ok()) return process.status();
  namespaces_ = *std::move(process);
  auto line = namespaces_.read_line(absl::Now() + patient(absl::Seconds(20)));
  if (!line.ok()) return absl::UnavailableError("no private namespaces here: system tests need root and unshare");
  const std::vector<std::string> pids = absl::StrSplit(*line, ' ');
  if (pids.size() != 2) return absl::InternalError(absl::StrCat("namespace.sh said: ", *line));
  phone_pid_ = pids[0];
  lab_pid_ = pids[1];
  const bool up = poll_until(absl::Seconds(20), [&] {
    return systemctl({"is-active", "phone-off.target"}).exit_code == 0;
  });
  return up ? absl::OkStatus()
            : absl::UnavailableError("systemd did not come up in the namespace; see log/systemd.log");
}

std::vector<std::string> Phone::inside() const { return {"nsenter", "-t", phone_pid_, "-m", "-p", "-n"}; }
std::vector<std::string> Phone::beside() const { return {"nsenter", "-t", lab_pid_, "-n"}; }

Outcome Phone::systemctl(std::vector<std::string> arguments) {
  auto outcome = run({.argv = inside() + std::vector<std::string>{"systemctl", "--no-pager"} + arguments});
  return outcome.ok() ? *outcome : Outcome{.exit_code = -1, .output = std::string(outcome.status().message())};
}

absl::Status Phone::power_on() {
  const Outcome outcome = systemctl({"start", "phone.target", "--no-block"});
  return outcome.exit_code == 0 ? absl::OkStatus() : absl::InternalError(outcome.output);
}

absl::Status Phone::power_off() {
  const Outcome outcome = systemctl({"stop", "phone*.socket", "phone-*.service", "phone.target"});
  if (outcome.exit_code != 0) return absl::InternalError(outcome.output);
  systemctl({"reset-failed"});
  (void)run({.argv = inside() + std::vector<std::string>{"sh", "-c",
                                                         "rm -rf /run/phone/* /run/phone-*; "
                                                         "systemd-tmpfiles --create /etc/phone/tmpfiles.conf"}});
  return absl::OkStatus();
}

absl::Status Phone::kill(const std::string& service, const std::string& signal) {
  const Outcome outcome = systemctl({"kill", "--kill-who=main", absl::StrCat("--signal=", signal), unit_of(service)});
  return outcome.exit_code == 0 ? absl::OkStatus() : absl::InternalError(outcome.output);
}

std::string Phone::property(const std::string& service, const std::string& property) {
  const Outcome outcome = systemctl({"show", "--value", absl::StrCat("--property=", property), unit_of(service)});
  return std::string(absl::StripAsciiWhitespace(outcome.output));
}

Outcome Phone::phonectl_text(std::vector<std::string> arguments) {
  auto outcome = run({.argv = inside() + std::vector<std::string>{phonectl_} + arguments});
  return outcome.ok() ? *outcome : Outcome{.exit_code = -1, .output = std::string(outcome.status().message())};
}

absl::StatusOr<nlohmann::json> Phone::phonectl(std::vector<std::string> arguments) {
  const Outcome outcome = phonectl_text(std::move(arguments));
  if (outcome.exit_code != 0) return absl::UnavailableError(outcome.output);
  auto json = nlohmann::json::parse(outcome.output, nullptr, false);
  if (json.is_discarded()) return absl::InternalError(absl::StrCat("phonectl did not print JSON: ", outcome.output));
  return json;
}

}  // namespace phone::rig
