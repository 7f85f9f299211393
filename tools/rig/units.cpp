// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/rig/units.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace phone::rig {
namespace fs = std::filesystem;
namespace {

std::string link(const std::string& path) {
  char target[256];
  const ssize_t size = readlink(path.c_str(), target, sizeof target);
  return size < 0 ? std::string() : std::string(target, static_cast<size_t>(size));
}

}  // namespace

std::map<std::string, UnitFacts> units(Phone& phone) {
  std::vector<std::string> question{"show",
                                    "--property=Id,ActiveState,SubState,NRestarts,MainPID,NFileDescriptorStore"};
  for (const auto& service : kServices) question.push_back(unit_of(service));
  std::map<std::string, UnitFacts> all;
  for (absl::string_view block : absl::StrSplit(phone.systemctl(question).output, "\n\n", absl::SkipWhitespace())) {
    std::map<std::string, std::string> facts;
    for (absl::string_view line : absl::StrSplit(block, '\n', absl::SkipEmpty()))
      facts.insert(absl::StrSplit(line, absl::MaxSplits('=', 1)));
    for (const auto& service : kServices) {
      if (facts["Id"] != unit_of(service)) continue;
      all[service] = {.state = facts["ActiveState"],
                      .substate = facts["SubState"],
                      .restarts = std::atol(facts["NRestarts"].c_str()),
                      .main_pid = facts["MainPID"],
                      .stored_descriptors = std::atol(facts["NFileDescriptorStore"].c_str())};
    }
  }
  return all;
}

// By its program in the phone's own pid namespace: a unit's cgroup has another name outside.
std::optional<pid_t> process_of(const Phone& phone, const std::string& service) {
  const std::string space = link(absl::StrCat("/proc/", phone.phone_pid(), "/ns/pid"));
  const std::string program = program_of(service);
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/proc", error)) {
    pid_t pid = 0;
    if (!absl::SimpleAtoi(entry.path().filename().string(), &pid)) continue;
    const std::string binary = link(absl::StrCat("/proc/", pid, "/exe"));
    if (binary.find("/" + program) == std::string::npos || binary.find("/" + program + "-") != std::string::npos)
      continue;
    if (link(absl::StrCat("/proc/", pid, "/ns/pid")) == space) return pid;
  }
  return std::nullopt;
}

std::optional<Footprint> footprint(pid_t process) {
  Footprint footprint;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(absl::StrCat("/proc/", process, "/fd"), error)) {
    static_cast<void>(entry);
    ++footprint.descriptors;
  }
  std::ifstream in(absl::StrCat("/proc/", process, "/smaps_rollup"));
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("Pss:"))
      footprint.proportional_megabytes = static_cast<double>(std::atol(line.c_str() + 4)) / 1024;
    if (line.starts_with("Anonymous:")) {
      footprint.anonymous_megabytes = static_cast<double>(std::atol(line.c_str() + 10)) / 1024;
      return footprint;
    }
  }
  return std::nullopt;
}

}  // namespace phone::rig
