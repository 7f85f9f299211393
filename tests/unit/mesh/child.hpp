// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// child.hpp -- a child process of a test: its standard output, its signals, its end. Descriptors above 2 are not
// inherited unless given.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "common/os/descriptor.hpp"

namespace phone::mesh {

class Child {
 public:
  // `inherited` become descriptors 3, 4, ... of the child.
  Child(std::vector<std::string> command, std::vector<std::string> environment = {}, std::vector<int> inherited = {}) {
    int ends[2] = {-1, -1};
    if (pipe2(ends, O_CLOEXEC) != 0) return;
    output_ = os::Descriptor(ends[0]);
    os::Descriptor writing(ends[1]);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, writing.get(), 1);
    std::vector<os::Descriptor> copies;  // dup2 onto itself would keep close-on-exec
    for (const int fd : inherited) {
      const int to = 3 + static_cast<int>(copies.size());
      copies.emplace_back(fcntl(fd, F_DUPFD_CLOEXEC, 100));
      posix_spawn_file_actions_adddup2(&actions, copies.back().get(), to);
    }
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    std::vector<char*> argv, envp;
    for (auto& word : command) argv.push_back(word.data());
    for (char** old = environ; *old != nullptr; ++old) envp.push_back(*old);
    for (auto& entry : environment) envp.push_back(entry.data());
    argv.push_back(nullptr);
    envp.push_back(nullptr);
    if (posix_spawnp(&pid_, argv[0], &actions, &attributes, argv.data(), envp.data()) != 0) pid_ = -1;
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      wait();
    }
  }

  pid_t pid() const { return pid_; }
  void signal(int number) const {
    if (pid_ > 0) kill(pid_, number);
  }
  // All it wrote until it closed its output.
  std::string read_all() const {
    std::string all;
    char buffer[4096];
    ssize_t size = 0;
    while ((size = read(output_.get(), buffer, sizeof buffer)) > 0) all.append(buffer, static_cast<size_t>(size));
    return all;
  }
  // Its exit code, or minus the signal that ended it.
  int wait() {
    if (pid_ <= 0) return -1000;
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

 private:
  pid_t pid_ = -1;
  os::Descriptor output_;
};

}  // namespace phone::mesh
