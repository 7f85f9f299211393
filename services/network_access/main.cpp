// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/clock/present_time.hpp"
#include "common/flash/file.hpp"
#include "common/flash/state_file.hpp"
#include "common/flash/state_writer.hpp"
#include "common/log/log.hpp"
#include "common/mesh/process/service.hpp"
#include "common/product/product.hpp"
#include "services/network_access/access/access_port.hpp"
#include "services/network_access/clock_keeper.hpp"
#include "services/network_access/discovery/discovery_driver.hpp"
#include "services/network_access/facts/port_actor.hpp"
#include "services/network_access/ipv6/ipv6_client.hpp"
#include "services/network_access/link/link_driver.hpp"
#include "services/network_access/pc_port/eapol_relay.hpp"
#include "services/network_access/pc_port/port_setup.hpp"
#include "services/network_access/rpc/network_rpc.hpp"
#include "services/network_access/rpc/stored_access_file.hpp"
#include "services/network_access/sandbox.hpp"
#include "services/network_access/wlan/roam_actor.hpp"

namespace phone::network {
namespace {

// Versions grow over restarts, though not each change of DHCP's story is written to flash.
constexpr std::uint64_t kUnsavedVersions = 1U << 20U;
constexpr std::size_t kMaxProfileBytes = 64 * 1024;
constexpr std::size_t kMaxAccessBytes = 1280 * 1024;  // authorities of the menu and of a whole configuration

class NetworkAccessService final : public mesh::Service {
 public:
  std::string_view name() const override { return "network_access"; }

  void add_options(phone::mesh::Options& app) override {
    app.add_option("--port", port_, "the switch port");
    app.add_option("--pc-port", pc_port_, "the port for a PC behind the phone; bridged with the switch port");
    app.add_option("--wlan", wlan_port_, "the radio; the same as --port when the phone has no cable, else beside it");
    app.add_option("--roam-below", roam_below_, "signal in dBm below which a better access point is looked for");
    app.add_option("--bridge", bridge_, "the bridge of both, which then has the phone's addresses");
    app.add_option("--alternate-server", alternate_text_,
                   "provisioning servers set by hand, comma separated; DHCP is then not used for them");
    app.add_flag("--dhcp", dhcp_asked_, "use DHCP even though there is an alternate server");
    app.add_flag("--no-dhcp", dhcp_forbidden_, "do not run a DHCP client");
    app.exclusive("--dhcp", "--no-dhcp");
    app.add_option("--product", product_, "product name in the phone's 802.1X identity");
    app.add_option("--supplicant-dir", supplicant_dir_, "wpa_supplicant's sockets");
    app.add_option("--supplicant-group", supplicant_group_,
                   "group that shares files and sockets with wpa_supplicant; empty: none");
    app.add_option("--lldp-socket", lldp_socket_, "lldpd's control socket");
    app.add_option("--resolver-file", resolver_file_,
                   "where the DNS servers in force are written, as resolv.conf(5) has them, if its directory is there; "
                   "empty: nowhere");
    app.add_option("--time-dir", clock_files_.time_dir,
                   "where the settings of the system's time service and a time to set are written, if it is there");
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
    stored_.version += kUnsavedVersions;
    clock_files_.last_time = paths.state_dir / "last-time";
    clock::recall_last_seen(clock_files_.last_time);
    access_file_ = paths.state_dir / "access";
    if (const auto bytes = flash::read_state(access_file_, kMaxAccessBytes)) {
      if (auto access = decode_access(*bytes); access.ok()) access_ = *std::move(access);
    }
    wlan_file_ = paths.state_dir / "wlan";
    if (const auto bytes = flash::read_state(wlan_file_, kMaxAccessBytes)) {
      if (auto profile = decode_wlan(*bytes); profile.ok()) wlan_ = *std::move(profile);
    }
    auto files = CredentialDirectory::open(run_dir_ / "eap", paths.state_dir, supplicant_group_);
    if (!files.ok()) return files.status();
    files_.emplace(*std::move(files));
    if (wlan_port_.empty()) return absl::OkStatus();
    const auto kept = paths.state_dir / "wlan-ticket";  // PAC and the key it is sealed with
    std::error_code error;
    std::filesystem::create_directories(kept, error);
    auto wlan_files = CredentialDirectory::open(run_dir_ / "eap-wlan", kept, supplicant_group_);
    if (!wlan_files.ok()) return wlan_files.status();
    wlan_files_.emplace(*std::move(wlan_files));
    return absl::OkStatus();
  }

  absl::Status sandbox() override {
    return enter_sandbox(paths_, run_dir_, {supplicant_dir_, lldp_socket_, resolver_file_, clock_files_.time_dir});
  }

  absl::Status start(caf::actor_system& system, mesh::Router& router, os::EventLoop& loop) override {
    // The actor's to end: what it says last is written then.
    const auto writer = std::make_shared<flash::StateWriter>(
        paths_.state_dir, flash::StateWriter::Settings{.told = [this](const std::string&, const absl::Status& status) {
          event_log_.add("flash.room", status.ok() ? mesh::Severity::kInfo : mesh::Severity::kWarning,
                         status.ok() ? "The network profile is saved now"
                                     : absl::StrCat("The network profile could not be saved, and is tried again: ",
                                                    status.message()));
        }});
    const PortDelegate delegate{
        .publish = [this](const Facts& facts) { latest_.set(to_message(facts)); },
        .save = [writer](const Facts& facts) { writer->put("profile", encode(facts)); },
        .tell = [this](std::string kind,
                       std::string text) { event_log_.add(std::move(kind), mesh::Severity::kInfo, std::move(text)); },
        .set_gratuitous_arp =
            [](const std::string& port, bool taken) {
              if (auto done = set_gratuitous_arp(port, taken); !done.ok()) {
                log::warning("gratuitous ARP could not be set", {{"reason", std::string(done.message())}});
                return false;
              }
              return true;
            },
        .resolve_by = [this](const Resolving& by) { write_resolver_file(by); }};
    actor_ = system.spawn(&port, stored_, alternate_, delegate);
    if (!pc_port_.empty()) {
      ports_loop_.emplace();
      ports_loop_->start("pc-port");
      ports_ = std::make_unique<EapolRelay>(
          *ports_loop_, PortNames{bridge_, switch_port_, pc_port_}, access_.port,
          EapolRelay::Delegate{
              .publish = [actor = actor_](PcPortFacts facts) { caf::anon_send(actor, std::move(facts)); },
              .tell =
                  [this](std::string kind, std::string text) {
                    event_log_.add(std::move(kind), mesh::Severity::kInfo, std::move(text), {}, true);
                  }});
      if (auto started = ports_->start(); !started.ok()) return started;
    }
    caf::anon_send(actor_, access_.port);
    if (wlan_port_ != port_) {
      if (auto started = start_wire(system); !started.ok()) return started;
    }
    if (!wlan_port_.empty()) {
      if (auto started = start_wlan(system); !started.ok()) return started;
    }
    clock_ = std::make_unique<ClockKeeper>(
        loop, event_log_, clock_files_,
        ClockKeeper::Delegate{.judge_again = [this] { tell_access_ports(ClockSet{}); },
                              .publish = [actor = actor_](const TimeFacts& time) { caf::anon_send(actor, time); }});
    rpc_ = std::make_unique<NetworkRpc>(system, paths_);
    rpc_->serve(router, latest_, event_log_, wire_.actor(), wlan_access_port_.actor());
    rpc_->take_dates(router, [this](std::string server, absl::Time date, std::function<void(const DateVerdict&)> done) {
      clock_->take_date(std::move(server), date, std::move(done));
    });
    rpc_->follow([this](const AccessPolicy& access, const PortPolicy& port) { apply(access, port); },
                 [this](TimePolicy time) { clock_->change_policy(std::move(time)); },
                 [this](const AuthoritiesListed& listed) { tell_access_ports(listed); },
                 [this](const CertificatesChanged& certificates) {
                   // The factory knew the time when it made the phone.
                   for (const auto& own : certificates.certificates) {
                     if (own.kind == EapCertificate::kMic) clock::prove(own.not_before, "the first day of the MIC");
                   }
                   (void)clock_->tell();
                   tell_access_ports(certificates);
                 });
    const auto trouble = [this](const char* kind) {
      return [this, kind](std::string text) { event_log_.add(kind, mesh::Severity::kWarning, std::move(text)); };
    };
    ipv6_ = std::make_unique<Ipv6Client>(
        loop, [actor = actor_](Ipv6Facts facts) { caf::anon_send(actor, std::move(facts)); }, trouble("ipv6.trouble"));
    watch_ = std::make_unique<LinkDriver>(
        loop,
        LinkDriver::Settings{.port = port_,
                             .carrier = switch_port_,
                             .dhcp = dhcp_,
                             .client = {.lease_file = run_dir_ / "lease",
                                        .memory_file = paths_.state_dir / "last-lease",
                                        .needs_servers = alternate_.empty()}},
        [this, actor = actor_](LinkObservation seen) {
          tell_access_ports(LinkChanged{seen.link.up});
          clock_->change_lease(seen.lease ? seen.lease->ntp : std::vector<std::string>());
          ipv6_->see(seen.link);
          caf::anon_send(actor, std::move(seen));
        },
        trouble("dhcp.trouble"));
    neighbours_ = std::make_unique<DiscoveryDriver>(
        loop,
        DiscoveryDriver::Settings{.switch_port = switch_port_,
                                  .pc_port = pc_port_,
                                  .self = self(),
                                  .lldp_socket = lldp_socket_,
                                  .voice_vlan = stored_.learned.voice_vlan},
        access_.port,
        DiscoveryDriver::Delegate{
            .publish = [actor = actor_](const LinkLearned& learned) { caf::anon_send(actor, learned); },
            .use =
                [this, actor = actor_](const std::string& port) {
                  watch_->use(port);
                  caf::anon_send(actor, AddressPortChanged{port.empty() ? port_ : port});
                },
            .tell =
                [this](std::string kind, std::string text) {
                  event_log_.add(std::move(kind), mesh::Severity::kInfo, std::move(text));
                }});
    watch_->allow(access_.port.ip);
    ipv6_->allow(access_.port.ip);
    if (auto watched = clock_->start(); !watched.ok()) return watched;
    // First: addresses are looked for where a predecessor's voice VLAN has them.
    if (wlan_port_ == port_) neighbours_.reset();  // no cable, no switch to be introduced to
    if (neighbours_) {
      if (auto started = neighbours_->start(); !started.ok()) return started;
    }
    return watch_->start();
  }

  bool hands_over() const override { return true; }
  mesh::EventLog* event_log() override { return &event_log_; }

  void stop() override {
    if (rpc_) rpc_->stop();
    if (clock_) clock_->stop();
    neighbours_.reset();
    watch_.reset();
    ipv6_.reset();
    ports_.reset();
    wire_.stop();
    wlan_access_port_.stop();
    if (roaming_) caf::anon_send_exit(roaming_, caf::exit_reason::user_shutdown);
    roaming_ = nullptr;
    caf::anon_send_exit(actor_, caf::exit_reason::user_shutdown);
    actor_ = nullptr;
  }

 private:
  template <class Message>
  void tell_access_ports(const Message& message) {
    for (const AccessActor* actor : {&wire_.actor(), &wlan_access_port_.actor()}) {
      if (*actor) caf::anon_send(*actor, message);
    }
  }

  // `roaming` hears of every event as well; none on a wire.
  absl::Status open_access_port(caf::actor_system& system, AccessPort& access_port,
                                SupplicantControl::Settings settings, AccessSetup setup, const RoamActor& roaming) {
    settings.directory = supplicant_dir_;
    settings.group = supplicant_group_;
    setup.policy = access_.access;
    setup.product = product_;
    setup.delegate.tell = [this](std::string kind, mesh::Severity severity, std::string text) {
      event_log_.add(std::move(kind), severity, std::move(text), {}, true);
    };
    return access_port.open(system, std::move(settings), std::move(setup), roaming);
  }

  absl::Status start_wire(caf::actor_system& system) {
    AccessSetup setup{
        .profile = access_.profile, .policy = {}, .product = {}, .files = *std::move(files_), .delegate = {}};
    setup.delegate.publish = [actor = actor_](const AccessProfile&, const AccessStatus& status) {
      caf::anon_send(actor, status);
    };
    const auto file = std::make_shared<StoredAccessFile>(access_file_, access_);
    setup.delegate.save = [file](const AccessProfile& profile) { return file->save(std::get<EapProfile>(profile)); };
    setup.delegate.keep_policies = keeps_in(file);
    return open_access_port(
        system, wire_,
        {.directory = {}, .interface = ports_ ? PortNames::kSupplicant : port_, .driver = "wired", .group = {}},
        std::move(setup), RoamActor());
  }

  absl::Status start_wlan(caf::actor_system& system) {
    roaming_ = spawn_roaming(
        system, {.below = roam_below_},
        {.run = [this](Plan plan, PlanDone done) { wlan_access_port_.run(std::move(plan), std::move(done)); },
         .publish = [actor = actor_](const WlanLink& link) { caf::anon_send(actor, link); },
         .tell = [this](std::string kind, mesh::Severity severity,
                        std::string text) { event_log_.add(std::move(kind), severity, std::move(text)); },
         .keep_neighbours =
             [this] {
               if (auto kept = network::keep_neighbours(wlan_port_); !kept.ok()) {
                 log::warning("flushing neighbour entries after a roam failed",
                              {{"reason", std::string(kept.message())}});
               }
             }});
    AccessSetup setup{.profile = wlan_, .policy = {}, .product = {}, .files = *std::move(wlan_files_), .delegate = {}};
    setup.delegate.publish = [actor = actor_, roaming = roaming_](const AccessProfile& of, const AccessStatus& status) {
      const auto& profile = std::get<WlanProfile>(of);
      const bool on = status.state != AccessState::kDisabled;
      caf::anon_send(roaming, WlanSelected{on ? profile.ssid : "", profile.over_the_ds, profile.band});
      caf::anon_send(actor, WlanAccess{.ssid = profile.ssid,
                                       .security = name_of(profile.security),
                                       .unprotected = on && profile.security == WlanSecurity::kOpen,
                                       .compatible = profile.compatible,
                                       .band = profile.band,
                                       .fast_roaming = fast_roaming_of(profile),
                                       .status = status});
    };
    setup.delegate.save = [this](const AccessProfile& profile) {
      return flash::write_state(wlan_file_, encode(std::get<WlanProfile>(profile)).view());
    };
    if (!wire_.actor())
      setup.delegate.keep_policies = keeps_in(std::make_shared<StoredAccessFile>(access_file_, access_));
    return open_access_port(system, wlan_access_port_,
                            {.directory = {}, .interface = wlan_port_, .driver = "nl80211", .group = {}},
                            std::move(setup), roaming_);
  }

  // For the delegate of the actor that owns the file.
  static std::function<absl::Status(const PoliciesReceived&)> keeps_in(std::shared_ptr<StoredAccessFile> file) {
    return [file = std::move(file)](const PoliciesReceived& received) {
      return file->save(received.access, received.port);
    };
  }

  void apply(const AccessPolicy& access, const PortPolicy& port) {
    tell_access_ports(PoliciesReceived{access, port});
    caf::anon_send(actor_, port);
    if (ports_) ports_->apply(port);
    if (neighbours_) neighbours_->apply(port);
    if (watch_) watch_->allow(port.ip);
    if (ipv6_) ipv6_->allow(port.ip);
  }

  // For the resolver of every process here; on the actor.
  void write_resolver_file(const Resolving& by) {
    std::error_code error;
    if (resolver_file_.empty() || !std::filesystem::is_directory(resolver_file_.parent_path(), error)) return;
    // Read by services under other users; nothing in it is secret.
    const auto written = flash::write(resolver_file_, resolver_file(by), 0644);
    if (std::string why(written.message()); !written.ok() && std::exchange(resolver_failure_, why) != why) {
      event_log_.add("dns.unwritten", mesh::Severity::kWarning,
                     absl::StrCat("The DNS servers could not be written to ", resolver_file_.string(), ": ", why));
    }
  }

  // How the phone introduces itself.
  CdpSelf self() const {
    CdpSelf self{.platform = product_, .software = product::load()};
    if (const auto reader = NetlinkReader::open(switch_port_); reader.ok()) {
      if (const auto own = mac_of(reader->facts().hardware_address)) self.source = *own;
    }
    self.device = name_of(self.source);
    return self;
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
  std::filesystem::path run_dir_;
  std::filesystem::path profile_;
  mesh::Paths paths_;
  Facts stored_;
  mesh::EventLog event_log_{"network_access"};
  mesh::Latest<v1::NetworkFacts> latest_;
  std::unique_ptr<Ipv6Client> ipv6_;
  std::unique_ptr<LinkDriver> watch_;
  std::unique_ptr<DiscoveryDriver> neighbours_;
  PortActor actor_;
  std::string product_ = product::product_id();
  std::filesystem::path supplicant_dir_ = "/run/phone-supplicant";
  std::string supplicant_group_ = "phone-eap";
  std::filesystem::path lldp_socket_ = "/run/phone-lldp/socket";
  std::filesystem::path access_file_;
  StoredAccess access_;  // as read at the start
  std::optional<CredentialDirectory> files_;
  AccessPort wire_;
  std::string wlan_port_;
  int roam_below_ = RoamRules().below;
  std::filesystem::path wlan_file_;
  WlanProfile wlan_;  // as stored
  std::optional<CredentialDirectory> wlan_files_;
  AccessPort wlan_access_port_;
  RoamActor roaming_;
  std::optional<os::EventLoop> ports_loop_;
  std::unique_ptr<EapolRelay> ports_;
  std::string resolver_failure_;  // as told
  std::filesystem::path resolver_file_ = "/run/phone-dns/resolv.conf";
  ClockKeeper::Files clock_files_;
  std::unique_ptr<ClockKeeper> clock_;
  std::unique_ptr<NetworkRpc> rpc_;
};

}  // namespace
}  // namespace phone::network

int main(int argc, char** argv) {
  phone::network::NetworkAccessService service;
  return phone::mesh::run(service, argc, argv);
}
