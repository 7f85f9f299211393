// phone-gateway -- the one door for the UI app and remote diagnostics.
#include <caf/all.hpp>
#include <memory>
#include <optional>

#include "common/mesh/service.hpp"
#include "gateway/ask_rpc.hpp"
#include "gateway/diagnostics.hpp"
#include "gateway/follow_rpc.hpp"
#include "gateway/gateway_rpc.hpp"
#include "gateway/incident_watch.hpp"
#include "gateway/on_demand_watch.hpp"
#include "gateway/peers.hpp"
#include "gateway/sandbox.hpp"

namespace phone::gateway {
namespace {

class Gateway final : public phone::mesh::Service {
 public:
  std::string_view name() const override { return "gateway"; }

  void add_options(phone::mesh::Options& app) override {
    app.add_option("--diagnostics-address", diagnostics_.address,
                   "where the diagnostics door listens, once policy opens it");
    app.add_option("--diagnostics-certificate", diagnostics_.certificate,
                   "PEM; default diagnostics.crt in the state folder");
    app.add_option("--diagnostics-key", diagnostics_.key, "PEM; default diagnostics.key in the state folder");
    app.add_option("--diagnostics-authorities", diagnostics_.authorities,
                   "PEM: who signs the certificates of those let in; default diagnostics-ca.crt in the state folder");
    app.add_option("--run-dir", run_, "where the supervisor notes how the services ended that run while wanted");
  }

  absl::Status open(const phone::mesh::Paths& paths) override {
    paths_ = paths;
    if (diagnostics_.certificate.empty()) diagnostics_.certificate = paths.state_dir / "diagnostics.crt";
    if (diagnostics_.key.empty()) diagnostics_.key = paths.state_dir / "diagnostics.key";
    if (diagnostics_.authorities.empty()) diagnostics_.authorities = paths.state_dir / "diagnostics-ca.crt";
    return absl::OkStatus();
  }

  absl::Status sandbox() override { return enter_sandbox(paths_, run_); }

  absl::Status start(caf::actor_system& system, phone::mesh::Router& router) override {
    peers_.emplace(paths_);
    const PictureActor picture = spawn_picture(system, ask_by_rpc(*peers_), latest_);
    serve_gateway(router, system, picture, latest_, journal_, *peers_, enrolment_,
                  [this] { return on_demand_->deaths(); });
    on_demand_.emplace(run_, journal_);
    incidents_ = std::make_unique<IncidentWatch>(journal_, [picture](phone::mesh::v1::Event incident) {
      caf::anon_send(picture, Learn{Source::kPolicy, std::move(incident)});  // whose it is, the event says
    });
    door_.emplace(router, journal_, diagnostics_);
    followers_ =
        std::make_unique<Followers>(*peers_, journal_,
                                    Listeners{.learn =
                                                  [picture](Source source, Fact fact) {
                                                    caf::anon_send(picture, Learn{source, std::move(fact)});
                                                  },
                                              .happened = [picture](Source) { caf::anon_send(picture, Look{}); },
                                              .policy =
                                                  [this](const PolicyFacts& policy) {
                                                    enrolment_.learn(policy);
                                                    door_->apply(policy);
                                                  }});
    end_picture_ = [picture] { caf::anon_send_exit(picture, caf::exit_reason::user_shutdown); };
    return absl::OkStatus();
  }

  phone::mesh::Journal* journal() override { return &journal_; }

  void stop() override {
    followers_.reset();
    on_demand_.reset();
    door_.reset();
    incidents_.reset();
    if (end_picture_) std::exchange(end_picture_, nullptr)();
  }

 private:
  phone::mesh::Paths paths_;
  DiagnosticsOptions diagnostics_;
  // All services' events of the last minutes, for a board or a person who comes late.
  phone::mesh::Journal journal_{"gateway", 2048};
  phone::mesh::Latest<phone::gateway::v1::PhoneStatus> latest_;
  EnrolmentServers enrolment_;
  std::filesystem::path run_ = "/run";
  std::optional<Peers> peers_;
  std::optional<OnDemandWatch> on_demand_;
  std::optional<Diagnostics> door_;
  std::unique_ptr<IncidentWatch> incidents_;
  std::unique_ptr<Followers> followers_;
  std::function<void()> end_picture_;
};

}  // namespace
}  // namespace phone::gateway

int main(int argc, char** argv) {
  phone::gateway::Gateway gateway;
  return phone::mesh::run(gateway, argc, argv);
}
