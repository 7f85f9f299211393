// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/discovery/lldp_client.hpp"

#include <lldp-const.h>
#include <lldpctl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/os/unix_socket.hpp"
#include "common/text/foreign_text.hpp"

namespace phone::network {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kAnswer(1000);
constexpr std::size_t kMostBytes = 4 << 20;  // of one answer: 32 neighbours are some 100 KB
constexpr std::size_t kMostName = 128;
constexpr int kMostNeighbours = 32;
constexpr int kMostChanges = 64;  // handled between two looks; the rest waits for the next
constexpr int kLastVlan = 4094;

struct Drop {
  void operator()(lldpctl_atom_t* atom) const { lldpctl_atom_dec_ref(atom); }
};
using Atom = std::unique_ptr<lldpctl_atom_t, Drop>;

std::string text_of(lldpctl_atom_t* atom, lldpctl_key_t key) {
  const char* text = lldpctl_atom_get_str(atom, key);
  return text == nullptr ? std::string() : text::printable(text, kMostName);
}

template <class Each>
void each(lldpctl_atom_t* list, Each visit) {
  if (list == nullptr) return;
  lldpctl_atom_iter_t* at = lldpctl_atom_iter(list);
  for (int count = 0; at != nullptr && count < kMostNeighbours; ++count) {
    const Atom value(lldpctl_atom_iter_value(list, at));
    at = lldpctl_atom_iter_next(list, at);
    if (value) visit(value.get());
  }
}

// lldpd keeps one policy for each application: the last of a frame.
unsigned voice_vlan_of(lldpctl_atom_t* neighbour) {
  unsigned vlan = 0;
  const Atom policies(lldpctl_atom_get(neighbour, lldpctl_k_port_med_policies));
  each(policies.get(), [&](lldpctl_atom_t* policy) {
    if (lldpctl_atom_get_int(policy, lldpctl_k_med_policy_type) != LLDP_MED_APPTYPE_VOICE) return;
    if (lldpctl_atom_get_int(policy, lldpctl_k_med_policy_unknown) == 1) return;
    if (lldpctl_atom_get_int(policy, lldpctl_k_med_policy_tagged) != 1) return;
    const long id = lldpctl_atom_get_int(policy, lldpctl_k_med_policy_vid);
    if (id >= 1 && id <= kLastVlan) vlan = static_cast<unsigned>(id);
  });
  return vlan;
}

// Names from lldpctl_key_get_map(lldpctl_k_port_status): any other silently means "disabled".
const char* status_word(bool speaks, bool hears) { return speaks ? (hears ? "RX and TX" : "TX only") : "disabled"; }

}  // namespace

struct LldpClient::Connection {
  os::Descriptor socket;
  lldpctl_conn_t* conn = nullptr;
  Clock::time_point deadline{};
  std::size_t received = 0;

  ~Connection() {
    if (conn != nullptr) lldpctl_release(conn);
  }
  void begin() {
    deadline = Clock::now() + kAnswer;
    received = 0;
  }
  bool ready(short what) const {
    for (;;) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
      pollfd waiting{.fd = socket.get(), .events = what, .revents = 0};
      const int done = left <= 0 ? 0 : poll(&waiting, 1, static_cast<int>(left));
      if (done < 0 && errno == EINTR) continue;
      return done > 0;
    }
  }
  static ssize_t send_some(lldpctl_conn_t*, const std::uint8_t* data, std::size_t size, void* user) {
    auto& self = *static_cast<Connection*>(user);
    if (!self.ready(POLLOUT)) return LLDPCTL_ERR_CALLBACK_FAILURE;
    const ssize_t sent = ::send(self.socket.get(), data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    return sent < 0 ? ssize_t{LLDPCTL_ERR_CALLBACK_FAILURE} : sent;
  }
  static ssize_t receive_some(lldpctl_conn_t*, const std::uint8_t* data, std::size_t size, void* user) {
    auto& self = *static_cast<Connection*>(user);
    if (!self.ready(POLLIN) || self.received > kMostBytes) return LLDPCTL_ERR_CALLBACK_FAILURE;
    // The library's signature has it const, and expects it to be written.
    const ssize_t got = recv(self.socket.get(), const_cast<std::uint8_t*>(data), size, MSG_DONTWAIT);
    if (got == 0) return LLDPCTL_ERR_EOF;
    if (got > 0) self.received += static_cast<std::size_t>(got);
    return got < 0 ? ssize_t{LLDPCTL_ERR_CALLBACK_FAILURE} : got;
  }
  static absl::StatusOr<std::unique_ptr<Connection>> open(const std::filesystem::path& path) {
    auto socket = os::connect_unix(path);
    if (!socket.ok()) return absl::UnavailableError(socket.status().message());
    auto made = std::make_unique<Connection>();
    made->socket = *std::move(socket);
    made->conn = lldpctl_new_name(path.c_str(), &send_some, &receive_some, made.get());
    if (made->conn == nullptr) return absl::UnavailableError("liblldpctl");
    made->begin();
    return made;
  }
  absl::Status trouble(const char* what) const {
    return absl::UnavailableError(absl::StrCat("lldpd, ", what, ": ", lldpctl_last_strerror(conn)));
  }
};

LldpClient::LldpClient(Settings settings) : settings_(std::move(settings)) {
  lldpctl_log_callback([](int, const char*) {});  // errors are reported once, as a status
}
LldpClient::~LldpClient() = default;

int LldpClient::fd() const { return watch_ ? watch_->socket.get() : -1; }

absl::Status LldpClient::connect() {
  auto watch = Connection::open(settings_.socket);
  if (!watch.ok()) return watch.status();
  auto ask = Connection::open(settings_.socket);
  if (!ask.ok()) return ask.status();
  const auto ignore = [](lldpctl_change_t, lldpctl_atom_t*, lldpctl_atom_t*, void*) {};
  if (lldpctl_watch_callback2((*watch)->conn, ignore, nullptr) < 0) return (*watch)->trouble("watch");
  // The ports by name, before it says anything to anybody.
  const Atom config(lldpctl_get_configuration((*ask)->conn));
  if (!config) return (*ask)->trouble("configuration");
  const std::string ports =
      settings_.pc_port.empty() ? settings_.switch_port : absl::StrCat(settings_.switch_port, ",", settings_.pc_port);
  if (lldpctl_atom_set_str(config.get(), lldpctl_k_config_iface_pattern, ports.c_str()) == nullptr ||
      lldpctl_atom_set_str(config.get(), lldpctl_k_config_hostname, settings_.name.c_str()) == nullptr ||
      lldpctl_atom_set_str(config.get(), lldpctl_k_config_description, settings_.description.c_str()) == nullptr) {
    return (*ask)->trouble("configuration");
  }
  configured_.reset();
  watch_ = *std::move(watch);
  ask_ = *std::move(ask);
  return absl::OkStatus();
}

absl::StatusOr<std::optional<NeighbourFacts>> LldpClient::look(const DiscoveryPolicy& policy) {
  const auto lost = [&](absl::Status why) {
    watch_.reset();
    ask_.reset();
    return why;
  };
  if (!watch_) {
    if (auto connected = connect(); !connected.ok()) return connected;
  }
  // Changes are not looked at: everything is read anew.
  pollfd waiting{watch_->socket.get(), POLLIN, 0};
  for (int changes = 0; changes < kMostChanges && poll(&waiting, 1, 0) > 0; ++changes) {
    watch_->begin();
    if (lldpctl_watch(watch_->conn) < 0) return lost(watch_->trouble("watch"));
  }
  ask_->begin();
  lldpctl_conn_t* const conn = ask_->conn;
  const bool told = configured_ == policy;
  if (!told) configured_.reset();
  std::optional<NeighbourFacts> found;
  discarded_ = false;
  bool all_set = true;
  int ports_seen = 0;
  {
    const Atom interfaces(lldpctl_get_interfaces(conn));
    if (!interfaces) return lost(ask_->trouble("interfaces"));
    each(interfaces.get(), [&](lldpctl_atom_t* interface) {
      const std::string name = text_of(interface, lldpctl_k_interface_name);
      const bool to_switch = name == settings_.switch_port;
      if (!to_switch && name != settings_.pc_port) return;
      const Atom port(lldpctl_get_port(interface));
      if (!port) return;
      ++ports_seen;
      if (!told) {
        const bool speaks = to_switch ? policy.lldp_switch : policy.lldp_pc;
        all_set = lldpctl_atom_set_str(port.get(), lldpctl_k_port_status, status_word(speaks, to_switch)) != nullptr &&
                  all_set;
        // "A phone, and it does not know its VLAN": ANSI/TIA-1057 section 10.2.3.3.
        const Atom policies(lldpctl_atom_get(port.get(), lldpctl_k_port_med_policies));
        each(policies.get(), [&](lldpctl_atom_t* one) {
          if (lldpctl_atom_get_int(one, lldpctl_k_med_policy_type) != LLDP_MED_APPTYPE_VOICE) return;
          all_set = lldpctl_atom_set_int(one, lldpctl_k_med_policy_unknown, 1) != nullptr &&
                    lldpctl_atom_set(port.get(), lldpctl_k_port_med_policies, one) != nullptr && all_set;
        });
      }
      if (!to_switch || !policy.lldp_switch) return;
      const long discards = lldpctl_atom_get_int(port.get(), lldpctl_k_rx_discarded_cnt);
      discarded_ = discards_ >= 0 && discards > discards_;
      discards_ = discards;
      const Atom neighbours(lldpctl_atom_get(port.get(), lldpctl_k_port_neighbors));
      each(neighbours.get(), [&](lldpctl_atom_t* one) {
        if (found) return;  // lldpd keeps them in the order in which they came: the first speaker of the cable
        const Atom chassis(lldpctl_atom_get(one, lldpctl_k_port_chassis));
        std::string port_name = text_of(one, lldpctl_k_port_descr);
        if (port_name.empty()) port_name = text_of(one, lldpctl_k_port_id);
        std::string system = chassis ? text_of(chassis.get(), lldpctl_k_chassis_name) : std::string();
        if (system.empty() && chassis) system = text_of(chassis.get(), lldpctl_k_chassis_id);
        found = NeighbourFacts{.system = std::move(system),
                               .port = std::move(port_name),
                               .protocol = "LLDP",
                               .voice_vlan = voice_vlan_of(one)};
      });
    });
  }
  const int wanted = settings_.pc_port.empty() ? 1 : 2;
  if (!told && all_set && ports_seen == wanted) {
    const Atom config(lldpctl_get_configuration(conn));
    if (!config || lldpctl_atom_set_int(config.get(), lldpctl_k_config_paused, 0) == nullptr) {
      return lost(ask_->trouble("resume"));
    }
    configured_ = policy;
  }
  return found;
}

}  // namespace phone::network
