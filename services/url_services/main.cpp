// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// phone-url-services: the search for contacts and the upload of problem reports, at servers that the configuration
// names. Started by the first caller; exits when nobody asks and no credentials are remembered.
#include <sys/prctl.h>
#include <sys/resource.h>

#include <optional>

#include "common/http/remote.hpp"
#include "common/http/secure.hpp"
#include "common/log/log.hpp"
#include "common/mesh/process/service.hpp"
#include "common/mesh/process/supervisor.hpp"
#include "common/os/steady_time.hpp"
#include "services/url_services/rpc/peers_rpc.hpp"
#include "services/url_services/rpc/url_services_rpc.hpp"
#include "services/url_services/sandbox.hpp"

namespace phone::url_services {
namespace {

// A user who looks for one name often looks for another.
constexpr absl::Duration kLinger = absl::Seconds(15);

class UrlServices final : public mesh::Service {
 public:
  std::string_view name() const override { return "url_services"; }
  bool keeps_state() const override { return false; }

  absl::Status open(const mesh::Paths& paths) override {
    paths_ = paths;
    // Passwords of users are in memory: no core file and no ptrace may show them.
    const rlimit none{0, 0};
    prctl(PR_SET_DUMPABLE, 0);
    return setrlimit(RLIMIT_CORE, &none) == 0 ? absl::OkStatus() : absl::ErrnoToStatus(errno, "no core files");
  }

  absl::Status sandbox() override { return enter_sandbox(paths_); }

  absl::Status start(caf::actor_system&, mesh::Router& router, os::EventLoop&) override {
    peers_.emplace(paths_);
    worker_.emplace(http::fetch_with_tls_through(paths_.socket_dir / http::kDownloadSocket), peers_->judge());
    serve_url_services(router, *worker_);
    peers_->watch_policy([this](UrlSettings settings) { worker_->configure(std::move(settings)); });
    return absl::OkStatus();
  }

  // Without a supervisor it would not be started again, so it stays.
  bool wanted(bool supervised) override { return !supervised || os::steady_now() < worker_->idle_since() + kLinger; }

  void stop() override {
    peers_->stop();
    worker_.reset();
  }

 private:
  mesh::Paths paths_;
  std::optional<UrlPeers> peers_;
  std::optional<Worker> worker_;
};

}  // namespace
}  // namespace phone::url_services

int main(int argc, char** argv) {
  phone::url_services::UrlServices service;
  return phone::mesh::run(service, argc, argv);
}
