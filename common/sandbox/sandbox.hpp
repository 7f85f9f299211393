// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// sandbox.hpp -- a process restricts itself before its first hostile byte: files by Landlock, system calls by
// seccomp. Everything not granted is refused; each grant carries its reason. There is no way back and no way around.
#pragma once

#include <absl/status/status.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace phone::sandbox {

class Sandbox {
 public:
  explicit Sandbox(std::string_view who) : who_(who) {}

  // Files. A path is a file or a directory with all below it; one that is not there when the sandbox closes is not
  // granted.
  Sandbox& reads(std::filesystem::path path, std::string_view why);
  Sandbox& writes(std::filesystem::path path, std::string_view why);  // reads, makes, renames and removes as well
  Sandbox& runs(std::filesystem::path program, std::string_view why);
  // The same for a state directory. One that is missing, because flash has no room for it, may be made later by root:
  // then its parent is opened, in which only the other directories' owners keep this process out of them.
  Sandbox& keeps_state(const std::filesystem::path& directory, std::string_view why);
  Sandbox& drives(std::filesystem::path device, std::string_view why);  // reads, writes and ioctl

  // Sockets beyond the mesh's own Unix sockets.
  Sandbox& connects_tcp(std::string_view why);  // to any port: which one is configuration that comes later
  Sandbox& listens_tcp(std::string_view why);
  Sandbox& talks_udp(std::string_view why);
  Sandbox& asks_netlink(std::string_view why);
  Sandbox& sends_raw(std::string_view why);  // packet sockets
  // Everything that getaddrinfo(3) needs.
  Sandbox& resolves_names(std::string_view why);

  // Calls.
  Sandbox& sets_priority(std::string_view why);  // real-time scheduling and locked memory
  Sandbox& gives_groups(std::string_view why);   // own files to one of its own groups, never to another user

  // Both steps. FAILED_PRECONDITION when another thread is there already: Landlock would not hold it.
  absl::Status enter() const;
  // The two steps separately, for a process that must open something between them. Calls also hold threads that are
  // there.
  absl::Status confine_files() const;
  absl::Status confine_calls() const;

 private:
  friend class CallFilter;
  struct Grant {
    std::filesystem::path path;
    unsigned long long access;
  };
  Sandbox& grant(std::filesystem::path path, unsigned long long access, std::string_view why);

  std::string who_;
  std::vector<Grant> grants_;
  bool connects_tcp_ = false, listens_tcp_ = false, udp_ = false, netlink_ = false, raw_ = false;
  bool runs_programs_ = false, priority_ = false, gives_groups_ = false;
};

// The reads of every service of the mesh after its sandbox has closed: its roles, the clock's zone, randomness, itself.
Sandbox service(std::string_view who, const std::filesystem::path& roles);

// Landlock's ABI in this kernel, 0 without it: then only seccomp and the unit's sandbox remain, which log and status
// say.
int landlock_abi();
// The sandbox in force in this process, as shown to people; empty before one closed.
std::string in_force();

}  // namespace phone::sandbox
