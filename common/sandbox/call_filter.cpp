// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/sandbox/call_filter.hpp"

#include <absl/strings/str_cat.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include <cerrno>
#include <initializer_list>
#include <memory>

#include "common/sandbox/calls.hpp"

namespace phone::sandbox {
namespace {

constexpr std::uint64_t kSocketTypes = 0xf;  // SOCK_STREAM and the like, without SOCK_CLOEXEC and SOCK_NONBLOCK
constexpr std::uint64_t kNewNamespaces =
    CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWCGROUP;
constexpr std::uint64_t kSameUser = 0xffffffff;      // uid_t of -1
constexpr std::uint64_t kNameAMapping = 0x53564d41;  // PR_SET_VMA

// Collects rules; the first failure stays.
class Rules {
 public:
  Rules() : context_(seccomp_init(SCMP_ACT_ERRNO(EPERM)), seccomp_release) {}
  scmp_filter_ctx get() const { return context_.get(); }

  void allow(std::string_view call, std::initializer_list<scmp_arg_cmp> when = {}) { add(SCMP_ACT_ALLOW, call, when); }
  void allow(Calls calls) {
    for (const std::string_view call : calls) allow(call);
  }
  void add(std::uint32_t action, std::string_view call, std::initializer_list<scmp_arg_cmp> when = {}) {
    const int number = seccomp_syscall_resolve_name(std::string(call).c_str());
    if (number == __NR_SCMP_ERROR) return;  // a call that this libseccomp or architecture does not have
    const int result = seccomp_rule_add_array(context_.get(), action, number, static_cast<unsigned>(when.size()),
                                              when.size() == 0 ? nullptr : when.begin());
    if (result == 0) {
      count_ += action == SCMP_ACT_ALLOW ? 1 : 0;
    } else if (result != -EDOM && status_.ok()) {  // EDOM: not on this architecture
      status_ = absl::InternalError(absl::StrCat("seccomp rule for ", std::string(call), ": ", -result));
    }
  }
  absl::StatusOr<int> load() {
    if (!context_) return absl::ResourceExhaustedError("no seccomp filter");
    if (!status_.ok()) return status_;
    // Threads that are there already are held as well; searching is by halves, as there are two hundred calls.
    if (seccomp_attr_set(context_.get(), SCMP_FLTATR_CTL_TSYNC, 1) != 0 ||
        seccomp_attr_set(context_.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2) != 0) {
      return absl::UnimplementedError("this kernel's seccomp cannot filter all threads");
    }
    if (const int result = seccomp_load(context_.get()); result != 0) {
      return absl::InternalError(absl::StrCat("seccomp: ", -result));
    }
    return count_;
  }

 private:
  std::unique_ptr<void, void (*)(scmp_filter_ctx)> context_;
  absl::Status status_;
  int count_ = 0;
};

void allow_socket(Rules& rules, std::uint64_t family, std::uint64_t type) {
  rules.allow("socket", {SCMP_A0(SCMP_CMP_EQ, family), SCMP_A1(SCMP_CMP_MASKED_EQ, kSocketTypes, type)});
}

void allow_prctl(Rules& rules) {
  for (const std::uint64_t option :
       {std::uint64_t{PR_SET_NAME}, std::uint64_t{PR_GET_NAME}, std::uint64_t{PR_CAPBSET_READ},
        std::uint64_t{PR_GET_DUMPABLE}, std::uint64_t{PR_SET_PDEATHSIG}, kNameAMapping}) {
    rules.allow("prctl", {SCMP_A0(SCMP_CMP_EQ, option)});
  }
  rules.allow("prctl", {SCMP_A0(SCMP_CMP_EQ, PR_SET_DUMPABLE), SCMP_A1(SCMP_CMP_EQ, 0)});
}

// New code neither by mapping a file nor by writing it; a process that runs programs must let their loader work.
void allow_memory(Rules& rules, bool programs) {
  if (programs) {
    rules.allow("mmap");
    rules.allow("mprotect");
    return;
  }
  rules.allow("mmap", {SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)});
  rules.allow("mprotect", {SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)});
}

}  // namespace

absl::StatusOr<int> CallFilter::load(const Sandbox& sandbox) {
  Rules rules;
  rules.allow(of_every_service());
  rules.allow(of_sanitizers());
  if (sandbox.priority_) rules.allow(of_priority());
  if (sandbox.runs_programs_) {
    rules.allow(of_programs());
    rules.allow(of_identity());  // busybox sets its own uid; without capabilities no other can be set
  }
  if (sandbox.gives_groups_) {
    rules.allow("chown", {SCMP_A1(SCMP_CMP_MASKED_EQ, kSameUser, kSameUser)});
    rules.allow("fchown", {SCMP_A1(SCMP_CMP_MASKED_EQ, kSameUser, kSameUser)});
    rules.allow("fchownat", {SCMP_A2(SCMP_CMP_MASKED_EQ, kSameUser, kSameUser)});  // chown(3) on other architectures
  }
  allow_memory(rules, sandbox.runs_programs_);
  allow_prctl(rules);
  rules.allow("prlimit64", {SCMP_A2(SCMP_CMP_EQ, 0)});  // asking, not setting
  rules.add(SCMP_ACT_ERRNO(ENOSYS), "clone3");          // its flags lie in memory; glibc then takes clone
  if (sandbox.runs_programs_) {
    rules.allow("clone", {SCMP_A0(SCMP_CMP_MASKED_EQ, kNewNamespaces, 0)});
  } else {
    rules.allow("clone", {SCMP_A0(SCMP_CMP_MASKED_EQ, kNewNamespaces | CLONE_THREAD, CLONE_THREAD)});
    rules.add(SCMP_ACT_KILL_PROCESS, "execve");
    for (const std::string_view call : of_identity()) rules.add(SCMP_ACT_KILL_PROCESS, call);
  }
  for (const std::string_view call : of_attackers()) rules.add(SCMP_ACT_KILL_PROCESS, call);

  rules.allow("socket", {SCMP_A0(SCMP_CMP_EQ, AF_UNIX)});
  for (const std::uint64_t family : {AF_INET, AF_INET6}) {
    if (sandbox.connects_tcp_ || sandbox.listens_tcp_) allow_socket(rules, family, SOCK_STREAM);
    if (sandbox.udp_) allow_socket(rules, family, SOCK_DGRAM);
    if (sandbox.raw_) allow_socket(rules, family, SOCK_RAW);
  }
  if (sandbox.netlink_) rules.allow("socket", {SCMP_A0(SCMP_CMP_EQ, AF_NETLINK), SCMP_A2(SCMP_CMP_EQ, 0)});
  if (sandbox.raw_) rules.allow("socket", {SCMP_A0(SCMP_CMP_EQ, AF_PACKET)});
  if (sandbox.listens_tcp_) rules.allow("listen");
  if (sandbox.listens_tcp_ || sandbox.udp_ || sandbox.netlink_) rules.allow("bind");
  return rules.load();
}

}  // namespace phone::sandbox
