// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/discovery/discovery_driver.hpp"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/log/log.hpp"
#include "services/network_access/discovery/lldp_frame.hpp"
#include "services/network_access/link/frame_filter.hpp"

namespace phone::network {
namespace {

using os::Descriptor;
using std::chrono::seconds;

constexpr seconds kLook(10);                           // lldpd reports changes; this is for those it misses
constexpr seconds kLookSoon(1);                        // while it is not there, or not yet as it should be
constexpr std::chrono::milliseconds kLooksApart(250);  // however often it reports changes
constexpr int kBuffer = 32 * 1024;                     // bound for a flood

// A socket that sends to a port, and hears the frames to a group address where `hears`.
absl::StatusOr<Descriptor> group_socket(const std::string& port, const Mac& address_of_group, bool hears) {
  const auto failure = [&] {
    return absl::UnavailableError(absl::StrCat("packets of ", port, ": ", std::strerror(errno)));
  };
  Descriptor socket(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const unsigned index = if_nametoindex(port.c_str());
  if (!socket || index == 0) return failure();
  FrameProgram to_the_group = only_to_group(address_of_group);
  const sock_fprog program{static_cast<unsigned short>(to_the_group.size()), to_the_group.data()};
  const int yes = 1;
  packet_mreq group{};
  group.mr_ifindex = static_cast<int>(index);
  group.mr_type = PACKET_MR_MULTICAST;
  group.mr_alen = static_cast<std::uint16_t>(address_of_group.size());
  std::copy(address_of_group.begin(), address_of_group.end(), group.mr_address);
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_ifindex = static_cast<int>(index);
  // All protocols and a filter, since a bridge takes frames away from a port before sockets of one protocol see them.
  address.sll_protocol = hears ? htons(ETH_P_ALL) : 0;
  const int fd = socket.get();
  if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) != 0 ||
      setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &yes, sizeof yes) != 0 ||
      setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &kBuffer, sizeof kBuffer) != 0 ||
      (hears && setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &group, sizeof group) != 0) ||
      bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return failure();
  }
  return socket;
}

}  // namespace

DiscoveryDriver::DiscoveryDriver(os::EventLoop& frames, Settings settings, const PortPolicy& policy, Delegate delegate)
    : settings_(std::move(settings)),
      delegate_(std::move(delegate)),
      wanted_(policy),
      policy_(policy),
      lldp_({.socket = settings_.lldp_socket,
             .switch_port = settings_.switch_port,
             .pc_port = settings_.pc_port,
             .name = settings_.self.device,
             .description = absl::StrCat(settings_.self.platform, ", ", settings_.self.software)}),
      vlan_(settings_.voice_vlan,
            {.entered =
                 [](VoiceVlan::State from, VoiceVlan::State to, std::string_view cause) {
                   log::debug("voice VLAN", {{"from", name_of(from)}, {"to", name_of(to)}, {"cause", cause}});
                 }}),
      voice_(frames, settings_.switch_port),
      due_(loop_, [this] { turn(); }) {}

absl::Status DiscoveryDriver::start() {
  auto cable = NetlinkReader::open(settings_.switch_port);
  if (!cable.ok()) return cable.status();
  cable_ = std::make_unique<NetlinkReader>(*std::move(cable));
  // A predecessor's voice VLAN is in force before anything else is said or heard: a call may be in it.
  settle(std::chrono::steady_clock::now());
  cable_watch_.emplace(loop_, cable_->fd(), EPOLLIN, [this](std::uint32_t) {
    cable_->read_changes();
    turn();
  });
  loop_.post([this] { turn(); });
  loop_.start("neighbours");
  return absl::OkStatus();
}

void DiscoveryDriver::stop() {
  loop_.stop();
  loop_.sync([] {});  // it has ended
}

void DiscoveryDriver::apply(const PortPolicy& policy) {
  loop_.post([this, policy] {
    wanted_ = policy;
    if (cable_) turn();
  });
}

void DiscoveryDriver::turn() {
  const Time now = std::chrono::steady_clock::now();
  follow_policy(now);
  if (link() && !std::exchange(had_link_, true)) {
    // The voice VLAN stays in force meanwhile; the first speaker on the new link is the switch.
    cdp_.forget();
    introductions_.restart(now);
    next_look_ = now;
  }
  had_link_ = link();
  listen(now);
  cdp_.expire(now);
  if (introductions_.take(now)) introduce();
  if (now >= next_look_) look_at_lldp(now);
  settle(now);
  watch();
}

// Sockets come and go in a turn.
void DiscoveryDriver::watch() {
  const Time now = std::chrono::steady_clock::now();
  const bool flooded = frames_.exhausted(now);
  const bool looks = now >= looked_ + kLooksApart;
  if (switch_ && !switch_watch_) {
    switch_watch_.emplace(loop_, switch_.get(), EPOLLIN, [this](std::uint32_t) { turn(); });
  }
  if (switch_watch_) switch_watch_->want(flooded ? std::uint32_t{0} : EPOLLIN);
  if (lldp_frames_ && !lldp_frames_watch_) {
    lldp_frames_watch_.emplace(loop_, lldp_frames_.get(), EPOLLIN, [this](std::uint32_t) { turn(); });
  }
  if (lldp_frames_watch_) lldp_frames_watch_->want(flooded ? std::uint32_t{0} : EPOLLIN);
  if (lldp_.fd() >= 0 && !lldp_watch_) {
    lldp_watch_.emplace(loop_, lldp_.fd(), EPOLLIN, [this](std::uint32_t) {
      next_look_ = std::chrono::steady_clock::now();
      turn();
    });
  }
  if (lldp_watch_) lldp_watch_->want(looks ? EPOLLIN : std::uint32_t{0});
  due_.expire_at(next(now));
}

DiscoveryDriver::Time DiscoveryDriver::next(Time now) const {
  Time until = std::min(introductions_.next(), next_look_);
  if (frames_.exhausted(now)) until = std::min(until, frames_.end());
  if (now < looked_ + kLooksApart) until = std::min(until, looked_ + kLooksApart);
  for (const auto& other : {cdp_.next(), vlan_.next()}) {
    if (other) until = std::min(until, *other);
  }
  return until;
}

void DiscoveryDriver::follow_policy(Time now) {
  const DiscoveryPolicy before = policy_.discovery;
  const DiscoveryPolicy& now_wanted = wanted_.discovery;
  // Neighbours that get no more announcements forget us at once.
  if (before.cdp_switch && !now_wanted.cdp_switch) say(switch_, settings_.switch_port, true);
  if (before.cdp_pc && !now_wanted.cdp_pc) say(pc_, settings_.pc_port, true);
  policy_ = wanted_;
  if (!(before == now_wanted)) {
    introductions_.restart(now);
    next_look_ = now;
  }
  if (!now_wanted.cdp_switch) {
    switch_watch_.reset();
    switch_.close();
    cdp_.forget();
  }
  if (!now_wanted.cdp_pc) pc_.close();
  if (!now_wanted.lldp_switch) {
    lldp_frames_watch_.reset();
    lldp_frames_.close();
  }
}

void DiscoveryDriver::introduce() {
  if (!link()) return;
  const auto open = [&](Descriptor& socket, const std::string& port, bool hears) {
    if (socket) return;
    if (auto opened = group_socket(port, kCdpGroup, hears); opened.ok()) socket = *std::move(opened);
  };
  if (policy_.discovery.cdp_switch) {
    open(switch_, settings_.switch_port, true);
    say(switch_, settings_.switch_port, false);
  }
  if (policy_.discovery.lldp_switch && !lldp_frames_) {
    // Only to look at: lldpd is the one that reads them.
    if (auto opened = group_socket(settings_.switch_port, kLldpGroup, true); opened.ok())
      lldp_frames_ = *std::move(opened);
  }
  if (policy_.discovery.cdp_pc && !settings_.pc_port.empty()) {
    open(pc_, settings_.pc_port, false);
    say(pc_, settings_.pc_port, false);
  }
}

void DiscoveryDriver::say(const Descriptor& socket, const std::string& port, bool leaving) {
  if (!socket) return;
  CdpSelf self = settings_.self;
  self.two_ports = !settings_.pc_port.empty();
  if (port == settings_.pc_port) self.port = "Port 2";
  const std::string frame = cdp_frame(self, leaving);
  (void)send(socket.get(), frame.data(), frame.size(), MSG_DONTWAIT);
}

void DiscoveryDriver::listen(Time now) {
  listen_to_lldp(now);
  if (!switch_) return;
  std::array<char, 2048> buffer;
  while (!frames_.exhausted(now)) {
    const ssize_t got = recv(switch_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got < 0) return;
    frames_.take(now);
    const auto said = parse_cdp({buffer.data(), static_cast<std::size_t>(got)});
    if (said.ok() && said->source != settings_.self.source) cdp_.hear(*said, now);
    if (absl::IsInvalidArgument(said.status())) set_aside(absl::StrCat("CDP: ", said.status().message()), now);
  }
}

void DiscoveryDriver::listen_to_lldp(Time now) {
  if (!lldp_frames_) return;
  std::array<char, 2048> buffer;
  while (!frames_.exhausted(now)) {
    const ssize_t got = recv(lldp_frames_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got < 0) return;
    frames_.take(now);
    const std::string_view fault = lldp_fault({buffer.data(), static_cast<std::size_t>(got)});
    if (!fault.empty()) set_aside(absl::StrCat("LLDP: ", std::string(fault)), now);
  }
}

void DiscoveryDriver::set_aside(std::string reason, Time now) {
  if (set_aside_.take(reason, now)) {
    delegate_.tell("neighbour.frame_set_aside", absl::StrCat("A frame on the switch port was set aside. ", reason));
  }
}

void DiscoveryDriver::look_at_lldp(Time now) {
  looked_ = now;
  lldp_watch_.reset();  // it may connect anew
  auto found = lldp_.look(policy_.discovery);
  next_look_ = now + (found.ok() && lldp_.settled() ? kLook : kLookSoon);
  if (found.ok()) {
    lldp_neighbour_ = *std::move(found);
    lldp_last_ = now;
    // For another reason than those that lldp_fault() knows.
    if (lldp_.discarded()) set_aside("LLDP: lldpd discarded a frame", now);
  } else if (now > lldp_last_ + VoiceVlan::kSilence) {
    lldp_neighbour_.reset();  // until then lldpd may be restarting, and its last report holds
  }
}

void DiscoveryDriver::settle(Time now) {
  LinkLearned learned{.lldp_daemon = lldp_.fd() >= 0, .set_aside = set_aside_.last()};
  if (link()) learned.neighbour = join(cdp_.neighbour(), lldp_neighbour_);
  learned.voice_vlan = vlan_.decide(policy_.voice_vlan, link(), learned.neighbour, now);
  if (published_ == learned) return;
  if (!published_ || published_->voice_vlan != learned.voice_vlan) {
    if (auto made = voice_.set(learned.voice_vlan, settings_.self.source); !made.ok()) {
      delegate_.tell("voice_vlan.trouble",
                     absl::StrCat("Voice VLAN ", learned.voice_vlan, " cannot be used: ", made.message()));
      learned.voice_vlan = 0;
    }
    delegate_.use(learned.voice_vlan == 0 ? "" : VoiceVlanTagger::kName);
    if (published_ || learned.voice_vlan != 0) {
      delegate_.tell("voice_vlan.changed", learned.voice_vlan == 0
                                               ? std::string("The phone uses the native VLAN")
                                               : absl::StrCat("The phone uses voice VLAN ", learned.voice_vlan));
    }
  }
  published_ = learned;
  delegate_.publish(learned);
}

}  // namespace phone::network
