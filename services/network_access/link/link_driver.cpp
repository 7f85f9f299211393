// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/link/link_driver.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "common/flash/file.hpp"
#include "services/network_access/link/run_tool.hpp"

namespace phone::network {
namespace {

using os::Descriptor;

constexpr std::chrono::seconds kRestart(2);

}  // namespace

LinkDriver::LinkDriver(os::EventLoop& loop, Settings settings, std::function<void(LinkObservation)> seen,
                       std::function<void(std::string)> trouble)
    : loop_(loop),
      settings_(std::move(settings)),
      seen_(std::move(seen)),
      trouble_(std::move(trouble)),
      client_(settings_.client),
      port_(settings_.port),
      restart_(loop, [this] { keep_client(false); }) {}

absl::Status LinkDriver::start() {
  absl::Status started;
  loop_.sync([&] { started = watch(); });
  return started;
}

absl::Status LinkDriver::watch() {
  client_.use(port_);
  auto reader = NetlinkReader::open(port_);
  if (!reader.ok()) return reader.status();
  netlink_ = std::make_unique<NetlinkReader>(std::move(*reader));
  if (!settings_.carrier.empty()) {
    auto carrier = NetlinkReader::open(settings_.carrier);
    if (!carrier.ok()) return carrier.status();
    carrier_ = std::make_unique<NetlinkReader>(std::move(*carrier));
  }
  inotify_ = Descriptor(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (!inotify_) return absl::UnavailableError(std::string("inotify: ") + std::strerror(errno));
  if (settings_.dhcp) {
    const auto directory = settings_.lease_file.parent_path();
    if (inotify_add_watch(inotify_.get(), directory.c_str(), IN_MOVED_TO | IN_DELETE) < 0) {
      return absl::UnavailableError("watching " + directory.string() + ": " + std::strerror(errno));
    }
    read_lease();
  }
  started_ = true;
  tell();
  port_watch_.emplace(loop_, netlink_->fd(), EPOLLIN, [this](std::uint32_t) { port_changed(); });
  if (carrier_) carrier_watch_.emplace(loop_, carrier_->fd(), EPOLLIN, [this](std::uint32_t) { port_changed(); });
  lease_watch_.emplace(loop_, inotify_.get(), EPOLLIN, [this](std::uint32_t) { lease_changed(); });
  keep_client(false);
  return absl::OkStatus();
}

void LinkDriver::stop() {
  loop_.sync([this] {
    started_ = false;
    restart_.cancel();
    for (auto* watch : {&port_watch_, &carrier_watch_, &lease_watch_, &client_watch_}) watch->reset();
    client_.stop();
  });
}

void LinkDriver::use(const std::string& port) {
  loop_.post([this, wanted = port.empty() ? settings_.port : port] {
    if (started_) return change_port(wanted);
    port_ = wanted;
  });
}

void LinkDriver::allow(IpMode mode) {
  loop_.post([this, mode] {
    if (std::exchange(mode_, mode) == mode || !started_) return;
    if (mode_ == IpMode::kV6) forget_lease();
    keep_client(false);
    tell();
  });
}

// Removes the port's DHCP addresses with the lease. A VLAN's port that is gone has taken its addresses with it.
void LinkDriver::forget_lease() {
  if (!settings_.dhcp) return;
  client_watch_.reset();
  client_.stop();
  (void)run_tool({"ip", "-4", "address", "flush", "dev", port_, "scope", "global"});
  std::error_code ignored;
  std::filesystem::remove(settings_.lease_file, ignored);
  lease_.reset();
}

// A port of the same name may be another one.
void LinkDriver::change_port(const std::string& wanted) {
  auto reader = NetlinkReader::open(wanted);
  if (!reader.ok()) return trouble_("the port's link cannot be monitored: " + std::string(reader.status().message()));
  port_watch_.reset();
  netlink_ = std::make_unique<NetlinkReader>(std::move(*reader));
  port_watch_.emplace(loop_, netlink_->fd(), EPOLLIN, [this](std::uint32_t) { port_changed(); });
  forget_lease();
  port_ = wanted;
  client_.use(port_);
  keep_client(false);
  tell();
}

void LinkDriver::port_changed() {
  const bool was_up = up();
  const bool changed = netlink_->read_changes();
  if (!(carrier_ && carrier_->read_changes()) && !changed) return;
  if (!was_up && up()) client_.renew();
  tell();
}

void LinkDriver::lease_changed() {
  std::array<char, 4096> ignored;
  while (read(inotify_.get(), ignored.data(), ignored.size()) > 0) {
  }
  const auto before = lease_;
  read_lease();
  if (lease_ != before) tell();
}

void LinkDriver::tell() {
  LinkObservation seen{.link = netlink_->facts(),
                       .speed_megabits = speed_of(settings_.carrier.empty() ? settings_.port : settings_.carrier),
                       .lease = lease_};
  seen.link.up = up();
  std::erase_if(seen.link.addresses, [&](const std::string& address) {
    const bool v6 = address.find(':') != std::string::npos;
    return mode_ == (v6 ? IpMode::kV4 : IpMode::kV6);
  });
  seen_(std::move(seen));
}

void LinkDriver::read_lease() {
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
    for (const auto& one : lease->left_out) trouble_("ignored in the DHCP lease: " + one);
  }
  lease_ = std::move(*lease);
}

// Its end.
void LinkDriver::watch_client() {
  client_watch_.reset();
  if (client_.fd() < 0) return;
  client_watch_.emplace(loop_, client_.fd(), EPOLLIN, [this](std::uint32_t) {
    client_watch_.reset();
    client_.reap();
    keep_client(true);
  });
}

void LinkDriver::keep_client(bool ended) {
  if (!asks()) return;
  if (!ended) {
    const auto started = client_.start();
    watch_client();
    if (started.ok()) return;
    trouble_("the DHCP client could not be started: " + std::string(started.message()));
  } else {
    trouble_("the DHCP client exited");
  }
  restart_.expire_in(kRestart);
}

}  // namespace phone::network
