#include <cstdlib>
#include <memory>

#include "common/flash/state_file.hpp"
#include "common/log/log.hpp"
#include "common/mesh/service.hpp"
#include "services/network_access/network_rpc.hpp"
#include "services/network_access/port_actor.hpp"
#include "services/network_access/port_watch.hpp"
#include "services/network_access/sandbox.hpp"

namespace phone::network {
namespace {

constexpr std::size_t kMaxProfileBytes = 64 * 1024;

class NetworkAccessService final : public mesh::Service {
 public:
  std::string_view name() const override { return "network_access"; }

  void add_options(phone::mesh::Options& app) override {
    app.add_option("--port", port_, "the switch port");
    app.add_option("--alternate-server", alternate_text_,
                   "provisioning servers set by hand, comma separated; DHCP is then not asked");
    app.add_flag("--dhcp", dhcp_asked_, "ask DHCP even though there is an alternate server");
    app.add_flag("--no-dhcp", dhcp_forbidden_, "never ask DHCP");
    app.exclusive("--dhcp", "--no-dhcp");
    app.add_option("--dhcp-client", client_, "busybox's udhcpc");
    app.add_option("--dhcp-script", script_, "what it calls with a lease");
    app.add_option("--run-dir", run_dir_, "where the lease is written", "RUNTIME_DIRECTORY");
  }

  absl::Status open(const mesh::Paths& paths) override {
    auto alternate = parse_alternate(alternate_text_);
    if (!alternate.ok()) return alternate.status();
    alternate_ = std::move(*alternate);
    dhcp_ = dhcp_asked_ || (!dhcp_forbidden_ && alternate_.empty());
    if (run_dir_.empty()) run_dir_ = paths.state_dir;
    paths_ = paths;
    profile_ = paths.state_dir / "profile";
    if (const auto bytes = flash::read_state(profile_, kMaxProfileBytes)) {
      if (auto facts = decode(*bytes); facts.ok() && facts->port == port_) stored_ = std::move(*facts);
    }
    stored_.port = port_;
    return absl::OkStatus();
  }

  absl::Status sandbox() override { return enter_sandbox(paths_, {client_, script_, run_dir_}); }

  absl::Status start(caf::actor_system& system, mesh::Router& router) override {
    register_network(router, latest_, journal_);
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
    const std::filesystem::path lease = run_dir_ / "lease";
    watch_ = std::make_unique<PortWatch>(
        PortWatch::Settings{.port = port_,
                            .lease_file = lease,
                            .dhcp = dhcp_,
                            .client = {.program = client_, .script = script_, .lease_file = lease, .port = port_}},
        [actor = actor_](Seen seen) { caf::anon_send(actor, std::move(seen)); },
        [this](std::string text) { journal_.add("dhcp.trouble", mesh::Severity::kWarning, std::move(text)); });
    return watch_->start();
  }

  mesh::Journal* journal() override { return &journal_; }

  void stop() override {
    if (watch_) watch_->stop();
    caf::anon_send_exit(actor_, caf::exit_reason::user_shutdown);
    actor_ = nullptr;
  }

 private:
  std::string port_ = "eth0";
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
  PortActor actor_;
};

}  // namespace
}  // namespace phone::network

int main(int argc, char** argv) {
  phone::network::NetworkAccessService service;
  return phone::mesh::run(service, argc, argv);
}
