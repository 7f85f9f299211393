// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/link/link_driver.hpp"

#include <utility>

namespace phone::network {
namespace {

constexpr std::chrono::seconds kRestart(2);

}  // namespace

LinkDriver::LinkDriver(os::EventLoop& loop, Settings settings, std::function<void(LinkObservation)> seen,
                       std::function<void(std::string)> trouble)
    : loop_(loop),
      settings_(std::move(settings)),
      seen_(std::move(seen)),
      trouble_(std::move(trouble)),
      client_(
          loop, settings_.client, [this] { tell(); }, trouble_),
      port_(settings_.port),
      restart_(loop, [this] { keep_client(); }) {}

absl::Status LinkDriver::start() {
  absl::Status started;
  loop_.sync([&] { started = watch(); });
  return started;
}

absl::Status LinkDriver::watch() {
  auto reader = NetlinkReader::open(port_);
  if (!reader.ok()) return reader.status();
  netlink_ = std::make_unique<NetlinkReader>(std::move(*reader));
  if (!settings_.carrier.empty()) {
    auto carrier = NetlinkReader::open(settings_.carrier);
    if (!carrier.ok()) return carrier.status();
    carrier_ = std::make_unique<NetlinkReader>(std::move(*carrier));
  }
  started_ = true;
  tell();
  port_watch_.emplace(loop_, netlink_->fd(), EPOLLIN, [this](std::uint32_t) { port_changed(); });
  if (carrier_) carrier_watch_.emplace(loop_, carrier_->fd(), EPOLLIN, [this](std::uint32_t) { port_changed(); });
  keep_client();
  return absl::OkStatus();
}

void LinkDriver::stop() {
  loop_.sync([this] {
    started_ = false;
    restart_.cancel();
    for (auto* watch : {&port_watch_, &carrier_watch_}) watch->reset();
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
    if (mode_ == IpMode::kV6) client_.forget();
    keep_client();
    tell();
  });
}

// A port of the same name may be another one.
void LinkDriver::change_port(const std::string& wanted) {
  auto reader = NetlinkReader::open(wanted);
  if (!reader.ok()) return trouble_("the port's link cannot be monitored: " + std::string(reader.status().message()));
  port_watch_.reset();
  netlink_ = std::make_unique<NetlinkReader>(std::move(*reader));
  port_watch_.emplace(loop_, netlink_->fd(), EPOLLIN, [this](std::uint32_t) { port_changed(); });
  client_.forget();
  port_ = wanted;
  keep_client();
  tell();
}

void LinkDriver::port_changed() {
  const bool changed = netlink_->read_changes();
  if (!(carrier_ && carrier_->read_changes()) && !changed) return;
  keep_client();
  client_.link(up());
  tell();
}

void LinkDriver::tell() {
  if (!started_) return;
  LinkObservation seen{.link = netlink_->facts(),
                       .speed_megabits = speed_of(settings_.carrier.empty() ? settings_.port : settings_.carrier),
                       .lease = {},
                       .dhcp = client_.facts()};
  if (seen.dhcp.held) seen.lease = seen.dhcp.held->lease;
  seen.link.up = up();
  std::erase_if(seen.link.addresses, [&](const std::string& address) {
    const bool v6 = address.find(':') != std::string::npos;
    return mode_ == (v6 ? IpMode::kV4 : IpMode::kV6);
  });
  seen_(std::move(seen));
}

// A port that has come, or another one by its name, is tried at once, and again after a pause while it cannot be used.
void LinkDriver::keep_client() {
  const LinkFacts& port = netlink_->facts();
  const auto own = mac_of(port.hardware_address);
  if (!asks() || port.index == 0 || !own) return client_.stop();
  if (std::exchange(client_index_, port.index) != port.index) client_.stop();
  const auto started = client_.start(port_, *own, up());
  std::string trouble = started.ok() ? std::string() : std::string(started.message());
  if (!trouble.empty()) restart_.expire_in(kRestart);
  if (!trouble.empty() && trouble != client_trouble_) trouble_("the DHCP client could not be started: " + trouble);
  client_trouble_ = std::move(trouble);
}

}  // namespace phone::network
