// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// phone-web-admin -- the phone's pages for an administrator far away: HTTPS, read-only, open only while the policy says
// so. Keeps no state, holds no key, and sees of the phone what remote diagnostics may see.
#include <malloc.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/signalfd.h>

#include <cerrno>
#include <string>
#include <utility>

#include "common/log/log.hpp"
#include "common/mesh/client/client.hpp"
#include "common/mesh/guard/exit_history.hpp"
#include "common/mesh/process/grpc_log.hpp"
#include "common/mesh/process/memory_trim.hpp"
#include "common/mesh/process/options.hpp"
#include "common/mesh/process/supervisor.hpp"
#include "gateway/web/admin/keeper.hpp"
#include "gateway/web/admin/sandbox.hpp"
#include "gateway/web/calls/gateway_client_rpc.hpp"

namespace phone::gateway::web {
namespace {

struct Settings {
  mesh::Paths paths;
  std::filesystem::path files = "/usr/lib/phone/screen";
  DoorKeeper::Settings door;
};

constexpr std::chrono::seconds kTick{1}, kSettled{5}, kTrimAgain{60};

int fail(const char* step, const absl::Status& status) {
  log::error("cannot start", {{"step", step}, {"reason", status.ToString()}});
  return 70;
}

// Before the first thread, so that all have them blocked and only the loop takes them.
os::Descriptor take_signals() {
  sigset_t ending;
  sigemptyset(&ending);
  sigaddset(&ending, SIGTERM);
  sigaddset(&ending, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ending, nullptr);
  return os::Descriptor(signalfd(-1, &ending, SFD_CLOEXEC | SFD_NONBLOCK));
}

// Says to the supervisor that all threads go on, and gives back memory that the start, or a burst, needed for a moment.
class Heartbeat {
 public:
  Heartbeat(os::EventLoop& loop, Door443& door) : door_(door), timer_(loop, [this] { beat(); }) { beat(); }

 private:
  void beat() {
    if (door_.alive()) silent_ = 0;
    // One turn may pass between two answers; a thread that hangs stops the watchdog.
    if (silent_++ < kMostSilent) mesh::sd_notify("WATCHDOG=1");
    const auto now = os::EventLoop::Clock::now();
    if (now >= trim_) {
      if (!std::exchange(settled_, true)) mesh::trim_memory();
      malloc_trim(0);
      trim_ = now + kTrimAgain;
    }
    const absl::Duration period = mesh::watchdog_period();
    timer_.expire_in(period > absl::ZeroDuration() ? absl::ToChronoMilliseconds(period / 4)
                                                   : std::chrono::milliseconds(kTick));
  }

  static constexpr int kMostSilent = 3;
  Door443& door_;
  os::EventLoop::Clock::time_point trim_ = os::EventLoop::Clock::now() + kSettled;
  bool settled_ = false;
  int silent_ = 0;
  os::Timer timer_;
};

int run(const Settings& settings) {
  log::open("web_admin");
  signal(SIGPIPE, SIG_IGN);
  const rlimit none{0, 0};
  if (setrlimit(RLIMIT_CORE, &none) != 0) return 70;
  const os::Descriptor signals = take_signals();
  if (signals.get() < 0) return fail("signals", absl::ErrnoToStatus(errno, "signalfd"));
  mesh::take_inherited();
  mesh::reserve_descriptors();
  auto site = read_site(settings.files);
  if (!site.ok()) {
    log::warning("the application is not there; calls and metrics are served all the same",
                 {{"reason", site.status().ToString()}});
    site = Site{};
  }
  mesh::ExitHistory endings = mesh::ExitHistory::open();
  mesh::log_grpc_lines();
  if (const auto status = enter_admin_sandbox(settings.paths); !status.ok()) return fail("sandbox", status);

  GatewayClient gateway(mesh::socket_of(settings.paths, "gateway"));
  AdminMesh mesh(settings.paths);
  os::EventLoop loop;
  {
    Door443 door(loop, gateway, mesh, *site);
    DoorKeeper keeper(loop, mesh, door, settings.door);
    Heartbeat heartbeat(loop, door);
    os::Watch ending(loop, signals.get(), EPOLLIN, [&](std::uint32_t) {
      mesh::sd_notify("STOPPING=1");
      keeper.stop();
      loop.stop();
    });
    mesh.watch({.wanted = [&](WantedDoor wanted) { loop.post([&keeper, wanted] { keeper.wanted(wanted); }); },
                .lost = [&] { loop.post([&keeper] { keeper.policy_lost(); }); }});
    mesh::sd_notify("READY=1");
    endings.serving();
    loop.run();
    mesh.stop();
    mesh::ClientQueue::instance().stop();
  }
  return 0;
}

}  // namespace
}  // namespace phone::gateway::web

int main(int argc, char** argv) {
  phone::gateway::web::Settings settings;
  phone::mesh::Options options("phone-web-admin: the phone's pages and figures for an administrator, by HTTPS");
  options.add_option("--socket-dir", settings.paths.socket_dir, "directory of the services' sockets");
  options.add_option("--state-dir", settings.paths.state_dir, "directory of clients-ca.crt");
  options.add_option("--roles", settings.paths.roles, "accepted as by every service; access is by the socket's group");
  options.add_option("--files", settings.files, "directory of the screen's application");
  options.add_option("--address", settings.door.address, "where to listen, once the policy enables it");
  options.add_option("--port", settings.door.port, "TCP port");
  options.add_option("--authorities", settings.door.authorities,
                     "PEM file: the CAs of clients' certificates; default clients-ca.crt in the state directory");
  settings.paths.state_dir = "/var/lib/phone/web_admin";
  if (const auto result = options.parse(argc, argv)) return *result;
  if (settings.door.authorities.empty()) settings.door.authorities = settings.paths.state_dir / "clients-ca.crt";
  return phone::gateway::web::run(settings);
}
