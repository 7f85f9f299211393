// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/pc_port/eapol_relay.hpp"

#include <sys/socket.h>

#include <array>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "services/network_access/link/eapol_socket.hpp"
#include "services/network_access/link/run_tool.hpp"

namespace phone::network {
namespace {

using os::Descriptor;
using Port = EapolDispatcher::Port;

constexpr int kManyFrames = 64;
constexpr int kFewFrames = 8;
constexpr int kPcBuffer = 32 * 1024;             // bound for a flood
constexpr std::chrono::seconds kCountsEvery(1);  // changes of counts only are not published at once

}  // namespace

absl::Status EapolRelay::start() {
  absl::Status started;
  loop_.sync([&] { started = watch(); });
  return started;
}

absl::Status EapolRelay::watch() {
  auto port = NetlinkReader::open(names_.switch_port);
  if (!port.ok()) return port.status();
  const auto own = mac_of(port->facts().hardware_address);
  if (!own) return absl::NotFoundError(absl::StrCat("there is no network interface ", names_.switch_port));
  own_ = *own;
  if (auto made = make_ports(names_, own_); !made.ok()) return made;
  auto cable = NetlinkReader::open(names_.pc_port);
  if (!cable.ok()) return cable.status();
  cable_ = std::make_unique<NetlinkReader>(*std::move(cable));
  for (const auto& [socket, name, buffer] :
       {std::tuple(&switch_, names_.switch_port, 0), std::tuple(&pc_, names_.pc_port, kPcBuffer),
        std::tuple(&supplicant_, std::string(PortNames::kDispatcher), 0)}) {
    auto opened = open_eapol_socket(name, buffer);
    if (!opened.ok()) return opened.status();
    *socket = *std::move(opened);
  }
  dispatcher_.emplace(own_, true);
  const auto pass = [this](Port from, const Descriptor& socket, int most) {
    watches_.emplace_back(loop_, socket.get(), EPOLLIN, [this, from, &socket, most](std::uint32_t) {
      serve(from, socket, most);
      publish();
    });
  };
  pass(Port::kSupplicant, supplicant_, kManyFrames);
  pass(Port::kSwitch, switch_, kManyFrames);
  pass(Port::kPc, pc_, kFewFrames);
  watches_.emplace_back(loop_, cable_->fd(), EPOLLIN, [this](std::uint32_t) {
    watch_cable();
    publish();
  });
  loop_.post([this] { set_up_pc_port(); });  // takes its time
  return absl::OkStatus();
}

void EapolRelay::stop() {
  loop_.sync([this] {
    watches_.clear();
    next_counts_.cancel();
    dispatcher_.reset();
  });
}

void EapolRelay::apply(const PortPolicy& policy) {
  loop_.post([this, policy] {
    if (std::exchange(policy_, policy) != policy && dispatcher_) set_up_pc_port();
  });
}

void EapolRelay::set_up_pc_port() {
  dispatcher_->allow_pc(!policy_.pc_disabled);
  if (auto done = set_pc_port(names_, own_, policy_); !done.ok()) {
    // Better no PC port than one without its filters.
    dispatcher_->allow_pc(false);
    (void)run_tool({"ip", "link", "set", "dev", names_.pc_port, "down"});
    delegate_.tell("pc_port.trouble", absl::StrCat("The PC port is off: ", done.message()));
  } else {
    delegate_.tell("pc_port.changed", policy_.pc_disabled ? "The PC port is off" : "The PC port is on");
  }
  publish();
}

void EapolRelay::watch_cable() {
  const bool before = cable_->facts().up;
  cable_->read_changes();
  if (!before || cable_->facts().up) return;
  for (const auto& frame : dispatcher_->pc_gone()) {
    (void)send(switch_.get(), frame.data(), frame.size(), MSG_DONTWAIT);
    delegate_.tell("pc_port.logoff", "The PC was disconnected; EAPOL-Logoff was sent to the switch");
  }
}

void EapolRelay::serve(Port from, const Descriptor& socket, int most) {
  std::array<char, 2048> buffer;
  for (int served = 0; served < most; ++served) {
    const ssize_t got = recv(socket.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got < 0) return;
    const std::string_view frame(buffer.data(), static_cast<std::size_t>(got));
    const auto ways = dispatcher_->take(from, frame, std::chrono::steady_clock::now());
    if (ways.to_switch) (void)send(switch_.get(), frame.data(), frame.size(), MSG_DONTWAIT);
    if (ways.to_pc) (void)send(pc_.get(), frame.data(), frame.size(), MSG_DONTWAIT);
    if (ways.to_supplicant) (void)send(supplicant_.get(), frame.data(), frame.size(), MSG_DONTWAIT);
  }
}

void EapolRelay::publish() {
  PcPortFacts facts{
      .enabled = dispatcher_->pc_allowed(), .link_up = cable_->facts().up, .vlan_access = policy_.vlan_access};
  for (const auto& [mac, station] : dispatcher_->stations()) {
    facts.stations.push_back({text_of(mac), station.state == EapolDispatcher::Station::State::kAuthenticated});
  }
  const auto& counts = dispatcher_->counts();
  facts.frames_forwarded = counts.forwarded;
  facts.frames_refused = counts.malformed + counts.forged + counts.flooded + counts.strangers + counts.refused;
  // Frames come by the thousand in a flood: changes of counts are published once a second at most.
  const auto now = std::chrono::steady_clock::now();
  if (published_) {
    PcPortFacts same = facts;
    same.frames_forwarded = published_->frames_forwarded;
    same.frames_refused = published_->frames_refused;
    if (facts == *published_) return;
    if (same == *published_ && now < counts_due_) return next_counts_.expire_at(counts_due_);
  }
  counts_due_ = now + kCountsEvery;
  published_ = facts;
  delegate_.publish(std::move(facts));
}

}  // namespace phone::network
