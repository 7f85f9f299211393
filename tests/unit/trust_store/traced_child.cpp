// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/unit/trust_store/traced_child.hpp"

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <map>
#include <string_view>

namespace phone::trust {
namespace {

const char* name_of_call(std::uint64_t number) {
  static const std::map<std::uint64_t, const char*> kNames = {
#ifdef SYS_rename
      {SYS_rename, "rename"},
#endif
#ifdef SYS_renameat
      {SYS_renameat, "rename"},
#endif
#ifdef SYS_unlink
      {SYS_unlink, "unlink"},
#endif
#ifdef SYS_mkdir
      {SYS_mkdir, "mkdir"},
#endif
      {SYS_renameat2, "rename"}, {SYS_unlinkat, "unlink"},     {SYS_mkdirat, "mkdir"}, {SYS_openat, "open"},
      {SYS_write, "write"},      {SYS_pwrite64, "write"},      {SYS_writev, "write"},  {SYS_fsync, "fsync"},
      {SYS_fdatasync, "fsync"},  {SYS_ftruncate, "ftruncate"}, {SYS_fchmod, "fchmod"}, {SYS_fallocate, "fallocate"}};
  const auto found = kNames.find(number);
  return found == kNames.end() ? nullptr : found->second;
}

// Halves what a write that is about to happen writes.
void halve(pid_t child) {
#if defined(__x86_64__)
  const auto offset = reinterpret_cast<void*>(offsetof(user_regs_struct, rdx));
  const long size = ptrace(PTRACE_PEEKUSER, child, offset, nullptr);
  ptrace(PTRACE_POKEUSER, child, offset, reinterpret_cast<void*>(size / 2));
#else
  (void)child;
#endif
}

bool next_stop(pid_t child, int& status) {
  return ptrace(PTRACE_SYSCALL, child, nullptr, nullptr) == 0 && waitpid(child, &status, 0) == child;
}

void end(pid_t child) {
  int status = 0;
  ::kill(child, SIGKILL);
  waitpid(child, &status, 0);
}

}  // namespace

CutResult run_and_cut(const std::function<bool()>& work, int at, Cut cut) {
  const pid_t child = fork();
  if (child == 0) {
    if (ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) _exit(99);
    raise(SIGSTOP);
    _exit(work() ? 0 : 1);
  }
  CutResult result;
  int status = 0;
  if (waitpid(child, &status, 0) != child || !WIFSTOPPED(status) ||
      ptrace(PTRACE_SETOPTIONS, child, nullptr, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL) != 0) {
    if (!WIFEXITED(status)) end(child);
    result.possible = false;
    return result;
  }
  int seen = 0;
  while (next_stop(child, status)) {
    if (WIFEXITED(status)) {
      result.child_said_ok = WEXITSTATUS(status) == 0;
      return result;
    }
    if (!WIFSTOPPED(status) || WSTOPSIG(status) != (SIGTRAP | 0x80)) continue;
    __ptrace_syscall_info info{};
    if (ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof info, &info) <= 0) {
      end(child);
      result.possible = false;
      return result;
    }
    if (info.op != PTRACE_SYSCALL_INFO_ENTRY) continue;
    const char* name = name_of_call(info.entry.nr);
    if (name == nullptr || (cut == Cut::kTorn && std::string_view(name) != "write") || seen++ != at) continue;
    result.was_cut = true;
    result.call = name;
    if (cut == Cut::kTorn) {
      halve(child);
      next_stop(child, status);
    }
    end(child);
    return result;
  }
  return result;
}

}  // namespace phone::trust
