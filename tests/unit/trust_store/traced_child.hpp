// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Runs something in a forked child under ptrace and cuts its power at a chosen system call. No stand-ins: the calls are
// the kernel's, whoever makes them.
#pragma once

#include <functional>
#include <string>

namespace phone::trust {

enum class Cut {
  kBefore,  // the call is not carried out; just after a call is just before the next
  kTorn,    // half of a write is carried out; only writes are counted
};

struct CutResult {
  bool possible = true;  // false: ptrace is refused here
  bool was_cut = false;  // false: the child was through before that call came
  std::string call;      // the name of the call it was cut at
  bool child_said_ok = true;
};

// `at` counts those calls of the child that can change a file system: write, fsync, rename, unlink and their kin.
CutResult run_and_cut(const std::function<bool()>& work, int at, Cut cut);

}  // namespace phone::trust
