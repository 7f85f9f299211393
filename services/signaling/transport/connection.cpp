// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/transport/connection.hpp"

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

absl::Status failed(const char* doing) {
  return absl::UnavailableError(cat("TCP ", doing, ": ", std::strerror(errno)));
}

class Tcp final : public SipConnection {
 public:
  Tcp(int fd, int cancel_fd) : fd_(fd), wake_fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), cancel_fd_(cancel_fd) {
    info_.local_address = tls::local_address(fd);
    info_.remote_address = tls::remote_address(fd);
  }
  ~Tcp() override {
    close(fd_);
    if (wake_fd_ >= 0) close(wake_fd_);
  }

  absl::Status write(std::string_view bytes, absl::Time deadline) override {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent > 0) {
        bytes.remove_prefix(static_cast<size_t>(sent));
        continue;
      }
      if (!may_wait()) return failed("write");
      if (auto status = tls::wait_for(fd_, POLLOUT, deadline, cancel_fd_, -1); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::StatusOr<size_t> read(char* to, size_t size, absl::Time deadline) override {
    for (;;) {
      const ssize_t got = ::recv(fd_, to, size, 0);
      if (got >= 0) return static_cast<size_t>(got);
      if (!may_wait()) return failed("read");
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
  const tls::Info& info() const override { return info_; }

 private:
  static bool may_wait() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

  const int fd_;
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
  return std::make_unique<Tcp>(*fd, options.cancel_fd);
}

}  // namespace phone::signaling
