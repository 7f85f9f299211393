// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/link/address_keeper.hpp"

#include <linux/ip.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/network_access/link/netlink_writer.hpp"

namespace phone::network {
namespace {

constexpr int kMostAtOnce = 64;  // datagrams one drain() reads

// What a step repairs, as shown to users; empty: nothing.
std::string repaired_by(const KernelStep& step) {
  if (const auto* address = std::get_if<AddAddress>(&step)) {
    return absl::StrCat("the address ", text_of_ipv4(address->address.address));
  }
  if (const auto* route = std::get_if<AddRoute>(&step)) return absl::StrCat("the route ", text_of(route->route));
  return {};
}

}  // namespace

AddressKeeper::AddressKeeper()
    : changes_(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE)) {
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV4_ROUTE;
  if (changes_ && bind(changes_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    changes_ = os::Descriptor();
  }
}

void AddressKeeper::use(const std::string& port) {
  if (port == port_) return;
  if (!port_.empty()) (void)want(std::nullopt);
  ours_.clear();
  port_ = port;
}

AddressKeeper::Outcome AddressKeeper::want(std::optional<WantedState> wanted) {
  const bool fresh = !(wanted_ == wanted);
  wanted_ = std::move(wanted);
  return reconcile(fresh);
}

AddressKeeper::Outcome AddressKeeper::look() {
  if (!wanted_) return {};
  return reconcile(false);
}

void AddressKeeper::drain() {
  std::array<char, 16 * 1024> ignored;
  // What does not fit, or was dropped (ENOBUFS), does not matter: everything is read again.
  for (int i = 0; i < kMostAtOnce && recv(changes_.get(), ignored.data(), ignored.size(), MSG_TRUNC) > 0; ++i) {
  }
}

AddressKeeper::Outcome AddressKeeper::reconcile(bool fresh) {
  Outcome outcome;
  const int index = static_cast<int>(if_nametoindex(port_.c_str()));
  if (index == 0) {
    outcome.there = !wanted_;
    if (wanted_) outcome.failures.push_back(absl::StrCat("there is no port ", port_));
    return outcome;
  }
  const auto now = kernel_state(index);
  if (!now.ok()) {
    outcome.failures.emplace_back(now.status().message());
    return outcome;
  }
  auto steps = plan(*now, wanted_, ours_, true);
  // By the kernel's rule a new address of the same network falls with the old one, unless secondaries are promoted.
  const bool exchange = std::any_of(steps.begin(), steps.end(),
                                    [](const KernelStep& step) { return std::holds_alternative<DeleteAddress>(step); });
  if (exchange && !set_inet(port_, {{IPV4_DEVCONF_PROMOTE_SECONDARIES, 1U}}).ok()) {
    steps = plan(*now, wanted_, ours_, false);
  }
  for (const KernelStep& step : steps) {
    const auto repaired = repaired_by(step);
    if (auto done = take_step(index, step); !done.ok()) {
      outcome.failures.emplace_back(done.message());
    } else if (!fresh && !repaired.empty()) {
      outcome.repaired.push_back(repaired);
    }
  }
  if (!wanted_) {
    ours_.clear();
    return outcome;
  }
  const auto after = kernel_state(index);
  if (!after.ok()) {
    outcome.failures.emplace_back(after.status().message());
    return outcome;
  }
  outcome.there =
      std::find(after->addresses.begin(), after->addresses.end(), wanted_->address) != after->addresses.end();
  ours_ = {wanted_->address.address};
  return outcome;
}

}  // namespace phone::network
