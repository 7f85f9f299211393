// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/bench/system/process_cost.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "tools/rig/process.hpp"

namespace phone::bench {
namespace fs = std::filesystem;
namespace {

// The last number of "NSpid: 12345 17": how the innermost namespace calls the process.
long innermost_pid(const fs::path& process) {
  std::ifstream in(process / "status");
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("NSpid:")) return std::atol(line.c_str() + line.find_last_of("\t ") + 1);
  }
  return 0;
}

double rolled_up(long pid, std::string_view field) {
  std::ifstream in(absl::StrCat("/proc/", pid, "/smaps_rollup"));
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(field)) return static_cast<double>(std::atol(line.c_str() + field.size())) / 1024;
  }
  return 0;
}

}  // namespace

long pid_outside(rig::Phone& phone, const std::string& service) {
  const long inner = std::atol(phone.property(service, "MainPID").c_str());
  if (inner == 0) return 0;
  std::error_code error;
  const fs::path space = fs::read_symlink(absl::StrCat("/proc/", phone.pid(), "/ns/pid"), error);
  for (const auto& entry : fs::directory_iterator("/proc", error)) {
    const long pid = std::atol(entry.path().filename().c_str());
    if (pid > 0 && innermost_pid(entry.path()) == inner && fs::read_symlink(entry.path() / "ns/pid", error) == space) {
      return pid;
    }
  }
  return 0;
}

std::vector<long> pids_outside(rig::Phone& phone, const std::string& service) {
  std::vector<long> pids;
  if (const long main = pid_outside(phone, service); main != 0) pids.push_back(main);
  for (size_t i = 0; i < pids.size(); ++i) {
    std::ifstream children(absl::StrCat("/proc/", pids[i], "/task/", pids[i], "/children"));
    for (long child = 0; children >> child;) pids.push_back(child);
  }
  return pids;
}

double pss_megabytes(long pid) { return rolled_up(pid, "Pss:"); }

double own_megabytes(long pid) { return rolled_up(pid, "Private_Dirty:"); }

long wake_ups(long pid) {
  auto out = rig::run(
      {.argv = {"sh", "-c",
                absl::StrCat("cat /proc/", pid, "/task/*/status | awk '/^voluntary_ctxt/ {n += $2} END {print n}'")}});
  return out.ok() ? std::atol(out->output.c_str()) : 0;
}

double processor_milliseconds(long pid) {
  std::error_code error;
  double sum = 0;
  for (const auto& thread : fs::directory_iterator(absl::StrCat("/proc/", pid, "/task"), error)) {
    std::ifstream in(thread.path() / "schedstat");
    double nanoseconds = 0;
    if (in >> nanoseconds) sum += nanoseconds / 1e6;
  }
  return sum;
}

long open_descriptors(long pid) {
  std::error_code error;
  const fs::directory_iterator all(absl::StrCat("/proc/", pid, "/fd"), error);
  return error ? 0 : static_cast<long>(std::distance(begin(all), end(all)));
}

}  // namespace phone::bench
