// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// phone-download: exchanges with servers outside (HTTP, HTTPS, TFTP) for policy and enrolment, which have no libcurl
// and, but for CAPF, no network. Started by the first caller, exits when there is none; keeps nothing.
#include <signal.h>
#include <sys/resource.h>

#include "common/http/get.hpp"
#include "common/http/remote.hpp"
#include "common/log/log.hpp"
#include "common/mesh/guard/exit_history.hpp"
#include "common/mesh/listen/listener.hpp"
#include "common/mesh/process/options.hpp"
#include "common/mesh/process/paths.hpp"
#include "common/mesh/process/supervisor.hpp"
#include "services/download/sandbox.hpp"
#include "services/download/transfer_server.hpp"

namespace phone::download {
namespace {

// A provisioning run has pauses: trust_store may ask TVS between two files.
constexpr std::chrono::seconds kIdle{4};

int fail(const char* step, const absl::Status& status) {
  log::error("cannot start", {{"step", step}, {"reason", status.ToString()}});
  return 70;
}

// Given by the supervisor; without one, made here, and then nothing would start this process again.
struct Socket {
  os::Descriptor fd;
  bool kept = false;
};
absl::StatusOr<Socket> open_socket(const mesh::Paths& paths) {
  auto given = mesh::inherited_fds("fetch");
  if (!given.empty()) return Socket{std::move(given.front()), true};
  auto made = mesh::listen_unix(paths.socket_dir / http::kDownloadSocket);
  if (!made.ok()) return made.status();
  return Socket{*std::move(made), false};
}

int run(const mesh::Paths& paths) {
  log::open("download");
  signal(SIGPIPE, SIG_IGN);
  // A core would hold a challenge.
  const rlimit none{0, 0};
  if (setrlimit(RLIMIT_CORE, &none) != 0) return 70;
  auto socket = open_socket(paths);
  if (!socket.ok()) return fail("socket", socket.status());
  mesh::ExitHistory endings = mesh::ExitHistory::open();
  if (const auto status = enter_sandbox(paths); !status.ok()) return fail("sandbox", status);
  TransferServer::Limits limits;
  if (socket->kept) limits.idle = kIdle;
  if (const absl::Duration period = mesh::watchdog_period(); period > absl::ZeroDuration()) {
    limits.tick = absl::ToChronoMilliseconds(period / 4);
  }
  TransferServer transfer_server(std::move(socket->fd), &http::get, limits, [] { mesh::sd_notify("WATCHDOG=1"); });
  mesh::sd_notify("READY=1");
  endings.serving();
  transfer_server.run();
  mesh::sd_notify("STOPPING=1");
  return 0;
}

}  // namespace
}  // namespace phone::download

int main(int argc, char** argv) {
  phone::mesh::Paths paths;
  std::string unused_state;
  phone::mesh::Options options("phone-download: downloads from servers, one per connection");
  options.add_option("--socket-dir", paths.socket_dir, "directory of the services' sockets");
  options.add_option("--state-dir", unused_state, "accepted as by every service; not used");
  options.add_option("--roles", paths.roles, "accepted as by every service; access is by the socket's group");
  if (const auto result = options.parse(argc, argv)) return *result;
  return phone::download::run(paths);
}
