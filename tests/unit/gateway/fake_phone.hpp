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

#include "common/mesh/door.hpp"
#include "common/mesh/follow.hpp"
#include "common/mesh/peer.hpp"
#include "gateway/ask_rpc.hpp"
#include "gateway/diagnostics.hpp"
#include "gateway/follow_rpc.hpp"
#include "gateway/gateway_rpc.hpp"
#include "gateway/incident_watch.hpp"
#include "gateway/peers.hpp"
#include "phone/gateway/v1/gateway.grpc.pb.h"
#include "tests/unit/temporary_folder.hpp"

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

using tests::TemporaryFolder;

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
    door_ = std::make_unique<phone::mesh::Door>(router, std::move(roles), *std::move(listening));
    router.set_serving(true);
  }
  ~Serving() { door_->drain(absl::Now()); }

 private:
  std::unique_ptr<phone::mesh::Door> door_;
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
  phone::mesh::Journal events;

 private:
  std::optional<Serving> serving_;
};

// Answers every call of `method` with `reply`.
template <class Req, class Rep>
void answer_with(FakeService& service, const char* method, Rep reply) {
  service.router.unary<Req, Rep>(method, [reply](const Req&, const phone::mesh::Reply<Rep>& out) { out.ok(reply); });
}

// The gateway's parts as main wires them, its socket served to us in `role`.
class RunningGateway {
 public:
  RunningGateway(const phone::mesh::Paths& paths, phone::mesh::Role role, DiagnosticsOptions diagnostics = {})
      : peers_(paths), system_(config()) {
    const PictureActor picture = spawn_picture(system_, ask_by_rpc(peers_), latest_, std::chrono::milliseconds(200));
    serve_gateway(router_, system_, picture, latest_, journal_, peers_, enrolment_, [] { return Deaths(); });
    incidents_ = std::make_unique<IncidentWatch>(journal_, [picture](phone::mesh::v1::Event incident) {
      caf::anon_send(picture, Learn{Source::kPolicy, std::move(incident)});  // whose it is, the event says
    });
    door_.emplace(router_, journal_, std::move(diagnostics));
    serving_.emplace(router_, socket_of(paths, "gateway"), role);
    followers_.emplace(peers_, journal_,
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
    end_ = [picture] { caf::anon_send_exit(picture, caf::exit_reason::user_shutdown); };
  }
  ~RunningGateway() {
    followers_.reset();
    door_.reset();
    serving_.reset();
    incidents_.reset();
    std::exchange(end_, nullptr)();
  }

 private:
  static caf::actor_system_config& config() {
    static caf::actor_system_config config;
    config.set("scheduler.policy", caf::atom("sharing"));
    config.set("scheduler.max-threads", std::size_t{1});
    return config;
  }

  Peers peers_;
  EnrolmentServers enrolment_;
  phone::mesh::Latest<phone::gateway::v1::PhoneStatus> latest_;
  phone::mesh::Journal journal_{"gateway"};
  phone::mesh::Router router_;
  caf::actor_system system_;
  std::optional<Diagnostics> door_;
  std::unique_ptr<IncidentWatch> incidents_;
  std::optional<Serving> serving_;
  std::optional<Followers> followers_;
  std::function<void()> end_;
};

}  // namespace phone::gateway
