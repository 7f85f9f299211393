// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/mesh/process/handover.hpp"

#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_split.h>
#include <absl/strings/string_view.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "common/log/log.hpp"
#include "common/mesh/process/supervisor.hpp"
#include "common/os/unix_socket.hpp"

namespace phone::mesh {
namespace {

constexpr int kFailed = 70;                              // sysexits.h EX_SOFTWARE
constexpr size_t kMostFds = 253;                         // of one message, SCM_MAX_FD in the kernel
constexpr size_t kMostText = 32 * 1024;                  // the names of so many
constexpr absl::Duration kPatience = absl::Seconds(10);  // of a successor: the predecessor finishes its calls
constexpr absl::Duration kTaken = absl::Seconds(1);      // of a predecessor: nothing is left to do
// Between the two halves of the new program.
constexpr char kHasTaken = 'T', kIsMain = 'M', kServes = 'S';

std::filesystem::path place() {
  const char* directory = getenv("RUNTIME_DIRECTORY");
  return directory == nullptr || *directory == '\0' ? std::filesystem::path()
                                                    : std::filesystem::path(directory) / "handover";
}

bool readable(int fd, absl::Duration patience) {
  pollfd watched{fd, POLLIN, 0};
  return poll(&watched, 1, static_cast<int>(absl::ToInt64Milliseconds(patience))) > 0;
}

bool hear(int fd, char& byte) {
  ssize_t got = 0;
  while ((got = read(fd, &byte, 1)) < 0 && errno == EINTR) {
  }
  return got == 1;
}

bool say(int fd, char byte) { return send(fd, &byte, 1, MSG_NOSIGNAL) == 1; }

absl::StatusOr<os::Descriptor> connect_to_predecessor() {
  const auto path = place();
  if (path.empty()) return absl::UnavailableError("RUNTIME_DIRECTORY is not set: the running process cannot be found");
  auto socket = os::connect_unix(path);
  if (!socket.ok()) return absl::UnavailableError(absl::StrCat("no process hands over at ", socket.status().message()));
  return socket;
}

struct Received {
  std::string text;
  std::vector<os::Descriptor> fds;
};

absl::StatusOr<Received> receive(int from) {
  Received received{std::string(kMostText, '\0'), {}};
  iovec bytes{received.text.data(), received.text.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * kMostFds)> control{};
  msghdr message{};
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const ssize_t size = recvmsg(from, &message, MSG_CMSG_CLOEXEC);
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); size > 0 && part != nullptr; part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    for (size_t at = 0; at + sizeof(int) <= part->cmsg_len - CMSG_LEN(0); at += sizeof(int)) {
      int fd = -1;
      memcpy(&fd, CMSG_DATA(part) + at, sizeof fd);
      received.fds.emplace_back(fd);
    }
  }
  if (size <= 0) return absl::UnavailableError("the running process exited without handing over");
  if ((message.msg_flags & (MSG_CTRUNC | MSG_TRUNC)) != 0) return absl::InternalError("the handover is too large");
  received.text.resize(static_cast<size_t>(size));
  return received;
}

// "since MILLISECONDS", "watchdog MICROSECONDS", then the name of each descriptor; a line each.
std::string written(absl::Time since, const std::vector<std::pair<std::string, int>>& kept) {
  std::string text = absl::StrCat("since ", absl::ToUnixMillis(since), "\nwatchdog ",
                                  absl::ToInt64Microseconds(watchdog_period()), "\n");
  for (const auto& [name, fd] : kept) absl::StrAppend(&text, name, "\n");
  return text;
}

bool number_after(absl::string_view line, absl::string_view word, int64_t& number) {
  const std::vector<absl::string_view> words = absl::StrSplit(line, ' ');
  return words.size() == 2 && words[0] == word && absl::SimpleAtoi(words[1], &number);
}

}  // namespace

Handover Handover::open() {
  Handover handover;
  const auto path = place();
  if (path.empty()) return handover;
  auto listening = listen_unix(path);
  if (listening.ok() && chmod(path.c_str(), 0600) != 0) listening = absl::ErrnoToStatus(errno, path.string());
  if (!listening.ok()) {
    log::warning("this process does not support handover", {{"reason", listening.status().ToString()}});
    return handover;
  }
  handover.listening_ = *std::move(listening);
  return handover;
}

std::optional<os::Descriptor> Handover::asked() const {
  os::Descriptor connection(accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  ucred peer{};
  socklen_t size = sizeof peer;
  if (!connection || getsockopt(connection.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return std::nullopt;
  if (peer.uid != geteuid()) {
    log::warning("another process asked for a handover", {{"uid", peer.uid}});
    return std::nullopt;
  }
  return connection;
}

void Handover::give(const os::Descriptor& successor, absl::Time since) {
  const auto kept = kept_fds();
  const std::string text = written(since, kept);
  if (kept.size() > kMostFds || text.size() > kMostText) return log::error("the state is too large to hand over");
  iovec bytes{const_cast<char*>(text.data()), text.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * kMostFds)> control{};
  msghdr message{};
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  if (!kept.empty()) {
    message.msg_control = control.data();
    message.msg_controllen = CMSG_SPACE(sizeof(int) * kept.size());
    cmsghdr* rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof(int) * kept.size());
    for (size_t i = 0; i < kept.size(); ++i) memcpy(CMSG_DATA(rights) + i * sizeof(int), &kept[i].second, sizeof(int));
  }
  if (sendmsg(successor.get(), &message, MSG_NOSIGNAL) != static_cast<ssize_t>(text.size())) {
    return log::error("nothing was handed over", {{"errno", errno}});
  }
  // The unit must never be without a main process.
  char byte = 0;
  if (!readable(successor.get(), kTaken) || !hear(successor.get(), byte))
    log::warning("the successor does not respond");
}

std::optional<int> Successor::fork() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return kFailed;
  os::Descriptor ours(ends[0]);
  overseer_ = os::Descriptor(ends[1]);
  const pid_t parent = getpid();
  const pid_t child = ::fork();
  if (child < 0) return kFailed;
  if (child == 0) {
    // Until it is the main process it must not outlive a reload that was given up.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(kFailed);
    return std::nullopt;
  }
  overseer_.close();
  for (char byte = 0; hear(ours.get(), byte);) {
    if (byte == kServes) return 0;
    if (byte != kHasTaken) continue;
    sd_notify(absl::StrCat("MAINPID=", child));
    say(ours.get(), kIsMain);
  }
  return kFailed;
}

absl::Status Successor::take() {
  // A reload that is given up ends us.
  sigset_t end, before;
  sigemptyset(&end);
  sigaddset(&end, SIGTERM);
  sigaddset(&end, SIGINT);
  pthread_sigmask(SIG_UNBLOCK, &end, &before);
  auto predecessor = connect_to_predecessor();
  if (!predecessor.ok()) return predecessor.status();
  if (!readable(predecessor->get(), kPatience)) return absl::DeadlineExceededError("the running process keeps serving");
  auto received = receive(predecessor->get());
  if (!received.ok()) return received.status();
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  std::vector<std::string> lines = absl::StrSplit(received->text, '\n', absl::SkipEmpty());
  int64_t since = 0, watchdog = 0;
  if (lines.size() != received->fds.size() + 2 || !number_after(lines[0], "since", since) ||
      !number_after(lines[1], "watchdog", watchdog)) {
    return absl::InternalError("the handover cannot be parsed");
  }
  since_ = absl::FromUnixMillis(since);
  for (size_t i = 0; i < received->fds.size(); ++i) inherit(std::move(lines[i + 2]), std::move(received->fds[i]));
  be_watched(absl::Microseconds(watchdog));
  char byte = 0;
  if (!say(overseer_.get(), kHasTaken) || !hear(overseer_.get(), byte)) return absl::UnavailableError("no overseer");
  prctl(PR_SET_PDEATHSIG, 0);
  say(predecessor->get(), kIsMain);
  return absl::OkStatus();
}

void Successor::serving() {
  say(overseer_.get(), kServes);
  overseer_.close();
}

}  // namespace phone::mesh
