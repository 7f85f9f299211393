#include "services/network_access/link_neighbours.hpp"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/network_access/frame_filter.hpp"

namespace phone::network {
namespace {

using os::Descriptor;
using std::chrono::seconds;

constexpr seconds kPeriod(60);                         // between two CDP frames, as everybody has it
constexpr int kQuickOnes = 3;                          // after a link has come up, a second apart
constexpr seconds kLook(10);                           // lldpd tells of changes; this is for what it forgot
constexpr seconds kLookSoon(1);                        // while it is not there, or not yet as it should be
constexpr std::chrono::milliseconds kLooksApart(250);  // however often it tells of changes
constexpr int kBuffer = 32 * 1024;                     // what a flood may fill

// A socket that sends to a port, and hears the frames to CDP's group address where `hears`.
absl::StatusOr<Descriptor> cdp_socket(const std::string& port, bool hears) {
  const auto failure = [&] {
    return absl::UnavailableError(absl::StrCat("packets of ", port, ": ", std::strerror(errno)));
  };
  Descriptor socket(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const unsigned index = if_nametoindex(port.c_str());
  if (!socket || index == 0) return failure();
  FrameProgram to_the_group = to_group_alone(kCdpGroup);
  const sock_fprog program{static_cast<unsigned short>(to_the_group.size()), to_the_group.data()};
  const int yes = 1;
  packet_mreq group{};
  group.mr_ifindex = static_cast<int>(index);
  group.mr_type = PACKET_MR_MULTICAST;
  group.mr_alen = static_cast<std::uint16_t>(kCdpGroup.size());
  std::copy(kCdpGroup.begin(), kCdpGroup.end(), group.mr_address);
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

LinkNeighbours::LinkNeighbours(Settings settings, const PortPolicy& policy, Hands hands)
    : settings_(std::move(settings)),
      hands_(std::move(hands)),
      wanted_(policy),
      policy_(policy),
      lldp_({.socket = settings_.lldp_socket,
             .switch_port = settings_.switch_port,
             .pc_port = settings_.pc_port,
             .name = settings_.self.device,
             .description = absl::StrCat(settings_.self.platform, ", ", settings_.self.software)}),
      vlan_(settings_.voice_vlan),
      voice_(settings_.switch_port) {}

absl::Status LinkNeighbours::start() {
  auto cable = NetlinkReader::open(settings_.switch_port);
  if (!cable.ok()) return cable.status();
  cable_ = std::make_unique<NetlinkReader>(*std::move(cable));
  wake_ = Descriptor(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake_) return absl::UnavailableError("eventfd");
  // A predecessor's voice VLAN is in force before anything else is said or heard: a call may be in it.
  settle(std::chrono::steady_clock::now());
  thread_ = std::thread([this] { run(); });
  pthread_setname_np(thread_.native_handle(), "neighbours");
  return absl::OkStatus();
}

void LinkNeighbours::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  if (!thread_.joinable()) return;
  eventfd_write(wake_.get(), 1);
  thread_.join();
}

void LinkNeighbours::apply(const PortPolicy& policy) {
  const std::lock_guard lock(mutex_);
  if (wanted_ == policy) return;
  wanted_ = policy;
  if (wake_) eventfd_write(wake_.get(), 1);
}

void LinkNeighbours::run() {
  bool had_link = false;
  for (;;) {
    const Time now = std::chrono::steady_clock::now();
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
    }
    follow_policy(now);
    if (link() && !std::exchange(had_link, true)) {
      // The voice VLAN is held meanwhile; whose word counts is decided anew.
      cdp_.forget();
      quick_ = kQuickOnes;
      next_introduction_ = next_look_ = now;
    }
    had_link = link();
    listen(now);
    cdp_.expire(now);
    if (now >= next_introduction_) introduce(now);
    if (now >= next_look_) look_at_lldp(now);
    settle(now);
    const bool flooded = frames_.exhausted(now);
    const bool looks = now >= looked_ + kLooksApart;
    std::array<pollfd, 4> waiting{pollfd{wake_.get(), POLLIN, 0}, pollfd{cable_->fd(), POLLIN, 0},
                                  pollfd{flooded ? -1 : switch_.get(), POLLIN, 0},
                                  pollfd{looks ? lldp_.fd() : -1, POLLIN, 0}};
    if (poll(waiting.data(), waiting.size(), patience(std::chrono::steady_clock::now())) < 0 && errno != EINTR) return;
    eventfd_t ignored = 0;
    if (waiting[0].revents != 0) eventfd_read(wake_.get(), &ignored);
    if (waiting[1].revents != 0) cable_->read_changes();
    if (waiting[3].revents != 0) next_look_ = now;
  }
}

int LinkNeighbours::patience(Time now) const {
  Time until = std::min(next_introduction_, next_look_);
  if (frames_.exhausted(now)) until = std::min(until, frames_.end());
  if (now < looked_ + kLooksApart) until = std::min(until, looked_ + kLooksApart);
  for (const auto& other : {cdp_.next(), vlan_.next()}) {
    if (other) until = std::min(until, *other);
  }
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - now).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 60000));
}

void LinkNeighbours::follow_policy(Time now) {
  PortPolicy wanted;
  {
    const std::lock_guard lock(mutex_);
    wanted = wanted_;
  }
  const DiscoveryPolicy before = policy_.discovery;
  const DiscoveryPolicy& now_wanted = wanted.discovery;
  // Whom we no longer speak to is told so.
  if (before.cdp_switch && !now_wanted.cdp_switch) say(switch_, settings_.switch_port, true);
  if (before.cdp_pc && !now_wanted.cdp_pc) say(pc_, settings_.pc_port, true);
  policy_ = wanted;
  if (!(before == now_wanted)) {
    quick_ = kQuickOnes;
    next_introduction_ = next_look_ = now;
  }
  if (!now_wanted.cdp_switch) {
    switch_.close();
    cdp_.forget();
  }
  if (!now_wanted.cdp_pc) pc_.close();
}

void LinkNeighbours::introduce(Time now) {
  const bool quickly = quick_ > 0;
  if (quickly) --quick_;
  next_introduction_ = now + (quick_ > 0 ? seconds(1) : kPeriod);
  if (!link()) return;
  const auto open = [&](Descriptor& socket, const std::string& port, bool hears) {
    if (socket) return;
    if (auto opened = cdp_socket(port, hears); opened.ok()) socket = *std::move(opened);
  };
  if (policy_.discovery.cdp_switch) {
    open(switch_, settings_.switch_port, true);
    say(switch_, settings_.switch_port, false);
  }
  if (policy_.discovery.cdp_pc && !settings_.pc_port.empty()) {
    open(pc_, settings_.pc_port, false);
    say(pc_, settings_.pc_port, false);
  }
}

void LinkNeighbours::say(const Descriptor& socket, const std::string& port, bool leaving) {
  if (!socket) return;
  CdpSelf self = settings_.self;
  self.two_ports = !settings_.pc_port.empty();
  if (port == settings_.pc_port) self.port = "Port 2";
  const std::string frame = cdp_frame(self, leaving);
  (void)send(socket.get(), frame.data(), frame.size(), MSG_DONTWAIT);
}

void LinkNeighbours::listen(Time now) {
  if (!switch_) return;
  std::array<char, 2048> buffer;
  while (!frames_.exhausted(now)) {
    const ssize_t got = recv(switch_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got < 0) return;
    frames_.take(now);
    const auto said = parse_cdp({buffer.data(), static_cast<std::size_t>(got)});
    if (said && said->source != settings_.self.source) cdp_.hear(*said, now);
  }
}

void LinkNeighbours::look_at_lldp(Time now) {
  looked_ = now;
  auto found = lldp_.look(policy_.discovery);
  next_look_ = now + (found.ok() && lldp_.settled() ? kLook : kLookSoon);
  if (found.ok()) {
    lldp_neighbour_ = *std::move(found);
    lldp_last_ = now;
  } else if (now > lldp_last_ + VoiceVlan::kSilence) {
    lldp_neighbour_.reset();  // until then lldpd is being started again, and its last word holds
  }
}

void LinkNeighbours::settle(Time now) {
  LinkLearned learned{.lldp_daemon = lldp_.fd() >= 0};
  if (link()) learned.neighbour = join(cdp_.neighbour(), lldp_neighbour_);
  learned.voice_vlan = vlan_.decide(policy_.voice_vlan, link(), learned.neighbour, now);
  if (published_ == learned) return;
  if (!published_ || published_->voice_vlan != learned.voice_vlan) {
    if (auto made = voice_.set(learned.voice_vlan, settings_.self.source); !made.ok()) {
      hands_.tell("voice_vlan.trouble",
                  absl::StrCat("Voice VLAN ", learned.voice_vlan, " cannot be used: ", made.message()));
      learned.voice_vlan = 0;
    }
    hands_.use(learned.voice_vlan == 0 ? "" : VoicePort::kName);
    if (published_ || learned.voice_vlan != 0) {
      hands_.tell("voice_vlan.changed", learned.voice_vlan == 0
                                            ? std::string("The phone is in the native VLAN")
                                            : absl::StrCat("The phone is in voice VLAN ", learned.voice_vlan));
    }
  }
  published_ = learned;
  hands_.publish(learned);
}

}  // namespace phone::network
