#include "common/mesh/listener.hpp"

#include <absl/status/status.h>
#include <absl/strings/str_cat.h>
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
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
constexpr int kPauseMilliseconds = 50;  // after EMFILE and the like, so that the thread does not spin

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
  // Everybody may connect; who is served is the accept loop's and the router's business. The device's socket unit
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

Listener::Listener(os::Descriptor listening, std::function<void(os::Descriptor)> take)
    : listening_(std::move(listening)), wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), take_(std::move(take)) {
  fcntl(listening_.get(), F_SETFL, fcntl(listening_.get(), F_GETFL) | O_NONBLOCK);
  thread_ = std::thread([this] { run(); });
  pthread_setname_np(thread_.native_handle(), "accept");
}

void Listener::stop() {
  if (!thread_.joinable()) return;
  const uint64_t one = 1;
  if (write(wake_.get(), &one, sizeof one) < 0) log::die("cannot wake the accept loop");
  thread_.join();
}

void Listener::run() {
  for (;;) {
    pollfd watched[2] = {{wake_.get(), POLLIN, 0}, {listening_.get(), POLLIN, 0}};
    if (poll(watched, 2, -1) < 0 && errno != EINTR) log::die("poll in the accept loop", {{"errno", errno}});
    if (watched[0].revents != 0) return;
    if ((watched[1].revents & (POLLERR | POLLNVAL)) != 0) log::die("the listening socket is gone");
    if ((watched[1].revents & POLLIN) == 0) continue;
    os::Descriptor connection(accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (connection) {
      take_(std::move(connection));
    } else if (errno != EAGAIN && errno != ECONNABORTED &&
               errno != EINTR) {  // EAGAIN: a process sharing the socket was faster
      log::warning("accept", {{"errno", errno}});
      pollfd stopped{wake_.get(), POLLIN, 0};
      poll(&stopped, 1, kPauseMilliseconds);
    }
  }
}

size_t OpenConnections::count() {
  std::erase_if(connections_, [](const Connection& c) { return inode_of(c.fd) != c.inode; });
  return connections_.size();
}

void OpenConnections::add(int fd) { connections_.push_back({fd, inode_of(fd)}); }

}  // namespace phone::mesh
