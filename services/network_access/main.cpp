#include <cstdlib>
#include <memory>
#include <mutex>
#include <optional>

#include "common/flash/file.hpp"
#include "common/flash/state_file.hpp"
#include "common/log/log.hpp"
#include "common/mesh/service.hpp"
#include "services/network_access/access_actor.hpp"
#include "services/network_access/eapol_ports.hpp"
#include "services/network_access/link_neighbours.hpp"
#include "services/network_access/network_rpc.hpp"
#include "services/network_access/port_actor.hpp"
#include "services/network_access/port_watch.hpp"
#include "services/network_access/sandbox.hpp"
#include "services/network_access/supplicant_control.hpp"

namespace phone::network {
namespace {

constexpr std::size_t kMaxProfileBytes = 64 * 1024;
constexpr std::size_t kMaxAccessBytes = 256 * 1024;  // 16 authorities and more

class NetworkAccessService final : public mesh::Service {
 public:
  std::string_view name() const override { return "network_access"; }

  void add_options(phone::mesh::Options& app) override {
    app.add_option("--port", port_, "the switch port");
    app.add_option("--pc-port", pc_port_, "the port for a PC behind the phone; bridged with the switch port");
    app.add_option("--bridge", bridge_, "the bridge of both, which then has the phone's addresses");
    app.add_option("--alternate-server", alternate_text_,
                   "provisioning servers set by hand, comma separated; DHCP is then not asked");
    app.add_flag("--dhcp", dhcp_asked_, "ask DHCP even though there is an alternate server");
    app.add_flag("--no-dhcp", dhcp_forbidden_, "never ask DHCP");
    app.exclusive("--dhcp", "--no-dhcp");
    app.add_option("--dhcp-client", client_, "busybox's udhcpc");
    app.add_option("--dhcp-script", script_, "what it calls with a lease");
    app.add_option("--product", product_, "what the phone calls itself in 802.1X");
    app.add_option("--supplicant-dir", supplicant_dir_, "wpa_supplicant's sockets");
    app.add_option("--supplicant-group", supplicant_group_,
                   "who shares files and sockets with wpa_supplicant; empty: nobody");
    app.add_option("--lldp-socket", lldp_socket_, "where lldpd is asked");
    app.add_option("--run-dir", run_dir_, "where the lease is written", "RUNTIME_DIRECTORY");
  }

  absl::Status open(const mesh::Paths& paths) override {
    auto alternate = parse_alternate(alternate_text_);
    if (!alternate.ok()) return alternate.status();
    alternate_ = std::move(*alternate);
    dhcp_ = dhcp_asked_ || (!dhcp_forbidden_ && alternate_.empty());
    if (run_dir_.empty()) run_dir_ = paths.state_dir;
    paths_ = paths;
    // With a PC port the phone is the bridge; the cable and the EAPOL frames are still those of the switch port.
    switch_port_ = port_;
    if (!pc_port_.empty()) port_ = bridge_;
    profile_ = paths.state_dir / "profile";
    if (const auto bytes = flash::read_state(profile_, kMaxProfileBytes)) {
      if (auto facts = decode(*bytes); facts.ok() && facts->port == port_) stored_ = std::move(*facts);
    }
    stored_.port = port_;
    access_file_ = paths.state_dir / "access";
    if (const auto bytes = flash::read_state(access_file_, kMaxAccessBytes)) {
      if (auto access = decode_access(*bytes); access.ok()) access_ = *std::move(access);
    }
    auto files = CredentialFolder::open(run_dir_ / "eap", paths.state_dir, supplicant_group_);
    if (!files.ok()) return files.status();
    files_.emplace(*std::move(files));
    return absl::OkStatus();
  }

  absl::Status sandbox() override {
    return enter_sandbox(paths_, {client_, script_, run_dir_}, supplicant_dir_, lldp_socket_);
  }

  absl::Status start(caf::actor_system& system, mesh::Router& router) override {
    const PortHands hands{
        .publish = [this](const Facts& facts) { latest_.set(to_message(facts)); },
        .save =
            [this](const Facts& facts) {
              if (auto saved = flash::write_state(profile_, encode(facts)); !saved.ok()) {
                log::error("profile not saved", {{"reason", std::string(saved.message())}});
              }
            },
        .tell = [this](std::string kind,
                       std::string text) { journal_.add(std::move(kind), mesh::Severity::kInfo, std::move(text)); }};
    actor_ = system.spawn(&port, stored_, alternate_, hands);
    if (!pc_port_.empty()) {
      ports_ = std::make_unique<EapolPorts>(
          PortNames{bridge_, switch_port_, pc_port_}, access_.port,
          EapolPorts::Hands{.publish = [actor = actor_](PcPortFacts facts) { caf::anon_send(actor, std::move(facts)); },
                            .tell =
                                [this](std::string kind, std::string text) {
                                  journal_.add(std::move(kind), mesh::Severity::kInfo, std::move(text), {}, true);
                                }});
      if (auto started = ports_->start(); !started.ok()) return started;
    }
    address_port_ = port_;
    apply_gratuitous_arp();
    if (auto started = start_access(system); !started.ok()) return started;
    rpc_ = std::make_unique<NetworkRpc>(system, paths_);
    rpc_->serve(router, latest_, journal_, access_actor_);
    rpc_->follow([this](const AccessPolicy& access, const PortPolicy& port) { keep(access, port); },
                 [actor = access_actor_](InstalledCertificates certificates) {
                   caf::anon_send(actor, std::move(certificates));
                 });
    const std::filesystem::path lease = run_dir_ / "lease";
    watch_ = std::make_unique<PortWatch>(
        PortWatch::Settings{.port = port_,
                            .carrier = switch_port_,
                            .lease_file = lease,
                            .dhcp = dhcp_,
                            .client = {.program = client_, .script = script_, .lease_file = lease, .port = port_}},
        [actor = actor_, access = access_actor_](Seen seen) {
          caf::anon_send(access, LinkIs{seen.link.up});
          caf::anon_send(actor, std::move(seen));
        },
        [this](std::string text) { journal_.add("dhcp.trouble", mesh::Severity::kWarning, std::move(text)); });
    neighbours_ = std::make_unique<LinkNeighbours>(
        LinkNeighbours::Settings{.switch_port = switch_port_,
                                 .pc_port = pc_port_,
                                 .self = self(),
                                 .lldp_socket = lldp_socket_,
                                 .voice_vlan = stored_.learned.voice_vlan},
        access_.port,
        LinkNeighbours::Hands{
            .publish = [actor = actor_](const LinkLearned& learned) { caf::anon_send(actor, learned); },
            .use =
                [this](const std::string& port) {
                  watch_->use(port);
                  {
                    const std::lock_guard lock(access_mutex_);
                    address_port_ = port.empty() ? port_ : port;
                  }
                  apply_gratuitous_arp();
                },
            .tell = [this](
                        std::string kind,
                        std::string text) { journal_.add(std::move(kind), mesh::Severity::kInfo, std::move(text)); }});
    watch_->allow(access_.port.ip);
    // First: addresses are looked for where a predecessor's voice VLAN has them.
    if (auto started = neighbours_->start(); !started.ok()) return started;
    return watch_->start();
  }

  mesh::Journal* journal() override { return &journal_; }

  void stop() override {
    if (rpc_) rpc_->stop();
    if (neighbours_) neighbours_->stop();
    if (watch_) watch_->stop();
    if (control_) control_->stop();
    if (ports_) ports_->stop();
    caf::anon_send_exit(access_actor_, caf::exit_reason::user_shutdown);
    access_actor_ = nullptr;
    caf::anon_send_exit(actor_, caf::exit_reason::user_shutdown);
    actor_ = nullptr;
  }

 private:
  absl::Status start_access(caf::actor_system& system) {
    // Control's callbacks need the actor, and the actor control: both wait until both are there.
    control_ = std::make_unique<SupplicantControl>(
        SupplicantControl::Settings{.folder = supplicant_dir_,
                                    .interface = ports_ ? PortNames::kSupplicant : port_,
                                    .driver = "wired",
                                    .group = supplicant_group_},
        SupplicantControl::Hands{
            .up = [this] { caf::anon_send(access_actor_, SupplicantIs{true}); },
            .down = [this] { caf::anon_send(access_actor_, SupplicantIs{false}); },
            .event = [this](SupplicantEvent event) { caf::anon_send(access_actor_, std::move(event)); }});
    access_actor_ = spawn_access(
        system,
        {.profile = access_.profile,
         .policy = access_.access,
         .product = product_,
         .files = *std::move(files_),
         .hands = {
             .run = [this](Plan plan,
                           SupplicantControl::Done done) { control_->run(std::move(plan), std::move(done)); },
             .publish = [actor = actor_](const AccessStatus& status) { caf::anon_send(actor, status); },
             .tell = [this](std::string kind, mesh::Severity severity,
                            std::string text) { journal_.add(std::move(kind), severity, std::move(text), {}, true); },
             .save =
                 [this](const EapProfile& profile) {
                   const std::lock_guard lock(access_mutex_);
                   access_.profile = profile;
                   return flash::write_state(access_file_, encode(access_).view());
                 }}});
    return control_->start();
  }

  void keep(const AccessPolicy& access, const PortPolicy& port) {
    {
      const std::lock_guard lock(access_mutex_);
      if (!(access_.access == access) || !(access_.port == port)) {
        access_.access = access;
        access_.port = port;
        if (auto saved = flash::write_state(access_file_, encode(access_).view()); !saved.ok()) {
          log::error("policy not saved", {{"reason", std::string(saved.message())}});
        }
      }
    }
    caf::anon_send(access_actor_, access);
    if (ports_) ports_->apply(port);
    if (neighbours_) neighbours_->apply(port);
    if (watch_) watch_->allow(port.ip);
    apply_gratuitous_arp();
  }

  // What the switch is told.
  CdpSelf self() const {
    CdpSelf self{.platform = product_, .software = "Phonemesh"};
    if (const auto reader = NetlinkReader::open(switch_port_); reader.ok()) {
      if (const auto own = mac_of(reader->facts().hardware_address)) self.source = *own;
    }
    self.device = name_of(self.source);
    return self;
  }

  void apply_gratuitous_arp() {
    const std::lock_guard lock(access_mutex_);
    if (auto done = set_gratuitous_arp(address_port_, access_.port.gratuitous_arp); !done.ok()) {
      log::warning("gratuitous ARP not set", {{"reason", std::string(done.message())}});
    }
  }

  std::string port_ = "eth0";
  std::string switch_port_;
  std::string pc_port_;
  std::string bridge_ = "phone0";
  std::string alternate_text_;
  std::vector<std::string> alternate_;
  bool dhcp_asked_ = false;
  bool dhcp_forbidden_ = false;
  bool dhcp_ = true;
  std::filesystem::path client_ = "/usr/sbin/udhcpc";
  std::filesystem::path script_ = "/usr/lib/phone/phone-lease";
  std::filesystem::path run_dir_;
  std::filesystem::path profile_;
  mesh::Paths paths_;
  Facts stored_;
  mesh::Journal journal_{"network_access"};
  mesh::Latest<v1::NetworkFacts> latest_;
  std::unique_ptr<PortWatch> watch_;
  std::unique_ptr<LinkNeighbours> neighbours_;
  PortActor actor_;
  std::string product_ = "DP-9861";
  std::filesystem::path supplicant_dir_ = "/run/phone-supplicant";
  std::string supplicant_group_ = "phone-eap";
  std::filesystem::path lldp_socket_ = "/run/phone-lldp/socket";
  std::filesystem::path access_file_;
  std::mutex access_mutex_;  // access_: the actor saves the profile, policy's follower the policy; and the one below
  std::string address_port_;
  StoredAccess access_;
  std::optional<CredentialFolder> files_;
  std::unique_ptr<SupplicantControl> control_;
  AccessActor access_actor_;
  std::unique_ptr<EapolPorts> ports_;
  std::unique_ptr<NetworkRpc> rpc_;
};

}  // namespace
}  // namespace phone::network

int main(int argc, char** argv) {
  phone::network::NetworkAccessService service;
  return phone::mesh::run(service, argc, argv);
}
