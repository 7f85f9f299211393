// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// phone-gateway -- the one door for the UI app and remote diagnostics.
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/mesh/process/service.hpp"
#include "gateway/sandbox.hpp"
#include "gateway/status/unit_limits.hpp"
#include "gateway/wiring.hpp"

namespace phone::gateway {
namespace {

class Gateway final : public phone::mesh::Service {
 public:
  std::string_view name() const override { return "gateway"; }

  void add_options(phone::mesh::Options& app) override {
    DiagnosticsOptions& diagnostics = settings_.diagnostics;
    app.add_option("--diagnostics-address", diagnostics.address,
                   "TCP port for remote diagnostics, once policy enables it");
    app.add_option("--diagnostics-certificate", diagnostics.certificate,
                   "PEM file; default diagnostics.crt in the state directory");
    app.add_option("--diagnostics-key", diagnostics.key, "PEM file; default diagnostics.key in the state directory");
    app.add_option("--diagnostics-authorities", diagnostics.authorities,
                   "PEM file: the CAs of permitted clients; default diagnostics-ca.crt in the state directory");
    app.add_option("--run-dir", settings_.run, "file in which the supervisor records exits of on-demand services");
  }

  absl::Status open(const phone::mesh::Paths& paths) override {
    paths_ = paths;
    DiagnosticsOptions& diagnostics = settings_.diagnostics;
    if (diagnostics.certificate.empty()) diagnostics.certificate = paths.state_dir / "diagnostics.crt";
    if (diagnostics.key.empty()) diagnostics.key = paths.state_dir / "diagnostics.key";
    if (diagnostics.authorities.empty()) diagnostics.authorities = paths.state_dir / "diagnostics-ca.crt";
    not_enforced_ = limits_not_enforced(read_control_groups("/sys/fs/cgroup"));
    return absl::OkStatus();
  }

  absl::Status sandbox() override { return enter_sandbox(paths_, settings_.run); }

  absl::Status start(caf::actor_system& system, phone::mesh::Router& router, phone::os::EventLoop& loop) override {
    wiring_.emplace(system, router, loop, paths_, event_log_, settings_);
    if (!not_enforced_.empty()) {
      event_log_.add("limits.not_enforced", phone::mesh::Severity::kWarning,
                     absl::StrCat("This device's kernel does not keep these limits of the services: ", not_enforced_));
    }
    return absl::OkStatus();
  }

  phone::mesh::EventLog* event_log() override { return &event_log_; }
  void stop() override { wiring_->stop(); }

 private:
  phone::mesh::Paths paths_;
  Wiring::Settings settings_;
  // All services' events of the last minutes, for a watcher that connects late.
  phone::mesh::EventLog event_log_{"gateway", 2048};
  std::optional<Wiring> wiring_;
  std::string not_enforced_;
};

}  // namespace
}  // namespace phone::gateway

int main(int argc, char** argv) {
  phone::gateway::Gateway gateway;
  return phone::mesh::run(gateway, argc, argv);
}
