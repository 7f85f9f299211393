// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/discovery/voice_vlan_tagger.hpp"

#include <arpa/inet.h>
#include <linux/ethtool.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "services/network_access/discovery/vlan_tag.hpp"
#include "services/network_access/link/frame_filter.hpp"
#include "services/network_access/link/run_tool.hpp"

namespace phone::network {
namespace {

using os::Descriptor;

constexpr std::size_t kLongestFrame = 1514;  // without a tag
constexpr int kAtOnce = 64;

absl::StatusOr<Descriptor> packets_of(const std::string& port, const FrameProgram& program) {
  const auto failure = [&] {
    return absl::UnavailableError(absl::StrCat("packets of ", port, ": ", std::strerror(errno)));
  };
  Descriptor socket(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const unsigned index = if_nametoindex(port.c_str());
  if (!socket || index == 0) return failure();
  const sock_fprog filter{static_cast<unsigned short>(program.size()), const_cast<sock_filter*>(program.data())};
  const int yes = 1;
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_ifindex = static_cast<int>(index);
  address.sll_protocol = htons(ETH_P_ALL);
  if (setsockopt(socket.get(), SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) != 0 ||
      setsockopt(socket.get(), SOL_PACKET, PACKET_IGNORE_OUTGOING, &yes, sizeof yes) != 0 ||
      bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return failure();
  }
  return socket;
}

// Switches offloading off: checksums and segments must be complete before a frame reaches the tagger.
absl::Status offload_nothing(const std::string& port) {
  const Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  for (const std::uint32_t what : {ETHTOOL_STXCSUM, ETHTOOL_STSO, ETHTOOL_SGSO}) {
    ethtool_value off{.cmd = what, .data = 0};
    ifreq request{};
    std::memcpy(request.ifr_name, port.c_str(), std::min<std::size_t>(port.size(), IFNAMSIZ - 1));
    request.ifr_data = reinterpret_cast<char*>(&off);
    if (ioctl(socket.get(), SIOCETHTOOL, &request) != 0 && what == ETHTOOL_STXCSUM) {
      return absl::UnavailableError(absl::StrCat("checksums of ", port, ": ", std::strerror(errno)));
    }
  }
  return absl::OkStatus();
}

bool exists(const char* port) { return if_nametoindex(port) != 0; }
// Which VLAN the port was made for: its alias outlives us.
std::string alias_of(unsigned vlan) { return absl::StrCat("voice VLAN ", vlan); }
std::string alias() {
  std::ifstream in(absl::StrCat("/sys/class/net/", VoiceVlanTagger::kName, "/ifalias"));
  std::string line;
  std::getline(in, line);
  return line;
}

}  // namespace

absl::Status VoiceVlanTagger::set(unsigned vlan, const Mac& own) {
  if (vlan != 0 && vlan == vlan_ && exists(kName)) return absl::OkStatus();
  stop_tagging();
  vlan_ = 0;
  const bool kept = vlan != 0 && exists(kName) && alias() == alias_of(vlan);
  if (!kept) {
    if (exists(kName)) {
      if (auto gone = run_tool({"ip", "link", "del", "dev", kName}); !gone.ok()) return gone;
    }
    if (vlan == 0) return absl::OkStatus();
    const std::string id = absl::StrCat(vlan);
    const bool in_kernel = run_tool({"ip", "link", "add", "link", switch_port_, "name", kName, "type", "vlan", "id", id,
                                     "egress-qos-map", "6:5"})
                               .ok();
    if (!in_kernel) {
      for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
               {"ip", "link", "add", "name", kName, "address", text_of(own), "type", "veth", "peer", "name", kInner},
               {"ip", "link", "set", "dev", kInner, "addrgenmode", "none"},
               {"ip", "link", "set", "dev", kInner, "up"}}) {
        if (auto done = run_tool(words); !done.ok()) return done;
      }
      if (auto off = offload_nothing(kName); !off.ok()) return off;
    }
    if (auto named = run_tool({"ip", "link", "set", "dev", kName, "alias", alias_of(vlan)}); !named.ok()) return named;
    if (auto up = run_tool({"ip", "link", "set", "dev", kName, "up"}); !up.ok()) return up;
  }
  if (exists(kInner)) {
    if (auto started = start_tagging(vlan); !started.ok()) return started;
  }
  vlan_ = vlan;
  return absl::OkStatus();
}

absl::Status VoiceVlanTagger::start_tagging(unsigned vlan) {
  auto outer = packets_of(switch_port_, only_of_vlan(vlan));
  if (!outer.ok()) return outer.status();
  auto inner = packets_of(kInner, only_untagged());
  if (!inner.ok()) return inner.status();
  outer_ = *std::move(outer);
  inner_ = *std::move(inner);
  from_switch_ = std::make_unique<os::Watch>(loop_, outer_.get(), EPOLLIN, [this](std::uint32_t) { from_switch(); });
  to_switch_ =
      std::make_unique<os::Watch>(loop_, inner_.get(), EPOLLIN, [this, vlan](std::uint32_t) { to_switch(vlan); });
  return absl::OkStatus();
}

void VoiceVlanTagger::stop_tagging() {
  from_switch_.reset();
  to_switch_.reset();
}

// The kernel has taken the tag off received frames.
void VoiceVlanTagger::from_switch() const {
  std::array<char, 2048> buffer;
  for (int i = 0; i < kAtOnce; ++i) {
    const ssize_t got = recv(outer_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got < 0) return;
    (void)send(inner_.get(), buffer.data(), static_cast<std::size_t>(got), MSG_DONTWAIT);
  }
}

void VoiceVlanTagger::to_switch(unsigned vlan) const {
  std::array<char, 2048> buffer;
  for (int i = 0; i < kAtOnce; ++i) {
    const ssize_t got = recv(inner_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got < 0) return;
    const auto size = static_cast<std::size_t>(got);
    if (size > kLongestFrame) continue;
    const std::string frame = tagged({buffer.data(), size}, vlan);
    (void)send(outer_.get(), frame.data(), frame.size(), MSG_DONTWAIT);
  }
}

}  // namespace phone::network
