// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// attempts.hpp -- what an attacker in a compromised process would try. Each returns 0 when it worked, errno when it
// was stopped, and does nothing else.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace phone::sandbox {

// What is there to be attacked, made by the test before the sandbox closes.
struct Surroundings {
  std::string own_state;     // the service's directory
  std::string foreign_file;  // another service's
  std::string foreign_directory;
  std::string unix_socket;  // has a listener
  std::string abstract_socket;
  unsigned short tcp_port;  // has a listener on the loopback
  int stranger;             // a process of another sandbox
};

struct Attempt {
  const char* name;
  std::function<int(const Surroundings&)> run;
  bool by_landlock = false;  // not prevented where the kernel has no Landlock
};

const std::vector<Attempt>& attempts();

// `work` in a child process: its result, or minus the signal that ended it.
int in_a_child(const std::function<int()>& work);

}  // namespace phone::sandbox
