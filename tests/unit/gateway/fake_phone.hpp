// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// fake_phone.hpp -- the services as the gateway meets them: real sockets and real gRPC, answers made up by the test;
// and the gateway itself among them.
#pragma once

#include <absl/time/clock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>
#include <caf/all.hpp>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "common/mesh/client/peer.hpp"
#include "common/mesh/client/watcher.hpp"
#include "common/mesh/listen/acceptor.hpp"
#include "gateway/wiring.hpp"
#include "phone/gateway/v1/gateway.grpc.pb.h"
#include "tests/unit/temporary_directory.hpp"

namespace phone::gateway {

inline bool eventually(const std::function<bool()>& condition, absl::Duration limit = absl::Seconds(10)) {
  const absl::Time until = absl::Now() + limit;
  while (!condition()) {
    if (absl::Now() > until) return false;
    absl::SleepFor(absl::Milliseconds(5));
  }
  return true;
}

inline constexpr uid_t kUiUser = 7409;  // deploy/roles

using tests::TemporaryDirectory;

// Without the reason beside it.
inline absl::Status sentence(const absl::Status& status) { return {status.code(), status.message()}; }

// Serves `router` on a socket on which everybody with our uid is `role`.
class Serving {
 public:
  Serving(phone::mesh::Router& router, const std::filesystem::path& socket, phone::mesh::Role role) {
    phone::mesh::Roles roles;
    roles.set(getuid(), role);
    // Programs of the UI leave root behind.
    if (getuid() == 0 && role == phone::mesh::v1::ROLE_UI) roles.set(kUiUser, role);
    auto listening = phone::mesh::listen_unix(socket);
    if (!listening.ok()) std::abort();
    loop_.start("loop");
    acceptor_ = std::make_unique<phone::mesh::Acceptor>(loop_, router, std::move(roles), *std::move(listening));
    router.set_serving(true);
  }
  ~Serving() { acceptor_->drain(absl::Now()); }

 private:
  phone::os::EventLoop loop_;
  std::unique_ptr<phone::mesh::Acceptor> acceptor_;
};

// One service of the phone; register methods on `router`, then open.
class FakeService {
 public:
  FakeService(const phone::mesh::Paths& paths, std::string name) : socket_(socket_of(paths, name)), events(name) {}
  ~FakeService() { close(); }
  void open() { serving_.emplace(router, socket_, phone::mesh::v1::ROLE_GATEWAY); }
  void close() {
    serving_.reset();
    std::filesystem::remove(socket_);
  }

 private:
  const std::filesystem::path socket_;

 public:
  phone::mesh::Router router;
  phone::mesh::EventLog events;

 private:
  std::optional<Serving> serving_;
};

// Answers every call of `method` with `reply`.
template <class Req, class Rep>
void answer_with(FakeService& service, const char* method, Rep reply) {
  service.router.unary<Req, Rep>(method, [reply](const Req&, const phone::mesh::Reply<Rep>& out) { out.ok(reply); });
}

// The gateway, its socket served to us in `role`.
class RunningGateway {
 public:
  RunningGateway(const phone::mesh::Paths& paths, phone::mesh::Role role, DiagnosticsOptions diagnostics = {})
      : system_(config()) {
    loop_.start("loop");
    wiring_.emplace(system_, router_, loop_, paths, event_log_,
                    Wiring::Settings{.diagnostics = std::move(diagnostics),
                                     .run = paths.state_dir,
                                     .poll_period = std::chrono::milliseconds(200)});
    serving_.emplace(router_, socket_of(paths, "gateway"), role);
  }
  ~RunningGateway() {
    serving_.reset();
    wiring_->stop();
  }

 private:
  static caf::actor_system_config& config() {
    static caf::actor_system_config config;
    config.set("scheduler.policy", caf::atom("sharing"));
    config.set("scheduler.max-threads", std::size_t{1});
    return config;
  }

  phone::os::EventLoop loop_;
  phone::mesh::EventLog event_log_{"gateway"};
  phone::mesh::Router router_;
  std::optional<Wiring> wiring_;  // after the system whose actor uses it
  caf::actor_system system_;
  std::optional<Serving> serving_;
};

}  // namespace phone::gateway
