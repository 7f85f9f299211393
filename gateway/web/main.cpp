// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// phone-web -- the screen's application and the Connect protocol before the gateway's socket. Keeps no state and
// decides nothing; started by the first connection.
#include <absl/strings/str_cat.h>
#include <absl/time/clock.h>
#include <malloc.h>
#include <signal.h>
#include <sys/resource.h>

#include <utility>

#include "common/log/log.hpp"
#include "common/mesh/client/client.hpp"
#include "common/mesh/guard/exit_history.hpp"
#include "common/mesh/process/grpc_log.hpp"
#include "common/mesh/process/memory_trim.hpp"
#include "common/mesh/process/options.hpp"
#include "common/mesh/process/supervisor.hpp"
#include "gateway/web/calls/gateway_client_rpc.hpp"
#include "gateway/web/sandbox.hpp"
#include "gateway/web/server/http_server.hpp"

namespace phone::gateway::web {
namespace {

struct Settings {
  mesh::Paths paths;
  std::filesystem::path files = "/usr/lib/phone/screen";
  std::uint16_t port = 0;
  std::string host;
};

constexpr std::chrono::seconds kTick{1};
constexpr auto kSettled = absl::Seconds(5);
constexpr auto kTrimAgain = absl::Minutes(1);

// Gives back what the start, and later a burst of messages, needed for a moment.
class Memory {
 public:
  void look(absl::Time now) {
    if (now < trim_) return;
    if (!std::exchange(settled_, true)) mesh::trim_memory();
    malloc_trim(0);
    trim_ = now + kTrimAgain;
  }

 private:
  absl::Time trim_ = absl::Now() + kSettled;
  bool settled_ = false;
};

int fail(const char* step, const absl::Status& status) {
  log::error("cannot start", {{"step", step}, {"reason", status.ToString()}});
  return 70;
}

// Given by the supervisor, inside the network namespace of the screen; without one, made here.
absl::StatusOr<os::Descriptor> open_socket(std::uint16_t port) {
  auto given = mesh::inherited_fds("http");
  if (!given.empty()) return std::move(given.front());
  return mesh::listen_tcp("127.0.0.1", port);
}

Door door_of(std::uint16_t port, const std::string& other) {
  Door door;
  for (const char* name : {"127.0.0.1", "localhost"}) {
    door.hosts.push_back(absl::StrCat(name, ":", port));
    if (port == 80) door.hosts.emplace_back(name);
  }
  if (!other.empty()) door.hosts.push_back(other);
  return door;
}

int run(const Settings& settings) {
  log::open("web");
  signal(SIGPIPE, SIG_IGN);
  const rlimit none{0, 0};
  if (setrlimit(RLIMIT_CORE, &none) != 0) return 70;
  mesh::take_inherited();
  auto socket = open_socket(settings.port);
  if (!socket.ok()) return fail("socket", socket.status());
  const auto port = mesh::local_port(socket->get());
  if (!port.ok()) return fail("port", port.status());
  auto site = read_site(settings.files);
  if (!site.ok()) {
    log::warning("the application is missing; calls are served all the same", {{"reason", site.status().ToString()}});
    site = Site{};
  }
  mesh::ExitHistory endings = mesh::ExitHistory::open();
  mesh::log_grpc_lines();
  if (const auto status = enter_sandbox(settings.paths); !status.ok()) return fail("sandbox", status);

  GatewayClient gateway(mesh::socket_of(settings.paths, "gateway"));
  ServerOptions options;
  const absl::Duration period = mesh::watchdog_period();
  options.tick = period > absl::ZeroDuration() ? absl::ToChronoMilliseconds(period / 4) : kTick;
  options.alive = [memory = Memory()]() mutable {
    mesh::sd_notify("WATCHDOG=1");
    memory.look(absl::Now());
  };
  HttpServer server(*std::move(socket), gateway, *site, door_of(*port, settings.host), std::move(options));
  log::info("serving", {{"port", *port}, {"files", site->size()}});
  mesh::sd_notify("READY=1");
  endings.serving();
  server.run(true);
  mesh::sd_notify("STOPPING=1");
  mesh::ClientQueue::instance().stop();
  return 0;
}

}  // namespace
}  // namespace phone::gateway::web

int main(int argc, char** argv) {
  phone::gateway::web::Settings settings;
  std::string unused_state;
  phone::mesh::Options options("phone-web: the screen's application and the Connect protocol before the gateway");
  options.add_option("--socket-dir", settings.paths.socket_dir, "directory of the services' sockets");
  options.add_option("--state-dir", unused_state, "accepted as by every service; not used");
  options.add_option("--roles", settings.paths.roles, "accepted as by every service; access is by the socket's group");
  options.add_option("--files", settings.files, "directory of the screen's application");
  options.add_option("--host", settings.host,
                     "another name of this port, HOST:PORT, as a forwarder on a developer's machine has it");
  options.add_option("--port", settings.port, "on 127.0.0.1, where the supervisor gives no socket; 0: any");
  if (const auto result = options.parse(argc, argv)) return *result;
  return phone::gateway::web::run(settings);
}
