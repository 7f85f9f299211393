// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/mesh/listen/listener.hpp"

#include <absl/status/status.h>
#include <absl/strings/str_cat.h>
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "common/log/log.hpp"
#include "common/os/unix_socket.hpp"

namespace phone::mesh {
namespace {

constexpr int kHighestReserved = 511;
constexpr int kBacklog = 128;
constexpr std::chrono::milliseconds kPause{50};  // after EMFILE and the like, so that the loop does not spin

unsigned long inode_of(int fd) {
  struct stat info {};
  return fstat(fd, &info) == 0 && S_ISSOCK(info.st_mode) ? static_cast<unsigned long>(info.st_ino) : 0;
}

}  // namespace

void reserve_descriptors() { os::Descriptor(fcntl(0, F_DUPFD_CLOEXEC, kHighestReserved)); }

absl::StatusOr<os::Descriptor> listen_unix(const std::filesystem::path& path) {
  const auto address = os::unix_address(path);
  if (!address.ok()) return address.status();
  std::error_code ignored;
  std::filesystem::create_directories(path.parent_path(), ignored);
  unlink(path.c_str());
  os::Descriptor fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd || bind(fd.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0 ||
      listen(fd.get(), kBacklog) != 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat("listening on ", path.string()));
  }
  // Any uid may connect; the accept loop and the router decide which are served. The device's socket unit
  // narrows this to a group.
  chmod(path.c_str(), 0666);
  return fd;
}

absl::StatusOr<os::Descriptor> listen_tcp(const std::string& address, uint16_t port) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  if (inet_pton(AF_INET, address.c_str(), &to.sin_addr) != 1) {
    return absl::InvalidArgumentError(absl::StrCat("not an IPv4 address: ", address));
  }
  os::Descriptor fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int yes = 1;
  if (fd) setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (!fd || bind(fd.get(), reinterpret_cast<sockaddr*>(&to), sizeof to) != 0 || listen(fd.get(), kBacklog) != 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat("listening on ", address, ":", port));
  }
  return fd;
}

absl::StatusOr<uint16_t> local_port(int fd) {
  sockaddr_in at{};
  socklen_t size = sizeof at;
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&at), &size) != 0) return absl::ErrnoToStatus(errno, "getsockname");
  return ntohs(at.sin_port);
}

Listener::Listener(os::EventLoop& loop, os::Descriptor listening, std::function<void(os::Descriptor)> take)
    : loop_(loop), listening_(std::move(listening)), take_(std::move(take)), again_(loop, [this] {
        if (watch_) watch_->want(EPOLLIN);
      }) {
  fcntl(listening_.get(), F_SETFL, fcntl(listening_.get(), F_GETFL) | O_NONBLOCK);
  loop_.sync([this] { watch_.emplace(loop_, listening_.get(), EPOLLIN, [this](uint32_t events) { accept(events); }); });
}

void Listener::stop() {
  loop_.sync([this] { watch_.reset(); });
}

// One connection a turn: more than one listener may be on the loop.
void Listener::accept(uint32_t events) {
  if ((events & EPOLLERR) != 0) log::die("the listening socket failed");
  os::Descriptor connection(accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (connection) return take_(std::move(connection));
  if (errno == EAGAIN || errno == ECONNABORTED || errno == EINTR) return;  // a process sharing the socket was faster
  log::warning("accept", {{"errno", errno}});
  watch_->want(0);
  again_.expire_in(kPause);
}

size_t OpenConnections::count() {
  std::erase_if(connections_, [](const Connection& c) { return inode_of(c.fd) != c.inode; });
  return connections_.size();
}

void OpenConnections::add(int fd) { connections_.push_back({fd, inode_of(fd)}); }

}  // namespace phone::mesh
