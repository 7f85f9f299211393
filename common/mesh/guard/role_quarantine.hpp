// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// role_quarantine.hpp -- the connected roles and how much each sent in the last seconds, kept in a file of the
// RuntimeDirectory that outlives the process: after a crash the next one names the role that caused it and refuses it
// for a while, longer each time. Without this the victim's dependents would pay: deploy/escalation stops them when it
// crashes too often. The reasons are in decisions/2026-11-28-role-quarantine.md.
#pragma once

#include <absl/time/time.h>
#include <sys/types.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "common/mesh/call/call_info.hpp"
#include "common/mesh/guard/exit_history.hpp"

namespace phone::mesh {

// One role, in the file: numbers only, times as milliseconds since boot.
struct RoleActivity {
  static constexpr uint64_t kWindow = 2'000;

  std::atomic<uint32_t> uid, pid, address;         // of the connection that came last; an IPv4 address instead of both
  std::atomic<uint64_t> heard;                     // when it last sent anything
  std::atomic<uint64_t> window, recent, previous;  // bytes in this window, and in the one before
  std::atomic<uint64_t> refused_until;
  std::atomic<uint32_t> offences;  // in a row; each refusal is twice as long as the one before
  std::atomic<uint64_t> offended;
  std::atomic<uint32_t> suspected;  // deaths in a row before which it was heard last

  void got(uint64_t bytes, uint64_t now);
  uint64_t lately(uint64_t now) const;
};
constexpr size_t kTrackedRoles = 16;
using RoleActivityTable = std::array<RoleActivity, kTrackedRoles>;

enum class Evidence : bool { kSuspicion, kProof };
struct Culprit {
  size_t role = 0;
  Evidence evidence = Evidence::kSuspicion;
};
// The role that caused this exit. Proof: it sent most of a large amount just before. Suspicion: it was the last one
// heard before an exit that a message can cause; a wrong suspicion does not recur. None: the cause lies elsewhere.
std::optional<Culprit> culprit_of(const RoleActivityTable& table, const ProcessExit& ending);

class RoleQuarantine {
 public:
  static constexpr absl::Duration kFirstRefusal = absl::Seconds(5), kLongestRefusal = absl::Minutes(5);
  static constexpr absl::Duration kForgiven = absl::Minutes(15);
  static constexpr uint32_t kSuspicions = 3;

  RoleQuarantine();
  static RoleQuarantine& instance();  // the process's own
  // The file below `directory`; without one the table lives as long as the process. Before the sandbox closes.
  void open(const std::filesystem::path& directory);
  // The sentence about the previous exit that names the role that caused it and is refused now; empty without one.
  std::string judge(std::string_view service, const PreviousExits& past);

  RoleActivity& of(Role role) { return (*table_)[static_cast<size_t>(role) % kTrackedRoles]; }
  void came(Role role, uid_t uid, pid_t pid);
  void came_from(Role role, const std::string& address);
  bool admits(Role role) const;
  // Refuses the role for a while; how long.
  absl::Duration refuse(Role role);
  // The same, unless it is refused already, which is zero: connections it had before are cut one by one, and that is
  // one offence.
  absl::Duration refuse_once(Role role);

  // For the event log, from any thread; told() takes the sentences away.
  void tell(std::string sentence);
  std::vector<std::string> told();

 private:
  std::unique_ptr<RoleActivityTable> own_;
  RoleActivityTable* table_;
  std::mutex mutex_;
  std::vector<std::string> sentences_;
};

}  // namespace phone::mesh
