// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/link/dhcp_client.hpp"

#include <sys/random.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/flash/file.hpp"
#include "common/flash/state_file.hpp"
#include "common/log/log.hpp"
#include "services/network_access/link/lease_file.hpp"
#include "services/network_access/link/provisioning_server.hpp"

namespace phone::network {
namespace {

constexpr std::chrono::milliseconds kLookAgain(1000);  // at what the kernel refused
constexpr std::chrono::milliseconds kSettled(20);      // after the kernel's changes, which come in groups

SteadyTime now() { return std::chrono::steady_clock::now(); }

}  // namespace

DhcpClient::DhcpClient(os::EventLoop& loop, Settings settings, std::function<void()> changed,
                       std::function<void(std::string)> trouble)
    : loop_(loop),
      settings_(std::move(settings)),
      changed_(std::move(changed)),
      trouble_(std::move(trouble)),
      due_(loop, [this] { turn(); }),
      look_(loop, [this] {
        look_pending_ = false;
        keep(keeper_.look());
      }) {}

absl::Status DhcpClient::start(const std::string& port, const Mac& own, bool link) {
  if (running() && port == port_ && own == own_) return absl::OkStatus();
  stop();
  if (auto opened = sockets_.open(port); !opened.ok()) return opened;
  port_ = port;
  own_ = own;
  keeper_.use(port);
  machine_.emplace(static_cast<DhcpPort&>(*this),
                   DhcpMachine::Settings{.own = own, .needs_servers = settings_.needs_servers});
  dhcp_watch_.emplace(loop_, sockets_.dhcp_fd(), EPOLLIN, [this](std::uint32_t) { read_dhcp(); });
  arp_watch_.emplace(loop_, sockets_.arp_fd(), EPOLLIN, [this](std::uint32_t) { read_arp(); });
  if (keeper_.fd() >= 0) {
    kernel_watch_.emplace(loop_, keeper_.fd(), EPOLLIN, [this](std::uint32_t) { kernel_changed(); });
  }
  std::optional<KeptLease> kept;
  const auto read = [&](const std::filesystem::path& file) {
    if (kept || file.empty()) return;
    if (const auto bytes = flash::read_state(file, kMaxLeaseBytes)) kept = decode_lease(*bytes, port);
    // Of another boot, or a clock that began anew.
    if (kept && kept->held.obtained > now()) kept->held.obtained = SteadyTime{};
  };
  read(settings_.lease_file);
  const bool in_force = kept && kept->held.obtained != SteadyTime{} && now() < kept->held.end();
  read(settings_.memory_file);
  remembered_ = kept ? kept->held.acknowledgement.yours : 0;
  std::optional<HeldLease> before;
  if (kept) {
    for (const Ipv4 address : {kept->before, remembered_}) keeper_.had(address);
    before = std::move(kept->held);
  }
  machine_->start(before, in_force, link, now());
  if (in_force) {
    keep(keeper_.want(wanted_by(before->lease)));
  } else {
    keep(keeper_.want(std::nullopt));  // what an expired lease has left
  }
  settle();
  return absl::OkStatus();
}

void DhcpClient::stop() {
  due_.cancel();
  look_.cancel();
  look_pending_ = false;
  for (auto* watch : {&dhcp_watch_, &arp_watch_, &kernel_watch_}) watch->reset();
  sockets_.close();
  machine_.reset();
  facts_ = {};
}

void DhcpClient::forget() {
  if (machine_) {
    (void)keeper_.want(std::nullopt);
    for (const auto& file : {settings_.lease_file, settings_.memory_file}) {
      if (!file.empty()) (void)flash::remove(file);
    }
  }
  stop();
}

void DhcpClient::link(bool up) {
  if (!machine_) return;
  machine_->link(up, now());
  settle();
}

void DhcpClient::send(const DhcpMessage& message, Ipv4 to) { say_failure(sockets_.send(message, to)); }
void DhcpClient::send(const ArpPacket& packet) { say_failure(sockets_.send(packet)); }

// Said once, and again after a success in between.
void DhcpClient::say_failure(const absl::Status& status) {
  std::string text = status.ok() ? std::string() : std::string(status.message());
  if (!text.empty() && text != send_failure_) trouble_(absl::StrCat("a DHCP message could not be sent: ", text));
  send_failure_ = std::move(text);
}

// The file comes first: whatever follows, a successor knows of both addresses.
void DhcpClient::hold(const HeldLease& held) {
  keep_files(held);
  keep(keeper_.want(wanted_by(held.lease)));
  if (held.lease.left_out == left_out_) return;
  left_out_ = held.lease.left_out;
  for (const auto& one : left_out_) trouble_(absl::StrCat("ignored in the DHCP lease: ", one));
}

void DhcpClient::keep_files(const HeldLease& held) {
  const Ipv4 address = held.acknowledgement.yours;
  const std::string bytes =
      encode(KeptLease{.port = port_, .before = facts_.held ? facts_.held->acknowledgement.yours : 0, .held = held});
  if (auto kept = flash::write_state(settings_.lease_file, bytes); !kept.ok()) {
    log::error("the DHCP lease could not be saved", {{"reason", std::string(kept.message())}});
  }
  // Flash wears: only what is asked for after a reboot counts there.
  if (settings_.memory_file.empty() || remembered_ == address) return;
  if (flash::write_state(settings_.memory_file, bytes).ok()) remembered_ = address;
}

void DhcpClient::release() {
  trouble_(absl::StrCat("the DHCP lease has ended: ", machine_->story().steps().back().text));
  (void)flash::remove(settings_.lease_file);
  keep(keeper_.want(std::nullopt));
}

std::uint32_t DhcpClient::random() {
  std::uint32_t value = 0;
  (void)!getrandom(&value, sizeof value, 0);
  return value;
}

void DhcpClient::read_dhcp() {
  for (const auto& message : sockets_.read_dhcp()) machine_->received(message, now());
  settle();
}

void DhcpClient::read_arp() {
  for (const auto& packet : sockets_.read_arp()) machine_->received(packet, now());
  settle();
}

void DhcpClient::kernel_changed() {
  keeper_.drain();
  // Not put off by changes without end.
  if (!std::exchange(look_pending_, true)) look_.expire_in(kSettled);
}

// What the kernel made of the lease's address and routes.
void DhcpClient::keep(const AddressKeeper::Outcome& outcome) {
  if (!machine_) return;
  const auto& held = machine_->held();
  const std::string address = held ? held->lease.address : "";
  if (!outcome.repaired.empty()) {
    const std::string what = absl::StrJoin(outcome.repaired, ", ");
    machine_->note(DhcpStepKind::kMissing, absl::StrCat("the lease is in force, but ", what, " was gone; set again"),
                   now(), "", address);
    trouble_(absl::StrCat("the kernel had lost ", what, " though the DHCP lease is in force; it was set again"));
  }
  for (const auto& one : outcome.failures) {
    if (std::find(failures_.begin(), failures_.end(), one) != failures_.end()) continue;
    machine_->note(DhcpStepKind::kFailed, one, now(), "", address);
    trouble_(absl::StrCat("the DHCP lease could not be applied: ", one));
  }
  if (!failures_.empty() && outcome.failures.empty()) {
    machine_->note(DhcpStepKind::kRepaired, "the lease is applied completely", now(), "", address);
  }
  failures_ = outcome.failures;
  address_there_ = outcome.there;
  if ((!outcome.failures.empty() || !outcome.there) && !std::exchange(look_pending_, true)) look_.expire_in(kLookAgain);
  settle();
}

void DhcpClient::turn() {
  machine_->turn(now());
  settle();
}

// After anything that the machine was told.
void DhcpClient::settle() {
  if (!machine_) return;
  sockets_.listen_for(machine_->checking(), machine_->held() ? machine_->held()->acknowledgement.yours : 0);
  const SteadyTime due = machine_->due();
  due == SteadyTime::max() ? due_.cancel() : due_.expire_at(due);
  const auto& held = machine_->held();
  DhcpFacts facts{.state = lease_state(machine_->state(), held, address_there_),
                  .held = held,
                  .missing_options = held ? missing_options(held->lease) : std::vector<std::string>(),
                  .failures = failures_,
                  .story = machine_->story().steps()};
  if (facts == facts_) return;
  facts_ = std::move(facts);
  changed_();
}

}  // namespace phone::network
