// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/board/keep.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>

#include "common/os/descriptor.hpp"

namespace phone::board {

const char* how_to_end() { return isatty(0) != 0 ? "Press Enter to end it." : "Send SIGTERM or SIGINT to end it."; }

void wait_for_end() {
  sigset_t ending;
  sigemptyset(&ending);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&ending, signal);
  pthread_sigmask(SIG_BLOCK, &ending, nullptr);
  const os::Descriptor signals(signalfd(-1, &ending, SFD_CLOEXEC));
  pollfd watched[2] = {{signals.get(), POLLIN, 0}, {isatty(0) != 0 ? 0 : -1, POLLIN, 0}};
  while (poll(watched, 2, -1) < 0 && errno == EINTR) {
  }
}

}  // namespace phone::board
