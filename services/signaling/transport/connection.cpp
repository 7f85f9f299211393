// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/transport/connection.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "common/tls/socket.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

class Tls final : public SipConnection {
 public:
  explicit Tls(std::unique_ptr<tls::Connection> connection) : connection_(std::move(connection)) {}
  absl::Status write(std::string_view bytes, absl::Time deadline) override {
    return connection_->write(bytes, deadline);
  }
  absl::StatusOr<size_t> read(char* to, size_t size, absl::Time deadline) override {
    return connection_->read(to, size, deadline);
  }
  void wake() override { connection_->wake(); }
  int fd() const override { return connection_->fd(); }
  const tls::Info& info() const override { return connection_->info(); }

 private:
  const std::unique_ptr<tls::Connection> connection_;
};

absl::Status failed(const char* transport, const char* doing) {
  return absl::UnavailableError(cat(transport, " ", doing, ": ", std::strerror(errno)));
}

// The address of the server, resolved; only the first is asked.
class Addresses {
 public:
  ~Addresses() {
    if (list_ != nullptr) freeaddrinfo(list_);
  }
  absl::Status resolve(const std::string& host, uint16_t port) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_DGRAM;
    hints.ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV;
    const int error = getaddrinfo(host.c_str(), cat(port).c_str(), &hints, &list_);
    return error == 0 ? absl::OkStatus()
                      : absl::UnavailableError(cat("cannot resolve ", host, ": ", gai_strerror(error)));
  }
  const addrinfo* first() const { return list_; }

 private:
  addrinfo* list_ = nullptr;
};

void mark(int fd, int family, int dscp) {
  if (dscp < 0) return;
  const int octet = dscp << 2;
  if (family == AF_INET6)
    setsockopt(fd, IPPROTO_IPV6, IPV6_TCLASS, &octet, sizeof octet);
  else
    setsockopt(fd, IPPROTO_IP, IP_TOS, &octet, sizeof octet);
}

// TCP, or UDP: then a write is one datagram, and a read too.
class Plain final : public SipConnection {
 public:
  Plain(int fd, int cancel_fd, bool datagrams)
      : fd_(fd), datagrams_(datagrams), wake_fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), cancel_fd_(cancel_fd) {
    info_.local_address = tls::local_address(fd);
    info_.remote_address = tls::remote_address(fd);
  }
  ~Plain() override {
    close(fd_);
    if (wake_fd_ >= 0) close(wake_fd_);
  }

  absl::Status write(std::string_view bytes, absl::Time deadline) override {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (datagrams_ && sent < 0 && errno == EMSGSIZE) return absl::OkStatus();  // its transaction ends by itself
      if (sent > 0) {
        bytes.remove_prefix(static_cast<size_t>(sent));
        continue;
      }
      if (!may_wait()) return failed(name(), "write");
      if (auto status = tls::wait_for(fd_, POLLOUT, deadline, cancel_fd_, -1); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::StatusOr<size_t> read(char* to, size_t size, absl::Time deadline) override {
    for (;;) {
      const ssize_t got = ::recv(fd_, to, size, 0);
      if (got > 0 || (got == 0 && !datagrams_)) return static_cast<size_t>(got);
      if (got == 0) continue;  // an empty datagram ends nothing
      if (!may_wait()) return failed(name(), "read");
      auto status = tls::wait_for(fd_, POLLIN, deadline, cancel_fd_, wake_fd_);
      if (absl::IsCancelled(status)) {
        eventfd_t ignored;
        eventfd_read(wake_fd_, &ignored);
      }
      if (!status.ok()) return status;
    }
  }

  void wake() override { eventfd_write(wake_fd_, 1); }
  int fd() const override { return fd_; }
  bool datagrams() const override { return datagrams_; }
  const tls::Info& info() const override { return info_; }

 private:
  const char* name() const { return datagrams_ ? "UDP" : "TCP"; }
  static bool may_wait() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

  const int fd_;
  const bool datagrams_;
  const int wake_fd_;
  const int cancel_fd_;
  tls::Info info_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<SipConnection>> connect_tls(const tls::ClientOptions& options) {
  auto connection = tls::Connection::connect(options);
  if (!connection.ok()) return connection.status();
  return std::make_unique<Tls>(*std::move(connection));
}

absl::StatusOr<std::unique_ptr<SipConnection>> connect_tcp(const TcpOptions& options) {
  auto fd = tls::dial({options.host, options.port, "", options.dscp, options.cancel_fd, options.connect_timeout});
  if (!fd.ok()) return fd.status();
  return std::make_unique<Plain>(*fd, options.cancel_fd, false);
}

absl::StatusOr<std::unique_ptr<SipConnection>> open_udp(const TcpOptions& options) {
  Addresses addresses;
  if (absl::Status found = addresses.resolve(options.host, options.port); !found.ok()) return found;
  const addrinfo& to = *addresses.first();
  const int fd = socket(to.ai_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return failed("UDP", "socket");
  mark(fd, to.ai_family, options.dscp);
  if (connect(fd, to.ai_addr, to.ai_addrlen) != 0) {
    const absl::Status status = failed("UDP", "connect");
    close(fd);
    return status;
  }
  return std::make_unique<Plain>(fd, options.cancel_fd, true);
}

}  // namespace phone::signaling
