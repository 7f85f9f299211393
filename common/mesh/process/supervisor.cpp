// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/mesh/process/supervisor.hpp"

#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_split.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <utility>

namespace phone::mesh {
namespace {

constexpr int kFirstInherited = 3;  // sd_listen_fds(3), SD_LISTEN_FDS_START

struct Inherited {
  std::mutex mutex;
  std::vector<std::pair<std::string, os::Descriptor>> fds;
  std::vector<std::pair<std::string, os::Descriptor>> kept;  // copies of what the supervisor has
};
Inherited& inherited() {
  static Inherited inherited;
  return inherited;
}

void keep_copy(std::string name, int fd) {
  inherited().kept.emplace_back(std::move(name), os::Descriptor(fcntl(fd, F_DUPFD_CLOEXEC, kFirstInherited)));
}

absl::string_view variable(const char* name) {
  const char* value = getenv(name);
  return value == nullptr ? absl::string_view() : absl::string_view(value);
}

bool addressed_to_us() {
  int64_t pid = 0;
  return absl::SimpleAtoi(variable("LISTEN_PID"), &pid) && pid == getpid();
}

absl::Status send(std::string_view state, int fd) {
  const absl::string_view to = variable("NOTIFY_SOCKET");
  sockaddr_un address{};
  if (to.empty()) return absl::FailedPreconditionError("no supervisor is listening");
  if (to.size() >= sizeof address.sun_path) return absl::InvalidArgumentError("NOTIFY_SOCKET is too long");
  address.sun_family = AF_UNIX;
  memcpy(address.sun_path, to.data(), to.size());
  if (to.front() == '@') address.sun_path[0] = '\0';  // abstract
  const os::Descriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  iovec bytes{const_cast<char*>(state.data()), state.size()};
  msghdr message{};
  message.msg_name = &address;
  message.msg_namelen = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + to.size());
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  if (fd >= 0) {
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr* rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof fd);
    memcpy(CMSG_DATA(rights), &fd, sizeof fd);
  }
  if (sendmsg(socket.get(), &message, MSG_NOSIGNAL) < 0) return absl::ErrnoToStatus(errno, "notifying the supervisor");
  return absl::OkStatus();
}

}  // namespace

void sd_notify(std::string_view state) { send(state, -1).IgnoreError(); }

absl::Duration watchdog_period() {
  int64_t microseconds = 0;
  int64_t pid = 0;
  if (!absl::SimpleAtoi(variable("WATCHDOG_USEC"), &microseconds) || microseconds <= 0) return absl::ZeroDuration();
  if (absl::SimpleAtoi(variable("WATCHDOG_PID"), &pid) && pid != getpid()) return absl::ZeroDuration();
  return absl::Microseconds(microseconds);
}

absl::Status sd_store_fd(const std::string& name, int fd) {
  absl::Status status = send(absl::StrCat("FDSTORE=1\nFDPOLL=0\nFDNAME=", name), fd);
  const std::lock_guard lock(inherited().mutex);
  if (status.ok()) keep_copy(name, fd);
  return status;
}

absl::Status sd_remove_fd(const std::string& name) {
  {
    const std::lock_guard lock(inherited().mutex);
    std::erase_if(inherited().kept, [&](const auto& held) { return held.first == name; });
  }
  return send(absl::StrCat("FDSTOREREMOVE=1\nFDNAME=", name), -1);
}

std::vector<std::pair<std::string, int>> kept_fds() {
  const std::lock_guard lock(inherited().mutex);
  std::vector<std::pair<std::string, int>> kept;
  for (const auto& [name, fd] : inherited().kept) kept.emplace_back(name, fd.get());
  return kept;
}

void inherit(std::string name, os::Descriptor fd) {
  const std::lock_guard lock(inherited().mutex);
  keep_copy(name, fd.get());
  inherited().fds.emplace_back(std::move(name), std::move(fd));
}

void be_watched(absl::Duration period) {
  setenv("WATCHDOG_USEC", absl::StrCat(absl::ToInt64Microseconds(period)).c_str(), 1);
  unsetenv("WATCHDOG_PID");
}

void take_inherited() {
  int count = 0;
  if (!addressed_to_us() || !absl::SimpleAtoi(variable("LISTEN_FDS"), &count) || count <= 0) return;
  const std::vector<std::string> names = absl::StrSplit(variable("LISTEN_FDNAMES"), ':');
  const std::lock_guard lock(inherited().mutex);
  for (int i = 0; i < count; ++i) {
    const int fd = kFirstInherited + i;
    if (fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) continue;
    const auto index = static_cast<size_t>(i);
    std::string name = index < names.size() && !names[index].empty() ? names[index] : "grpc";
    keep_copy(name, fd);
    inherited().fds.emplace_back(std::move(name), os::Descriptor(fd));
  }
  for (const char* name : {"LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES"}) unsetenv(name);
}

std::vector<os::Descriptor> inherited_fds(std::string_view name) {
  take_inherited();
  const std::lock_guard lock(inherited().mutex);
  std::vector<os::Descriptor> taken;
  for (auto& [known, fd] : inherited().fds) {
    if (known == name && fd) taken.push_back(std::move(fd));
  }
  std::erase_if(inherited().fds, [](const auto& held) { return !held.second; });
  return taken;
}

}  // namespace phone::mesh
