// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/sandbox/landlock.hpp"

#include <absl/strings/str_cat.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "common/os/descriptor.hpp"

namespace phone::sandbox {
namespace {

// The numbers are the same on every architecture.
constexpr long kCreateRuleset = 444;
constexpr long kAddRule = 445;
constexpr long kRestrictSelf = 446;
constexpr int kRulePathBeneath = 1;

struct RulesetAttributes {
  std::uint64_t handled_access_fs;
  std::uint64_t handled_access_net;
  std::uint64_t scoped;
};
struct __attribute__((packed)) PathBeneath {
  std::uint64_t allowed_access;
  std::int32_t parent_fd;
};

// The rights that a file other than a directory can have.
constexpr unsigned long long kOfFiles = kExecute | kWriteFile | kReadFile | kTruncate | kIoctlDev;

unsigned long long known_file_access(int abi) {
  unsigned long long all = (1ULL << 13) - 1;
  if (abi >= 2) all |= kRefer;
  if (abi >= 3) all |= kTruncate;
  if (abi >= 5) all |= kIoctlDev;
  return all;
}

absl::Status add(int ruleset, const PathRule& rule, unsigned long long known) {
  const os::Descriptor place(::open(rule.path.c_str(), O_PATH | O_CLOEXEC));
  if (place.get() < 0) return absl::OkStatus();  // not there: nothing to grant
  struct stat info {};
  if (fstat(place.get(), &info) != 0) return absl::ErrnoToStatus(errno, rule.path.string());
  PathBeneath beneath{rule.access & known & (S_ISDIR(info.st_mode) ? ~0ULL : kOfFiles), place.get()};
  if (beneath.allowed_access == 0) return absl::OkStatus();
  if (syscall(kAddRule, ruleset, kRulePathBeneath, &beneath, 0) != 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat("Landlock rule for ", rule.path.string()));
  }
  return absl::OkStatus();
}

}  // namespace

int landlock_abi() {
  // Asked once, before the call filter closes: after that the answer would be the filter's own refusal.
  static const long abi = syscall(kCreateRuleset, nullptr, 0, 1 /* LANDLOCK_CREATE_RULESET_VERSION */);
  return abi < 0 ? 0 : static_cast<int>(abi);
}

absl::Status restrict_by_landlock(int abi, const std::vector<PathRule>& paths, unsigned long long net) {
  const unsigned long long known = known_file_access(abi);
  RulesetAttributes attributes{known, 0, 0};
  if (abi >= 4) attributes.handled_access_net = (kBindTcp | kConnectTcp) & ~net;
  if (abi >= 6) attributes.scoped = kScopeAbstractUnix | kScopeSignal;
  const size_t size = abi >= 6 ? 24 : abi >= 4 ? 16 : 8;
  const os::Descriptor ruleset(static_cast<int>(syscall(kCreateRuleset, &attributes, size, 0)));
  if (ruleset.get() < 0) return absl::ErrnoToStatus(errno, "Landlock rules");
  for (const PathRule& rule : paths) {
    if (auto added = add(ruleset.get(), rule, known); !added.ok()) return added;
  }
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return absl::ErrnoToStatus(errno, "no_new_privs");
  if (syscall(kRestrictSelf, ruleset.get(), 0) != 0) return absl::ErrnoToStatus(errno, "Landlock");
  return absl::OkStatus();
}

}  // namespace phone::sandbox
