#include "services/certificate_manager/enrolment_bell.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "common/log/log.hpp"
#include "common/os/unix_socket.hpp"

namespace phone::certificates {
namespace {

constexpr std::chrono::milliseconds kFirstPause{50}, kLongestPause{5000};
// A process that lived so long is not one that dies at once.
constexpr std::chrono::seconds kGoodLife{10};

}  // namespace

EnrolmentBell::EnrolmentBell(std::filesystem::path socket)
    : socket_(std::move(socket)), wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), thread_([this] { run(); }) {
  pthread_setname_np(thread_.native_handle(), "bell");
}

EnrolmentBell::~EnrolmentBell() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  set(false);
  thread_.join();
}

void EnrolmentBell::set(bool order_open) {
  {
    const std::lock_guard lock(mutex_);
    open_ = order_open;
  }
  const std::uint64_t one = 1;
  if (write(wake_.get(), &one, sizeof one) < 0) log::die("cannot wake the bell");
  changed_.notify_all();
}

void EnrolmentBell::run() {
  auto pause = kFirstPause;
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return open_ || stopped_; });
    if (stopped_) return;
    lock.unlock();
    const auto began = std::chrono::steady_clock::now();
    if (const auto connection = os::connect_unix(socket_, SOCK_NONBLOCK); connection.ok()) {
      hold(connection->get());
    } else {
      log::warning("enrolment cannot be woken", {{"reason", connection.status().ToString()}});
    }
    if (std::chrono::steady_clock::now() - began >= kGoodLife) pause = kFirstPause;
    lock.lock();
    if (changed_.wait_for(lock, pause, [this] { return !open_ || stopped_; })) {
      pause = kFirstPause;
    } else {
      pause = std::min(2 * pause, kLongestPause);
    }
  }
}

void EnrolmentBell::hold(int connection) {
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      if (!open_ || stopped_) return;
    }
    pollfd polled[2] = {{connection, POLLRDHUP, 0}, {wake_.get(), POLLIN, 0}};
    if (poll(polled, 2, -1) < 0 && errno != EINTR) log::die("poll at the bell", {{"errno", errno}});
    if (polled[0].revents != 0) return;
    std::uint64_t ignored = 0;
    if (polled[1].revents != 0 && read(wake_.get(), &ignored, sizeof ignored) < 0 && errno != EAGAIN) {
      log::die("the bell is woken by nobody");
    }
  }
}

}  // namespace phone::certificates
