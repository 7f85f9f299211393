// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/mesh/process/service.hpp"

#include <absl/synchronization/mutex.h>
#include <absl/time/clock.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <caf/all.hpp>
#include <cstdlib>
#include <functional>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

#include "common/log/log.hpp"
#include "common/mesh/actor/actor_reply.hpp"
#include "common/mesh/actor/lent_worker.hpp"
#include "common/mesh/client/client.hpp"
#include "common/mesh/guard/exit_history.hpp"
#include "common/mesh/guard/role_quarantine.hpp"
#include "common/mesh/listen/acceptor.hpp"
#include "common/mesh/process/grpc_log.hpp"
#include "common/mesh/process/handover.hpp"
#include "common/mesh/process/incidents.hpp"
#include "common/mesh/process/memory_trim.hpp"
#include "common/mesh/process/process_rpc.hpp"
#include "common/mesh/process/supervisor.hpp"

namespace phone::mesh {
namespace {

constexpr int kSoftwareError = 70;                  // sysexits.h EX_SOFTWARE; the supervisor starts us again
constexpr absl::Duration kLook = absl::Seconds(1);  // how soon a flood is reported
constexpr auto kActorsEnd = absl::Milliseconds(500);
// Memory that the start, and later a burst of calls, needed for a moment goes back to the system.
constexpr auto kSettled = absl::Seconds(5);
constexpr auto kTrimAgain = absl::Minutes(1);
constexpr auto kDrain = absl::Seconds(3);  // units give 5 s before SIGKILL

sigset_t block_end_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  return signals;
}

using Pulse = caf::typed_actor<caf::replies_to<uint64_t>::with<uint64_t>>;

Pulse::behavior_type pulse() {
  return {[](uint64_t beat) { return beat; }};
}

// Pets the watchdog only when the actors' worker has answered since the last time and no thread that takes calls hangs.
class Heart {
 public:
  explicit Heart(caf::actor_system& system) : system_(system), pulse_(system.spawn(pulse)) { ask(); }
  ~Heart() { caf::anon_send_exit(pulse_, caf::exit_reason::user_shutdown); }
  void beat(absl::Duration patience) {
    if (*heard_ != asked_ || LentWorker::longest_turn() > patience) return;
    sd_notify("WATCHDOG=1");
    ask();
  }

 private:
  void ask() {
    auto sink = Sink::make(system_, [heard = heard_](caf::message& answer) {
      if (answer.match_elements<uint64_t>()) *heard = answer.get_as<uint64_t>(0);
    });
    send_request(sink, caf::actor_cast<caf::abstract_actor*>(pulse_), caf::make_message(++asked_));
  }
  caf::actor_system& system_;
  const Pulse pulse_;
  uint64_t asked_ = 0;
  const std::shared_ptr<std::atomic<uint64_t>> heard_ = std::make_shared<std::atomic<uint64_t>>(0);
};

// A process ends by SIGTERM, or when a successor asks.
struct End {
  os::Descriptor signals;
  Handover handover;
};

// The successor, if it is one.
std::optional<os::Descriptor> wait_for_end(const End& end, Heart& heart, Incidents& incidents,
                                           const std::function<bool()>& wanted) {
  const absl::Duration period = watchdog_period();
  const bool watched = period > absl::ZeroDuration();
  const auto tick = static_cast<int>(absl::ToInt64Milliseconds(watched ? std::min(period / 3, kLook) : kLook));
  absl::Time trim = absl::Now() + kSettled;
  bool settled = false;
  for (;;) {
    pollfd asked[] = {{end.signals.get(), POLLIN, 0}, {end.handover.fd(), POLLIN, 0}};
    poll(asked, std::size(asked), tick);
    if (asked[0].revents != 0) return std::nullopt;
    if (asked[1].revents != 0) {
      if (auto successor = end.handover.asked()) return successor;
    }
    if (watched) heart.beat(period / 4);
    incidents.look();
    if (!wanted()) return std::nullopt;
    if (absl::Now() < trim) continue;
    if (!std::exchange(settled, true)) trim_memory();
    malloc_trim(0);
    trim = absl::Now() + kTrimAgain;
  }
}

// The socket is there before the sandbox closes: nothing may begin to listen after that.
absl::StatusOr<os::Descriptor> listen_or_inherit(const Paths& paths, std::string_view name, bool& supervised) {
  auto inherited = inherited_fds("grpc");
  supervised = !inherited.empty();
  return inherited.empty() ? listen_unix(socket_of(paths, name))
                           : absl::StatusOr<os::Descriptor>(std::move(inherited.front()));
}

absl::StatusOr<std::unique_ptr<Acceptor>> open_door(os::EventLoop& loop, const Paths& paths, os::Descriptor listening,
                                                    Router& router) {
  auto roles = Roles::read(paths.roles);
  if (!roles.ok()) return roles.status();
  return std::make_unique<Acceptor>(loop, router, *std::move(roles), std::move(listening));
}

absl::Status make_state_directory(const std::filesystem::path& directory) {
  std::error_code error;
  const bool made = std::filesystem::create_directories(directory, error);
  std::error_code ignored;
  if (error && !std::filesystem::exists(directory, ignored)) {
    // Without room on flash. What is to be saved is refused then, and the phone can be asked all the same.
    log::error("the state directory cannot be made", {{"directory", directory.string()}, {"reason", error.message()}});
    return absl::OkStatus();
  }
  if (error) return absl::InternalError("state directory " + directory.string() + ": " + error.message());
  if (made) chmod(directory.c_str(), 0700);
  return absl::OkStatus();
}

int failed(std::string_view step, const absl::Status& status) {
  log::error("cannot start", {{"step", step}, {"reason", status.ToString()}});
  return kSoftwareError;
}

// Actors that a service forgot would keep ~actor_system waiting without end.
[[noreturn]] void leave(int result) {
  fflush(nullptr);
  std::_Exit(result);
}

void end_actors(caf::actor_system& system) {
  const absl::Time until = absl::Now() + kActorsEnd;
  while (system.registry().running() > 0 && absl::Now() < until) absl::SleepFor(absl::Milliseconds(1));
  if (const size_t live = system.registry().running(); live > 0) {
    log::warning("actors are still alive after stop()", {{"actors", live}});
    leave(0);
  }
}

struct Life {
  os::Descriptor listening;
  bool supervised = false;  // the supervisor keeps the socket, and starts the next process
  ExitHistory exit_history;
  End end;
  std::optional<Successor> successor;  // we are one
};

int serve(Service& service, const Paths& paths, Life life) {
  os::EventLoop loop;  // outlives all that wait on it
  loop.start("loop");
  caf::actor_system_config config;
  // Debian's default scheduler polls (379 wake-ups a second); one worker is enough for what an actor may do, and
  // parse() reads the current directory, so it is never called (protocols/mesh.md section 1).
  config.set("scheduler.policy", caf::atom("sharing"));
  config.set("scheduler.max-threads", size_t{1});
  // After each message the others have their turn: by default an actor works off all that waits for it, and a flood of
  // one peer's messages would hold up the heart that the watchdog listens to.
  config.set("scheduler.max-throughput", size_t{1});
  caf::actor_system system(config);
  Router router;
  std::optional<Heart> heart(std::in_place, system);
  if (const auto status = service.start(system, router, loop); !status.ok()) leave(failed("start", status));

  serve_process(router);
  auto& quarantine = RoleQuarantine::instance();
  if (auto sentence = quarantine.judge(service.name(), life.exit_history.past()); !sentence.empty()) {
    quarantine.tell(std::move(sentence));
  }
  auto acceptor = open_door(loop, paths, std::move(life.listening), router);
  if (!acceptor.ok()) leave(failed("door", acceptor.status()));
  router.set_serving(true);
  sd_notify("READY=1");
  log::info("serving");
  Incidents incidents(service.name(), service.event_log());
  incidents.served(life.exit_history);
  if (life.successor) {
    sd_notify("WATCHDOG=1");  // the supervisor still counts from the predecessor's last
    life.successor->serving();
    incidents.taken_over(life.successor->since());
  }
  incidents.tell_sandbox();

  const auto next = wait_for_end(life.end, *heart, incidents, [&] { return service.wanted(life.supervised); });
  const absl::Time since = since_boot();
  if (!next) sd_notify("STOPPING=1");
  log::info("draining");
  router.set_serving(false);
  (*acceptor)->drain(absl::Now() + kDrain);
  service.stop();
  ClientQueue::instance().stop();
  heart.reset();
  end_actors(system);
  if (next) Handover::give(*next, since);
  return 0;
}

}  // namespace

int run(Service& service, int argc, char** argv) {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);  // Debian's abseil checks and aborts by default
  const sigset_t signals = block_end_signals();
  take_inherited();
  reserve_descriptors();

  Paths paths;
  paths.state_dir = std::filesystem::path("/var/lib/phone") / service.name();
  bool verbose = false, take_over = false;
  Options options("phone service " + std::string(service.name()));
  options.add_option("--socket-dir", paths.socket_dir, "directory of the services' sockets");
  options.add_option("--state-dir", paths.state_dir, "directory for persistent state");
  options.add_option("--roles", paths.roles, "table of roles and their uids");
  options.add_flag("--verbose", verbose, "log more");
  if (service.hands_over()) options.add_flag("--take-over", take_over, "take over from the running process");
  service.add_options(options);
  if (const auto result = options.parse(argc, argv)) return *result;
  Life life;
  if (take_over) {
    life.successor.emplace();
    if (const auto result = life.successor->fork()) return *result;
  }

  log::open(service.name(), verbose ? log::Level::kDebug : log::Level::kInfo);
  log_grpc_lines();
  if (service.keeps_state()) {
    if (const auto status = make_state_directory(paths.state_dir); !status.ok()) return failed("state folder", status);
  }
  if (const auto status = service.load(); !status.ok()) return failed("load", status);
  if (life.successor) {
    if (const auto status = life.successor->take(); !status.ok()) return failed("take over", status);
  }
  if (const auto status = service.open(paths); !status.ok()) return failed("open", status);
  auto listening = listen_or_inherit(paths, service.name(), life.supervised);
  if (!listening.ok()) return failed("door", listening.status());
  life.listening = *std::move(listening);
  life.exit_history = ExitHistory::open();
  if (const char* directory = getenv("RUNTIME_DIRECTORY")) RoleQuarantine::instance().open(directory);
  life.end.signals = os::Descriptor(signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!life.end.signals) return failed("signals", absl::ErrnoToStatus(errno, "signalfd"));
  if (service.hands_over()) life.end.handover = Handover::open();
  if (const auto status = service.sandbox(); !status.ok()) return failed("sandbox", status);
  const int result = serve(service, paths, std::move(life));
  log::info("stopped", {{"result", result}});
  return result;
}

}  // namespace phone::mesh
