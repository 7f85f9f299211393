#include "services/network_access/port_watch.hpp"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "common/flash/file.hpp"
#include "services/network_access/run_tool.hpp"

namespace phone::network {
namespace {

using os::Descriptor;

constexpr time_t kRestartSeconds = 2;

void drain(const Descriptor& descriptor) {
  std::array<char, 4096> buffer;
  while (read(descriptor.get(), buffer.data(), buffer.size()) > 0) {
  }
}

}  // namespace

PortWatch::PortWatch(Settings settings, std::function<void(Seen)> seen, std::function<void(std::string)> trouble)
    : settings_(std::move(settings)),
      seen_(std::move(seen)),
      trouble_(std::move(trouble)),
      client_(settings_.client),
      port_(settings_.port),
      wanted_(settings_.port) {}

absl::Status PortWatch::start() {
  {
    const std::lock_guard lock(mutex_);
    port_ = wanted_;
    mode_ = wanted_mode_;
    times_used_ = times_wanted_;
  }
  client_.use(port_);
  auto reader = NetlinkReader::open(port_);
  if (!reader.ok()) return reader.status();
  netlink_ = std::make_unique<NetlinkReader>(std::move(*reader));
  if (!settings_.carrier.empty()) {
    auto carrier = NetlinkReader::open(settings_.carrier);
    if (!carrier.ok()) return carrier.status();
    carrier_ = std::make_unique<NetlinkReader>(std::move(*carrier));
  }
  wake_ = Descriptor(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  retry_ = Descriptor(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
  inotify_ = Descriptor(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (!wake_ || !retry_ || !inotify_)
    return absl::UnavailableError(std::string("descriptors: ") + std::strerror(errno));
  if (settings_.dhcp) {
    const auto folder = settings_.lease_file.parent_path();
    if (inotify_add_watch(inotify_.get(), folder.c_str(), IN_MOVED_TO | IN_DELETE) < 0) {
      return absl::UnavailableError("watching " + folder.string() + ": " + std::strerror(errno));
    }
    read_lease();
  }
  tell();
  thread_ = std::thread([this] { run(); });
  pthread_setname_np(thread_.native_handle(), "port");
  return absl::OkStatus();
}

void PortWatch::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  if (thread_.joinable()) {
    eventfd_write(wake_.get(), 1);
    thread_.join();
  }
  client_.stop();
}

void PortWatch::use(const std::string& port) {
  const std::lock_guard lock(mutex_);
  wanted_ = port.empty() ? settings_.port : port;
  ++times_wanted_;
  if (wake_) eventfd_write(wake_.get(), 1);
}

void PortWatch::allow(IpMode mode) {
  const std::lock_guard lock(mutex_);
  wanted_mode_ = mode;
  if (wake_) eventfd_write(wake_.get(), 1);
}

// What DHCP gave to the port is taken away with the lease. A VLAN's port that is gone has taken its addresses with it.
void PortWatch::forget_lease() {
  if (!settings_.dhcp) return;
  client_.stop();
  (void)run_tool({"ip", "-4", "address", "flush", "dev", port_, "scope", "global"});
  std::error_code ignored;
  std::filesystem::remove(settings_.lease_file, ignored);
  lease_.reset();
}

void PortWatch::change_port() {
  std::string wanted;
  IpMode mode = IpMode::kBoth;
  bool another = false;
  {
    const std::lock_guard lock(mutex_);
    wanted = wanted_;
    mode = wanted_mode_;
    another = std::exchange(times_used_, times_wanted_) != times_wanted_;
  }
  if (std::exchange(mode_, mode) != mode) {
    if (mode_ == IpMode::kV6) forget_lease();
    keep_client(false);
    tell();
  }
  if (!another) return;
  auto reader = NetlinkReader::open(wanted);
  if (!reader.ok()) return trouble_("the port cannot be watched: " + std::string(reader.status().message()));
  netlink_ = std::make_unique<NetlinkReader>(std::move(*reader));
  forget_lease();
  port_ = wanted;
  client_.use(port_);
  keep_client(false);
  tell();
}

void PortWatch::run() {
  keep_client(false);
  for (;;) {
    std::array<pollfd, 6> waiting{pollfd{wake_.get(), POLLIN, 0},    pollfd{netlink_->fd(), POLLIN, 0},
                                  pollfd{inotify_.get(), POLLIN, 0}, pollfd{client_.fd(), POLLIN, 0},
                                  pollfd{retry_.get(), POLLIN, 0},   pollfd{carrier_ ? carrier_->fd() : -1, POLLIN, 0}};
    if (poll(waiting.data(), waiting.size(), -1) < 0 && errno != EINTR) return;
    if (waiting[0].revents != 0) {
      drain(wake_);
      {
        const std::lock_guard lock(mutex_);
        if (stopping_) return;
      }
      change_port();
      continue;
    }
    if (waiting[1].revents != 0 || waiting[5].revents != 0) {
      const bool was_up = up();
      const bool changed = netlink_->read_changes();
      if ((carrier_ && carrier_->read_changes()) || changed) {
        if (!was_up && up()) client_.renew();
        tell();
      }
    }
    if (waiting[2].revents != 0) {
      drain(inotify_);
      const auto before = lease_;
      read_lease();
      if (lease_ != before) tell();
    }
    if (waiting[3].revents != 0) {
      client_.reap();
      keep_client(true);
    }
    if (waiting[4].revents != 0) {
      drain(retry_);
      keep_client(false);
    }
  }
}

void PortWatch::tell() {
  Seen seen{.link = netlink_->facts(),
            .speed_megabits = speed_of(settings_.carrier.empty() ? settings_.port : settings_.carrier),
            .lease = lease_};
  seen.link.up = up();
  std::erase_if(seen.link.addresses, [&](const std::string& address) {
    const bool v6 = address.find(':') != std::string::npos;
    return mode_ == (v6 ? IpMode::kV4 : IpMode::kV6);
  });
  seen_(std::move(seen));
}

void PortWatch::read_lease() {
  const auto text = flash::read(settings_.lease_file, kMaxLeaseBytes);
  if (!text.ok()) {
    if (!absl::IsNotFound(text.status()))
      trouble_("the DHCP lease cannot be read: " + std::string(text.status().message()));
    lease_.reset();
    return;
  }
  auto lease = parse_lease(*text);
  if (!lease.ok()) {
    trouble_("the DHCP lease was refused: " + std::string(lease.status().message()));
    return;
  }
  // Said once, not with each renewal.
  if (!lease_ || lease_->left_out != lease->left_out) {
    for (const auto& one : lease->left_out) trouble_("of the DHCP lease is left out " + one);
  }
  lease_ = std::move(*lease);
}

void PortWatch::keep_client(bool ended) {
  if (!asks()) return;
  if (!ended) {
    const auto started = client_.start();
    if (started.ok()) return;
    trouble_("the DHCP client cannot be started: " + std::string(started.message()));
  } else {
    trouble_("the DHCP client has ended");
  }
  const itimerspec later{.it_interval = {}, .it_value = {.tv_sec = kRestartSeconds, .tv_nsec = 0}};
  timerfd_settime(retry_.get(), 0, &later, nullptr);
}

}  // namespace phone::network
