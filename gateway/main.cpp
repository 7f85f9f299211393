// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// phone-gateway -- the one door for the UI app and remote diagnostics.
#include <optional>

#include "common/mesh/process/service.hpp"
#include "gateway/sandbox.hpp"
#include "gateway/wiring.hpp"

namespace phone::gateway {
namespace {

class Gateway final : public phone::mesh::Service {
 public:
  std::string_view name() const override { return "gateway"; }

  void add_options(phone::mesh::Options& app) override {
    DiagnosticsOptions& diagnostics = settings_.diagnostics;
    app.add_option("--diagnostics-address", diagnostics.address,
                   "where the diagnostics door listens, once policy opens it");
    app.add_option("--diagnostics-certificate", diagnostics.certificate,
                   "PEM; default diagnostics.crt in the state folder");
    app.add_option("--diagnostics-key", diagnostics.key, "PEM; default diagnostics.key in the state folder");
    app.add_option("--diagnostics-authorities", diagnostics.authorities,
                   "PEM: who signs the certificates of those let in; default diagnostics-ca.crt in the state folder");
    app.add_option("--run-dir", settings_.run,
                   "where the supervisor notes how the services ended that run while wanted");
  }

  absl::Status open(const phone::mesh::Paths& paths) override {
    paths_ = paths;
    DiagnosticsOptions& diagnostics = settings_.diagnostics;
    if (diagnostics.certificate.empty()) diagnostics.certificate = paths.state_dir / "diagnostics.crt";
    if (diagnostics.key.empty()) diagnostics.key = paths.state_dir / "diagnostics.key";
    if (diagnostics.authorities.empty()) diagnostics.authorities = paths.state_dir / "diagnostics-ca.crt";
    return absl::OkStatus();
  }

  absl::Status sandbox() override { return enter_sandbox(paths_, settings_.run); }

  absl::Status start(caf::actor_system& system, phone::mesh::Router& router, phone::os::EventLoop& loop) override {
    wiring_.emplace(system, router, loop, paths_, event_log_, settings_);
    return absl::OkStatus();
  }

  phone::mesh::EventLog* event_log() override { return &event_log_; }
  void stop() override { wiring_->stop(); }

 private:
  phone::mesh::Paths paths_;
  Wiring::Settings settings_;
  // All services' events of the last minutes, for a board or a person who comes late.
  phone::mesh::EventLog event_log_{"gateway", 2048};
  std::optional<Wiring> wiring_;
};

}  // namespace
}  // namespace phone::gateway

int main(int argc, char** argv) {
  phone::gateway::Gateway gateway;
  return phone::mesh::run(gateway, argc, argv);
}
