// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/sandbox/sandbox.hpp"

#include <absl/strings/str_cat.h>
#include <dirent.h>
#include <sys/prctl.h>

#include <cerrno>
#include <memory>
#include <mutex>
#include <utility>

#include "common/log/log.hpp"
#include "common/sandbox/call_filter.hpp"
#include "common/sandbox/landlock.hpp"

namespace phone::sandbox {
namespace {

constexpr unsigned long long kRead = kReadFile | kReadDir;
constexpr unsigned long long kWrite =
    kRead | kWriteFile | kTruncate | kRemoveDir | kRemoveFile | kMakeDir | kMakeReg | kRefer;

struct State {
  std::mutex mutex;
  std::string files, calls;
};
State& state() {
  static State state;
  return state;
}

int threads() {
  const std::unique_ptr<DIR, int (*)(DIR*)> tasks(opendir("/proc/self/task"), closedir);
  int count = 0;
  while (tasks) {
    const dirent* entry = readdir(tasks.get());
    if (entry == nullptr) break;
    if (entry->d_name[0] != '.') ++count;
  }
  return count;
}

// The runtime of a sanitizer has a thread of its own from the start.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int kMostThreads = 2;
#else
constexpr int kMostThreads = 1;
#endif

}  // namespace

Sandbox& Sandbox::grant(std::filesystem::path path, unsigned long long access, std::string_view why) {
  log::debug("may touch", {{"path", path.string()}, {"why", why}});
  grants_.push_back({std::move(path), access});
  return *this;
}

Sandbox& Sandbox::reads(std::filesystem::path path, std::string_view why) { return grant(std::move(path), kRead, why); }
Sandbox& Sandbox::writes(std::filesystem::path path, std::string_view why) {
  return grant(std::move(path), kWrite, why);
}
Sandbox& Sandbox::keeps_state(const std::filesystem::path& directory, std::string_view why) {
  std::error_code ignored;
  const bool there = directory.empty() || std::filesystem::exists(directory, ignored);
  return writes(there ? directory : directory.parent_path(), why);
}
Sandbox& Sandbox::drives(std::filesystem::path device, std::string_view why) {
  return grant(std::move(device), kRead | kWriteFile | kIoctlDev, why);
}
Sandbox& Sandbox::runs(std::filesystem::path program, std::string_view why) {
  runs_programs_ = true;
  return grant(std::move(program), kExecute | kReadFile, why);
}

Sandbox& Sandbox::connects_tcp(std::string_view) {
  connects_tcp_ = true;
  return *this;
}
Sandbox& Sandbox::listens_tcp(std::string_view) {
  listens_tcp_ = true;
  return *this;
}
Sandbox& Sandbox::talks_udp(std::string_view) {
  udp_ = true;
  return *this;
}
Sandbox& Sandbox::asks_netlink(std::string_view) {
  netlink_ = true;
  return *this;
}
Sandbox& Sandbox::sends_raw(std::string_view) {
  raw_ = true;
  return *this;
}
Sandbox& Sandbox::resolves_names(std::string_view why) {
  // resolv.conf is replaced by renaming, so the directory and not the file; where it leads (deploy/tmpfiles.conf) too.
  reads("/etc", why)
      .reads("/run/phone-dns", why)
      .talks_udp("the resolver asks over UDP, TCP when it must")
      .asks_netlink("which addresses there are");
  return reads("/run/systemd/resolve", why);
}
Sandbox& Sandbox::sets_priority(std::string_view) {
  priority_ = true;
  return *this;
}
Sandbox& Sandbox::gives_groups(std::string_view) {
  gives_groups_ = true;
  return *this;
}

absl::Status Sandbox::enter() const {
  if (auto confined = confine_files(); !confined.ok()) return confined;
  return confine_calls();
}

absl::Status Sandbox::confine_files() const {
  if (const int count = threads(); count > kMostThreads) {
    return absl::FailedPreconditionError(absl::StrCat(count, " threads already exist and would not be confined"));
  }
  // No core dump, and no other process of this uid may look into this one.
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return absl::ErrnoToStatus(errno, "not dumpable");
  const int abi = landlock_abi();
  if (abi == 0) {
    log::warning("this kernel has no Landlock: files are protected only by the unit's sandbox and by uid");
    const std::lock_guard lock(state().mutex);
    state().files = "no Landlock in this kernel";
    return absl::OkStatus();
  }
  std::vector<PathRule> rules;
  for (const Grant& grant : grants_) rules.push_back({grant.path, grant.access});
  const unsigned long long net = (connects_tcp_ ? kConnectTcp : 0ULL) | (listens_tcp_ ? kBindTcp : 0ULL);
  if (auto restricted = restrict_by_landlock(abi, rules, net); !restricted.ok()) return restricted;
  const std::lock_guard lock(state().mutex);
  state().files = absl::StrCat("Landlock ABI ", abi, " with ", rules.size(), " paths");
  return absl::OkStatus();
}

absl::Status Sandbox::confine_calls() const {
  auto loaded = CallFilter::load(*this);
  if (!loaded.ok()) return loaded.status();
  {
    const std::lock_guard lock(state().mutex);
    state().calls = absl::StrCat("seccomp with ", *loaded, " calls");
  }
  log::info("sandbox closed", {{"in_force", in_force()}});
  return absl::OkStatus();
}

std::string in_force() {
  const std::lock_guard lock(state().mutex);
  if (state().files.empty() || state().calls.empty()) return state().files + state().calls;
  return absl::StrCat(state().files, ", ", state().calls);
}

Sandbox service(std::string_view who, const std::filesystem::path& roles) {
  Sandbox sandbox(who);
  sandbox.reads(roles, "table of roles and their uids")
      .reads("/etc/localtime", "the log's local time")
      .reads("/usr/share/zoneinfo", "the log's local time")
      .drives("/dev/null", "libraries discard output there")
      .reads("/dev/urandom", "randomness for libraries that do not use getrandom")
      .reads("/proc/self", "its own threads and limits")
      .reads("/sys/devices/system/cpu", "the number of processors, for gRPC")
      .reads("/usr/lib/ssl", "OpenSSL's settings, read when it is first used")
      .reads("/etc/ssl/openssl.cnf", "OpenSSL's settings, read when it is first used");
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  sandbox.reads("/proc", "the sanitizer's runtime").reads("/usr", "the sanitizer's reports name source lines");
#endif
  return sandbox;
}

}  // namespace phone::sandbox
