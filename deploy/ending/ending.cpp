// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// phone-ending -- run by systemd each time a service ends (ExecStopPost=+). It runs without the service's sandbox,
// whose set-up would otherwise delay every restart twice, and as root only until it has become the owner of the
// service's RuntimeDirectory. Appends there what systemd knows of the end: "MILLISECONDS-SINCE-BOOT RESULT CODE
// STATUS".
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

namespace {

const char* word(const char* name) {
  const char* value = getenv(name);
  return value == nullptr || *value == '\0' ? "unknown" : value;
}

// Nothing is opened or written as root: the directory belongs to a service that may be hostile by now.
bool become_owner_of(int directory) {
  struct stat owner {};
  if (fstat(directory, &owner) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return false;
  if (geteuid() != 0) return true;
  return owner.st_uid != 0 && setgroups(0, nullptr) == 0 && setresgid(owner.st_gid, owner.st_gid, owner.st_gid) == 0 &&
         setresuid(owner.st_uid, owner.st_uid, owner.st_uid) == 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && strcmp(argv[1], "--version") == 0) return puts("phone-ending (Phonemesh) " PHONE_VERSION) < 0;
  const char* directory = getenv("RUNTIME_DIRECTORY");
  if (directory == nullptr) return 0;
  char line[256];
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  const int size = snprintf(line, sizeof line, "%lld %s %s %s\n", now.tv_sec * 1000LL + now.tv_nsec / 1'000'000,
                            word("SERVICE_RESULT"), word("EXIT_CODE"), word("EXIT_STATUS"));
  if (size <= 0 || size >= static_cast<int>(sizeof line)) return 1;
  const int place = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  if (place < 0 || !become_owner_of(place)) return 1;
  // O_NONBLOCK: a FIFO in its place would hold up the restart.
  const int fd = openat(place, "endings", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
  struct stat file {};
  if (fd < 0 || fstat(fd, &file) != 0 || !S_ISREG(file.st_mode)) return 1;
  // The gateway reads this for services that run on demand and so cannot report it themselves.
  return fchmod(fd, 0644) == 0 && write(fd, line, static_cast<size_t>(size)) == size ? 0 : 1;
}
