// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/mesh/guard/wire_guard.hpp"

#include <dlfcn.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "common/log/log.hpp"
#include "common/log/rate_limited.hpp"
#include "common/mesh/guard/exit_history.hpp"
#include "common/mesh/guard/role_quarantine.hpp"
#include "common/metrics/metrics.hpp"
#include "common/os/descriptor.hpp"
#include "common/os/steady_time.hpp"

namespace phone::mesh::wire_guard {
namespace {

constexpr size_t kDescriptors = 4096;  // units allow 1024

struct Watched {
  unsigned long inode = 0;
  std::unique_ptr<FrameFilter> filter;
  std::function<void(FrameFault)> cut;
  RoleActivity* role_activity = nullptr;
};
// Zeros until used, and never destroyed: gRPC's threads read until the process is gone.
struct Place {
  std::mutex mutex;
  std::atomic<Watched*> watched = nullptr;
};
constinit std::array<Place, kDescriptors> g_places;

Place* place_of(int fd) {
  return fd >= 0 && static_cast<size_t>(fd) < kDescriptors ? &g_places[static_cast<size_t>(fd)] : nullptr;
}

// A socket's inode is unique as long as it lives; gRPC does not report that it closes a descriptor.
unsigned long inode_of(int fd) {
  struct stat info {};
  return fstat(fd, &info) == 0 && S_ISSOCK(info.st_mode) ? static_cast<unsigned long>(info.st_ino) : 0;
}

void put(Place& place, Watched* watched) { delete place.watched.exchange(watched); }

void cut(int fd, Watched& watched, FrameFault fault) {
  shutdown(fd, SHUT_RDWR);
  if (const auto tell = std::exchange(watched.cut, nullptr)) tell(fault);
}

// Calls `look` with every piece of the first `size` bytes.
template <class Look>
void each_piece(const msghdr& message, size_t size, Look look) {
  for (size_t i = 0; i < message.msg_iovlen && size > 0; ++i) {
    const size_t length = std::min(size, message.msg_iov[i].iov_len);
    look(std::string_view(static_cast<const char*>(message.msg_iov[i].iov_base), length));
    size -= length;
  }
}

// Under the place's lock; false when the descriptor is another one by now.
bool is_here(int fd, Place& place) {
  const Watched* const watched = place.watched;
  if (watched == nullptr) return false;
  if (inode_of(fd) == watched->inode) return true;
  put(place, nullptr);
  return false;
}

ssize_t receive(int fd, msghdr* message, int flags) {
  Place* const place = place_of(fd);
  if (place == nullptr || place->watched.load(std::memory_order_acquire) == nullptr ||
      (flags & (MSG_PEEK | MSG_ERRQUEUE)) != 0) {
    return syscall(SYS_recvmsg, fd, message, flags);
  }
  std::unique_lock lock(place->mutex);
  if (!is_here(fd, *place)) {
    lock.unlock();
    return syscall(SYS_recvmsg, fd, message, flags);
  }
  Watched& watched = *place->watched.load();
  const ssize_t size = syscall(SYS_recvmsg, fd, message, flags | MSG_DONTWAIT);
  if (size <= 0) return size;
  const absl::Time now = os::steady_now();
  if (watched.role_activity != nullptr) {
    watched.role_activity->got(static_cast<uint64_t>(size), static_cast<uint64_t>(absl::ToUnixMillis(since_boot())));
  }
  FrameFault fault = FrameFault::kNone;
  each_piece(*message, static_cast<size_t>(size),
             [&](std::string_view piece) { fault = watched.filter->received(piece, now); });
  if (fault == FrameFault::kNone) return size;
  cut(fd, watched, fault);
  errno = ECONNRESET;
  return -1;
}

ssize_t transmit(int fd, const msghdr* message, int flags) {
  Place* const place = place_of(fd);
  if (place == nullptr || place->watched.load(std::memory_order_acquire) == nullptr) {
    return syscall(SYS_sendmsg, fd, message, flags);
  }
  std::unique_lock lock(place->mutex);
  if (!is_here(fd, *place)) {
    lock.unlock();
    return syscall(SYS_sendmsg, fd, message, flags);
  }
  const ssize_t size = syscall(SYS_sendmsg, fd, message, flags | MSG_DONTWAIT);
  if (size > 0) {
    const absl::Time now = os::steady_now();
    each_piece(*message, static_cast<size_t>(size),
               [&](std::string_view piece) { place->watched.load()->filter->sent(piece, now); });
  }
  return size;
}

// The sockets of our servers, each with its budget.
class Servers {
 public:
  static Servers& instance() {
    static auto* const servers = new Servers;
    return *servers;
  }
  void add(const std::string& path) {
    const std::lock_guard lock(mutex_);
    auto& account = accounts_[path];
    if (!account) account = std::make_shared<FrameAccount>(kServer);
  }
  std::shared_ptr<FrameAccount> of(std::string_view path) {
    const std::lock_guard lock(mutex_);
    const auto found = accounts_.find(path);
    return found == accounts_.end() ? nullptr : found->second;
  }
  void complain(const std::string& path, FrameFault fault) {
    static auto& refused = metrics::refusals("server_cut", "connections to a server closed for invalid HTTP/2");
    refused.add();
    if (complain_.due())
      log::warning("connection to a server closed for invalid HTTP/2", {{"socket", path}, {"reason", words_of(fault)}});
  }

 private:
  // gRPC holds bytes beyond flow control until they are read.
  static constexpr FrameLimits kServer{.held = 64 * 1024 * 1024, .streams = 4096};
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<FrameAccount>, std::less<>> accounts_;
  log::RateLimited complain_;
};

void connected(int fd, const sockaddr* to, socklen_t size) {
  if (to == nullptr || to->sa_family != AF_UNIX || size <= offsetof(sockaddr_un, sun_path)) return;
  const auto& address = *reinterpret_cast<const sockaddr_un*>(to);
  const size_t room = std::min<size_t>(size, sizeof address) - offsetof(sockaddr_un, sun_path);
  const std::string_view path(address.sun_path, strnlen(address.sun_path, room));
  auto account = Servers::instance().of(path);
  if (!account) return;
  watch(fd, std::make_unique<FrameFilter>(FrameFilter::End::kClient, std::move(account), os::steady_now()),
        [path = std::string(path)](FrameFault fault) { Servers::instance().complain(path, fault); });
}

}  // namespace

bool watch(int fd, std::unique_ptr<FrameFilter> filter, std::function<void(FrameFault)> cut,
           RoleActivity* role_activity) {
  Place* const place = place_of(fd);
  const unsigned long inode = inode_of(fd);
  if (place == nullptr || inode == 0) return false;
  const std::lock_guard lock(place->mutex);
  put(*place, new Watched{inode, std::move(filter), std::move(cut), role_activity});
  return true;
}

void watch_connections_to(const std::filesystem::path& socket) { Servers::instance().add(socket.string()); }

void look(absl::Time now) {
  for (int fd = 0; fd < static_cast<int>(kDescriptors); ++fd) {
    Place& place = *place_of(fd);
    if (place.watched.load(std::memory_order_acquire) == nullptr) continue;
    const std::lock_guard lock(place.mutex);
    if (!is_here(fd, place)) continue;
    Watched& watched = *place.watched.load();
    const FrameFault fault = watched.filter->look(now);
    if (fault != FrameFault::kNone) cut(fd, watched, fault);
  }
}

bool in_force() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0) return false;
  const os::Descriptor ours(ends[0]), theirs(ends[1]);
  bool seen = false;
  if (!watch(
          ours.get(),
          std::make_unique<FrameFilter>(FrameFilter::End::kServer, std::make_shared<FrameAccount>(), os::steady_now()),
          [&seen](FrameFault) { seen = true; })) {
    return false;
  }
  char byte = '?';
  iovec room{&byte, 1};
  msghdr message{};
  message.msg_iov = &room;
  message.msg_iovlen = 1;
  if (send(theirs.get(), &byte, 1, MSG_NOSIGNAL) != 1) return false;
  // As gRPC finds it.
  const auto found = reinterpret_cast<ssize_t (*)(int, msghdr*, int)>(dlsym(RTLD_DEFAULT, "recvmsg"));
  const bool refused = found != nullptr && found(ours.get(), &message, 0) < 0;
  const std::lock_guard lock(place_of(ours.get())->mutex);
  put(*place_of(ours.get()), nullptr);
  return refused && seen;
}

}  // namespace phone::mesh::wire_guard

extern "C" {

__attribute__((visibility("default"))) ssize_t recvmsg(int fd, msghdr* message, int flags) {
  return phone::mesh::wire_guard::receive(fd, message, flags);
}

__attribute__((visibility("default"))) ssize_t sendmsg(int fd, const msghdr* message, int flags) {
  return phone::mesh::wire_guard::transmit(fd, message, flags);
}

__attribute__((visibility("default"))) int connect(int fd, const sockaddr* to, socklen_t size) {
  const auto result = static_cast<int>(syscall(SYS_connect, fd, to, size));
  const int error = errno;
  if (result == 0 || error == EINPROGRESS) phone::mesh::wire_guard::connected(fd, to, size);
  errno = error;
  return result;
}
}
