// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// refused_callers.hpp -- callers that were turned away, for the audit log: a program without a role, a role that called
// what it may not, a client that did not get through the handshake. A caller can be refused as often as it likes, so
// each cause is told once, and again with its number when it goes on.
#pragma once

#include <absl/time/time.h>

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace phone::mesh {

class RefusedCallers {
 public:
  static constexpr absl::Duration kPause = absl::Minutes(10);  // between two sentences on one cause
  static constexpr std::size_t kMostCauses = 8;                // within that time; the rest is counted together

  static RefusedCallers& instance();  // of the process

  // From any thread. The sentence is the cause: it names the caller and what it was refused.
  void note(const std::string& sentence);
  // What is due.
  std::vector<std::string> told(absl::Time now);

 private:
  struct Cause {
    std::uint64_t untold = 0;
    absl::Time last_told = absl::InfinitePast();
  };
  std::mutex mutex_;
  std::map<std::string, Cause> causes_;
  Cause others_;
};

}  // namespace phone::mesh
