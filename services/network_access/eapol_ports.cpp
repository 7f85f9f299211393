#include "services/network_access/eapol_ports.hpp"

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
#include <tuple>

#include "absl/strings/str_cat.h"
#include "services/network_access/frame_filter.hpp"
#include "services/network_access/run_tool.hpp"

namespace phone::network {
namespace {

using os::Descriptor;
using Port = EapolDispatcher::Port;

constexpr int kManyFrames = 64;
constexpr int kFewFrames = 8;
constexpr int kPcBuffer = 32 * 1024;  // what a flood may fill
constexpr int kCountsEvery = 1000;    // ms; changes of counts alone are not published at once

// A socket that gets every EAPOL frame of a port. All protocols and a filter, since a bridge takes frames away from a
// port before sockets of one protocol see them.
absl::StatusOr<Descriptor> eapol_socket(const std::string& port, int buffer) {
  const auto failure = [&] {
    return absl::UnavailableError(absl::StrCat("packets of ", port, ": ", std::strerror(errno)));
  };
  Descriptor socket(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const unsigned index = if_nametoindex(port.c_str());
  if (!socket || index == 0) return failure();
  FrameProgram only_eapol = eapol_alone();
  const sock_fprog program{static_cast<unsigned short>(only_eapol.size()), only_eapol.data()};
  const int yes = 1;
  packet_mreq group{};
  group.mr_ifindex = static_cast<int>(index);
  group.mr_type = PACKET_MR_MULTICAST;
  group.mr_alen = static_cast<std::uint16_t>(kPaeGroup.size());
  std::copy(kPaeGroup.begin(), kPaeGroup.end(), group.mr_address);
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_ifindex = static_cast<int>(index);
  address.sll_protocol = htons(ETH_P_ALL);
  const int fd = socket.get();
  if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) != 0 ||
      setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &yes, sizeof yes) != 0 ||
      setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &group, sizeof group) != 0 ||
      (buffer > 0 && setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer) != 0) ||
      bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return failure();
  }
  return socket;
}

}  // namespace

absl::Status EapolPorts::start() {
  auto port = NetlinkReader::open(names_.switch_port);
  if (!port.ok()) return port.status();
  const auto own = mac_of(port->facts().hardware_address);
  if (!own) return absl::NotFoundError(absl::StrCat("there is no port ", names_.switch_port));
  own_ = *own;
  if (auto made = make_ports(names_, own_); !made.ok()) return made;
  auto cable = NetlinkReader::open(names_.pc_port);
  if (!cable.ok()) return cable.status();
  cable_ = std::make_unique<NetlinkReader>(*std::move(cable));
  for (const auto& [socket, name, buffer] :
       {std::tuple(&switch_, names_.switch_port, 0), std::tuple(&pc_, names_.pc_port, kPcBuffer),
        std::tuple(&supplicant_, std::string(PortNames::kDispatcher), 0)}) {
    auto opened = eapol_socket(name, buffer);
    if (!opened.ok()) return opened.status();
    *socket = *std::move(opened);
  }
  wake_ = Descriptor(eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake_) return absl::UnavailableError("eventfd");
  dispatcher_.emplace(own_, true);
  thread_ = std::thread([this] { run(); });
  pthread_setname_np(thread_.native_handle(), "eapol");
  return absl::OkStatus();
}

void EapolPorts::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  if (!thread_.joinable()) return;
  eventfd_write(wake_.get(), 1);
  thread_.join();
}

void EapolPorts::apply(const PortPolicy& policy) {
  const std::lock_guard lock(mutex_);
  if (wanted_ == policy) return;
  wanted_ = policy;
  if (wake_) eventfd_write(wake_.get(), 1);
}

void EapolPorts::run() {
  for (bool waiting_counts = false;;) {
    std::array<pollfd, 5> waiting{pollfd{wake_.get(), POLLIN, 0}, pollfd{cable_->fd(), POLLIN, 0},
                                  pollfd{switch_.get(), POLLIN, 0}, pollfd{supplicant_.get(), POLLIN, 0},
                                  pollfd{pc_.get(), POLLIN, 0}};
    if (poll(waiting.data(), waiting.size(), waiting_counts ? kCountsEvery : -1) < 0 && errno != EINTR) return;
    if (waiting[0].revents != 0) {
      eventfd_t ignored = 0;
      eventfd_read(wake_.get(), &ignored);
      {
        const std::lock_guard lock(mutex_);
        if (stopping_) return;
      }
      set_up_pc_port();
    }
    if (waiting[1].revents != 0) watch_cable();
    serve(Port::kSupplicant, supplicant_, kManyFrames);
    serve(Port::kSwitch, switch_, kManyFrames);
    serve(Port::kPc, pc_, kFewFrames);
    waiting_counts = publish();
  }
}

void EapolPorts::set_up_pc_port() {
  PortPolicy policy;
  {
    const std::lock_guard lock(mutex_);
    policy = wanted_;
  }
  dispatcher_->allow_pc(!policy.pc_disabled);
  if (auto done = set_pc_port(names_, own_, policy); !done.ok()) {
    // Better no PC than one that is not kept in its place.
    dispatcher_->allow_pc(false);
    (void)run_tool({"ip", "link", "set", "dev", names_.pc_port, "down"});
    hands_.tell("pc_port.trouble", absl::StrCat("The PC port is off: ", done.message()));
    return;
  }
  hands_.tell("pc_port.changed", policy.pc_disabled ? "The PC port is off" : "The PC port is on");
}

void EapolPorts::watch_cable() {
  const bool before = cable_->facts().up;
  cable_->read_changes();
  if (!before || cable_->facts().up) return;
  for (const auto& frame : dispatcher_->pc_gone()) {
    (void)send(switch_.get(), frame.data(), frame.size(), MSG_DONTWAIT);
    hands_.tell("pc_port.logoff", "The PC has gone; the switch has been told so (EAPOL-Logoff)");
  }
}

int EapolPorts::serve(Port from, const Descriptor& socket, int most) {
  std::array<char, 2048> buffer;
  int served = 0;
  for (; served < most; ++served) {
    const ssize_t got = recv(socket.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got < 0) break;
    const std::string_view frame(buffer.data(), static_cast<std::size_t>(got));
    const auto ways = dispatcher_->take(from, frame, std::chrono::steady_clock::now());
    if (ways.to_switch) (void)send(switch_.get(), frame.data(), frame.size(), MSG_DONTWAIT);
    if (ways.to_pc) (void)send(pc_.get(), frame.data(), frame.size(), MSG_DONTWAIT);
    if (ways.to_supplicant) (void)send(supplicant_.get(), frame.data(), frame.size(), MSG_DONTWAIT);
  }
  return served;
}

bool EapolPorts::publish() {
  PcPortFacts facts{.enabled = dispatcher_->pc_allowed(), .link_up = cable_->facts().up};
  for (const auto& [mac, station] : dispatcher_->stations()) {
    facts.stations.push_back({text_of(mac), station.state == EapolDispatcher::Station::State::kAuthenticated});
  }
  const auto& counts = dispatcher_->counts();
  facts.frames_forwarded = counts.forwarded;
  facts.frames_refused = counts.malformed + counts.forged + counts.flooded + counts.strangers + counts.refused;
  // Frames come by the thousand in a flood: counts alone are worth a message a second at most.
  const auto now = std::chrono::steady_clock::now();
  if (published_) {
    PcPortFacts same = facts;
    same.frames_forwarded = published_->frames_forwarded;
    same.frames_refused = published_->frames_refused;
    if (facts == *published_) return false;
    if (same == *published_ && now < next_counts_) return true;
  }
  next_counts_ = now + std::chrono::milliseconds(kCountsEvery);
  published_ = facts;
  hands_.publish(std::move(facts));
  return false;
}

}  // namespace phone::network
