// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/link/dhcp_client.hpp"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace phone::network {

absl::Status DhcpClient::start() {
  if (pid_ > 0) return absl::OkStatus();
  // Everything the child needs is made before fork: after it, this thread may call only what a signal handler may.
  const std::string program = command_.program.string();
  const std::string script = command_.script.string();
  const std::string lease = "PHONE_LEASE_FILE=" + command_.lease_file.string();
  const std::array<const char*, 19> arguments{"udhcpc", "-f",
                                              "-i",     command_.port.c_str(),
                                              "-s",     script.c_str(),
                                              "-O",     "150",
                                              "-O",     "66",
                                              "-O",     "43",
                                              "-O",     "dns",
                                              "-T",     "2",
                                              "-A",     "5",
                                              nullptr};
  const std::array<const char*, 3> environment{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", lease.c_str(), nullptr};
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child < 0) return absl::UnavailableError(std::string("fork: ") + std::strerror(errno));
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) _exit(1);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    execve(program.c_str(), const_cast<char* const*>(arguments.data()), const_cast<char* const*>(environment.data()));
    _exit(127);
  }
  pid_ = child;
  pidfd_ = static_cast<int>(syscall(SYS_pidfd_open, child, 0));
  return absl::OkStatus();
}

void DhcpClient::reap() {
  if (pid_ > 0) waitpid(pid_, nullptr, 0);
  if (pidfd_ >= 0) close(pidfd_);
  pid_ = -1;
  pidfd_ = -1;
}

void DhcpClient::renew() {
  if (pid_ > 0) kill(pid_, SIGUSR1);
}

void DhcpClient::stop() {
  if (pid_ <= 0) return;
  kill(pid_, SIGTERM);
  reap();
}

}  // namespace phone::network
