#include "services/download/transfer_server.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

#include "common/log/log.hpp"
#include "services/download/exchange.hpp"

namespace phone::download {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kLongestWait = std::chrono::hours(1);

void wake(int fd) {
  const std::uint64_t one = 1;
  if (write(fd, &one, sizeof one) < 0) log::die("cannot wake the desk");
}

}  // namespace

Desk::Desk(os::Descriptor listening, http::Fetch fetch, Limits limits, std::function<void()> alive)
    : listening_(std::move(listening)),
      fetch_(std::move(fetch)),
      limits_(limits),
      alive_(std::move(alive)),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      busy_until_(Clock::now()) {
  fcntl(listening_.get(), F_SETFL, fcntl(listening_.get(), F_GETFL) | O_NONBLOCK);
}

Desk::~Desk() {
  for (Guest& guest : guests_) {
    guest.gone = true;
    guest.thread.join();
  }
}

void Desk::stop() {
  stopped_ = true;
  wake(wake_.get());
}

void Desk::run() {
  busy_until_ = Clock::now();
  while (!stopped_ && wait()) {
    say_goodbye();
    if (alive_) alive_();
  }
}

bool Desk::wait() {
  std::chrono::milliseconds most = limits_.tick.count() > 0 ? limits_.tick : kLongestWait;
  if (guests_.empty() && limits_.idle.count() > 0) {
    const auto left = busy_until_ + limits_.idle - Clock::now();
    if (left <= Clock::duration::zero()) return false;
    most = std::min(most, std::chrono::ceil<std::chrono::milliseconds>(left));
  }
  const bool full = guests_.size() >= limits_.most;
  std::vector<pollfd> polled{{wake_.get(), POLLIN, 0}, {full ? -1 : listening_.get(), POLLIN, 0}};
  // A caller sends nothing that is not read by its exchange; that it hangs up is seen here.
  for (const Guest& guest : guests_) polled.push_back({guest.gone ? -1 : guest.fd.get(), POLLRDHUP, 0});
  const int ready = poll(polled.data(), polled.size(), static_cast<int>(most.count()));
  if (ready < 0 && errno != EINTR) log::die("poll at the desk", {{"errno", errno}});
  if (ready <= 0) return true;
  if (std::uint64_t ignored = 0; polled[0].revents != 0 && read(wake_.get(), &ignored, sizeof ignored) < 0) {
    log::die("the desk is woken by nobody");
  }
  if ((polled[1].revents & (POLLERR | POLLNVAL)) != 0) log::die("the listening socket is gone");
  std::size_t at = 2;
  for (Guest& guest : guests_) {
    if (polled[at++].revents != 0) guest.gone = true;
  }
  if ((polled[1].revents & POLLIN) != 0) admit();
  return true;
}

void Desk::admit() {
  os::Descriptor fd(accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!fd) {
    if (errno != EAGAIN && errno != ECONNABORTED && errno != EINTR) log::warning("accept", {{"errno", errno}});
    return;
  }
  Guest& guest = guests_.emplace_back();
  guest.fd = std::move(fd);
  // The exchange blocks, in curl and in getaddrinfo.
  guest.thread = std::thread([this, &guest] {
    serve(guest.fd.get(), guest.gone, fetch_);
    guest.served = true;
    wake(wake_.get());
  });
}

void Desk::say_goodbye() {
  for (auto guest = guests_.begin(); guest != guests_.end();) {
    if (!guest->served) {
      ++guest;
      continue;
    }
    guest->thread.join();
    guest = guests_.erase(guest);
    busy_until_ = Clock::now();
  }
}

}  // namespace phone::download
