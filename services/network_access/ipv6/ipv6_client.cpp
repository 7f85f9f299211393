// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/ipv6/ipv6_client.hpp"

#include <net/if.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/network_access/link/netlink_writer.hpp"

namespace phone::network {
namespace {

constexpr std::chrono::seconds kOpenAgain(2);
constexpr unsigned kMostUnsent = 3;  // in a row, before it is said

SteadyTime steady_now() { return std::chrono::steady_clock::now(); }

}  // namespace

Ipv6Client::Ipv6Client(os::EventLoop& loop, std::function<void(Ipv6Facts)> changed,
                       std::function<void(std::string)> trouble)
    : loop_(loop), changed_(std::move(changed)), trouble_(std::move(trouble)), due_(loop, [this] { turn(); }) {}

void Ipv6Client::see(const LinkFacts& link) {
  const bool came_back = link.up && !link_.up && link.index == index_;
  link_ = link;
  keep();
  if (index_ == 0 || !dhcp_) return;
  if (came_back) {
    routers_.start(steady_now());  // it may be another network
    dhcp_->link_up(steady_now());
  }
  const auto& held = dhcp_->held();
  if (held && held->lease.address) {
    const std::string address = text_of(*held->lease.address);
    const auto& taken = link.conflicting;
    if (std::find(taken.begin(), taken.end(), address) != taken.end())
      dhcp_->conflict(*held->lease.address, steady_now());
  }
  settle();
}

void Ipv6Client::allow(IpMode mode) {
  loop_.post([this, mode] {
    if (std::exchange(mode_, mode) == mode || stopped_) return;
    if (mode_ == IpMode::kV4 && dhcp_ && dhcp_->held() && dhcp_->held()->lease.address) {
      release(*dhcp_->held()->lease.address);
    }
    keep();
    settle();
  });
}

void Ipv6Client::stop() {
  loop_.sync([this] {
    stopped_ = true;
    due_.cancel();
    close();
  });
}

// Open on the port that there is, as long as IPv6 is allowed.
void Ipv6Client::keep() {
  if (stopped_) return;
  const auto own = mac_of(link_.hardware_address);
  const bool wanted = mode_ != IpMode::kV4 && link_.index != 0 && own;
  if (wanted && index_ == link_.index && own_ == *own) return;
  // The addresses of the phone are on another port now, in its voice VLAN say: a lease of the old one ends.
  if (index_ != 0 && link_.index != 0 && index_ != link_.index && dhcp_->held() && dhcp_->held()->lease.address) {
    release(*dhcp_->held()->lease.address);
  }
  close();
  if (!wanted) return;
  own_ = *own;
  open();
}

void Ipv6Client::open() {
  std::array<char, IF_NAMESIZE> name{};
  const auto index = static_cast<unsigned>(link_.index);
  port_ = if_indextoname(index, name.data()) == nullptr ? std::string() : std::string(name.data());
  const absl::Status opened =
      port_.empty() ? absl::UnavailableError("the port is gone") : sockets_.open(port_, link_.index);
  say(open_failure_, opened, "IPv6 could not be started");
  if (!opened.ok()) return due_.expire_in(kOpenAgain);
  index_ = link_.index;
  dhcp_.emplace(static_cast<Dhcp6Port&>(*this), duid_of(own_));
  routers_.start(steady_now());
  routers_watch_.emplace(loop_, sockets_.routers_fd(), EPOLLIN, [this](std::uint32_t) { read_routers(); });
  dhcp_watch_.emplace(loop_, sockets_.dhcp_fd(), EPOLLIN, [this](std::uint32_t) { read_dhcp(); });
}

void Ipv6Client::close() {
  for (auto* watch : {&routers_watch_, &dhcp_watch_}) watch->reset();
  sockets_.close();
  routers_.stop();
  dhcp_.reset();
  index_ = 0;
}

// Questions are repeated: the first ones may find the port's own address under detection still (RFC 4862).
void Ipv6Client::send(const Dhcp6Message& message) {
  const auto sent = sockets_.send(message);
  unsent_ = sent.ok() ? 0 : unsent_ + 1;
  if (unsent_ == 0 || unsent_ >= kMostUnsent) say(send_failure_, sent, "a DHCPv6 message could not be sent");
}

void Ipv6Client::hold(const Held6& held) {
  if (!held.lease.address) return;
  say(kernel_failure_, set_address6(index_, *held.lease.address, held.lease.preferred, held.lease.valid),
      "the DHCPv6 lease could not be applied");
}

void Ipv6Client::release(const Ipv6& address) {
  say(kernel_failure_, remove_address6(index_, address), "the DHCPv6 lease could not be taken away");
}

std::uint32_t Ipv6Client::random() {
  std::uint32_t value = 0;
  (void)!getrandom(&value, sizeof value, 0);
  return value;
}

// Said once, and again after a success in between.
void Ipv6Client::say(std::string& last, const absl::Status& status, const std::string& what) {
  std::string text = status.ok() ? std::string() : absl::StrCat(what, ": ", status.message());
  if (!text.empty() && text != last) trouble_(text);
  last = std::move(text);
}

void Ipv6Client::read_routers() {
  for (const auto& [router, said] : sockets_.read_routers()) {
    if (routers_.received(router, said, steady_now())) follow_routers();
  }
  settle();
}

void Ipv6Client::read_dhcp() {
  for (const auto& message : sockets_.read_dhcp()) dhcp_->received(message, steady_now());
  settle();
}

// While no router is heard, what the last one said stays.
void Ipv6Client::follow_routers() {
  if (!routers_.heard()) return;
  dhcp_->want(routers_.managed() ? Dhcp6Wish::kAddress
              : routers_.other() ? Dhcp6Wish::kSettings
                                 : Dhcp6Wish::kNothing,
              steady_now());
}

void Ipv6Client::turn() {
  if (index_ == 0) {
    keep();
  } else {
    const auto due = routers_.turn(steady_now());
    if (due.ask && link_.up) (void)sockets_.ask_routers(own_);
    if (due.changed) follow_routers();
    if (link_.up) dhcp_->turn(steady_now());
  }
  settle();
}

// After anything that the machines were told.
void Ipv6Client::settle() {
  if (stopped_) return;
  Ipv6Facts facts;
  if (index_ != 0) {
    const SteadyTime due = std::min(routers_.due(), link_.up ? dhcp_->due() : SteadyTime::max());
    due == SteadyTime::max() ? due_.cancel() : due_.expire_at(due);
    facts = ipv6_facts(routers_, *dhcp_, link_.up, port_, steady_now());
    facts.conflicting = link_.conflicting;
  }
  if (facts == facts_) return;
  facts_ = facts;
  changed_(std::move(facts));
}

}  // namespace phone::network
