// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// landlock.hpp -- the three system calls of Landlock and the names of its access bits, whatever the kernel headers
// of the build know. Source: Documentation/userspace-api/landlock.rst.
#pragma once

#include <absl/status/status.h>

#include <filesystem>
#include <vector>

namespace phone::sandbox {

enum FileAccess : unsigned long long {
  kExecute = 1ULL << 0,
  kWriteFile = 1ULL << 1,
  kReadFile = 1ULL << 2,
  kReadDir = 1ULL << 3,
  kRemoveDir = 1ULL << 4,
  kRemoveFile = 1ULL << 5,
  kMakeChar = 1ULL << 6,
  kMakeDir = 1ULL << 7,
  kMakeReg = 1ULL << 8,
  kMakeSock = 1ULL << 9,
  kMakeFifo = 1ULL << 10,
  kMakeBlock = 1ULL << 11,
  kMakeSym = 1ULL << 12,
  kRefer = 1ULL << 13,     // ABI 2
  kTruncate = 1ULL << 14,  // ABI 3
  kIoctlDev = 1ULL << 15,  // ABI 5
};
enum NetAccess : unsigned long long { kBindTcp = 1ULL << 0, kConnectTcp = 1ULL << 1 };         // ABI 4
enum Scope : unsigned long long { kScopeAbstractUnix = 1ULL << 0, kScopeSignal = 1ULL << 1 };  // ABI 6

struct PathRule {
  std::filesystem::path path;
  unsigned long long access;
};

// Everything of which the kernel can forbid is forbidden but what `paths` and `net` grant, to this thread and its
// children.
absl::Status restrict_by_landlock(int abi, const std::vector<PathRule>& paths, unsigned long long net);

}  // namespace phone::sandbox
