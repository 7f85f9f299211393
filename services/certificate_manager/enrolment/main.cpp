// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// phone-enrolment: the network side of enrolling (CAPF). Its uid reaches no token; it asks the certificate manager to
// sign, and the trust store which servers to trust. It runs while a connection to its socket is open, which carries no
// data.
#include <signal.h>
#include <sys/resource.h>

#include <optional>

#include "absl/synchronization/mutex.h"
#include "common/http/remote.hpp"
#include "common/log/log.hpp"
#include "common/mesh/client/watcher.hpp"
#include "common/mesh/guard/exit_history.hpp"
#include "common/mesh/process/options.hpp"
#include "common/mesh/process/supervisor.hpp"
#include "services/certificate_manager/enrolment/activation_listener.hpp"
#include "services/certificate_manager/enrolment/sandbox.hpp"
#include "services/certificate_manager/enrolment/worker.hpp"

namespace {

// After an order ended, or the key holder was restarted: the next one may be just behind.
constexpr std::chrono::seconds kLinger{5};

}  // namespace

int main(int argc, char** argv) {
  namespace enrolment = phone::enrolment;
  namespace mesh = phone::mesh;
  namespace pb = phone::certificates::v1;
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);

  mesh::Paths paths;
  std::string unused_state;
  mesh::Options options("phone-enrolment: client for CAPF and SCEP");
  options.add_option("--socket-dir", paths.socket_dir, "directory of the services' sockets");
  options.add_option("--state-dir", unused_state, "accepted as by every service; not used");
  options.add_option("--roles", paths.roles, "accepted as by every service; not used");
  if (const auto result = options.parse(argc, argv)) return *result;
  phone::log::open("enrolment");
  // Without a supervisor it would not be started again, so it stays.
  std::optional<enrolment::ActivationListener> callers;
  auto given = mesh::inherited_fds("wake");
  if (!given.empty()) callers.emplace(std::move(given.front()), kLinger);
  mesh::ExitHistory endings = mesh::ExitHistory::open();
  // A core would hold an authentication string.
  const rlimit none{0, 0};
  if (setrlimit(RLIMIT_CORE, &none) != 0) return 70;
  if (const auto status = enrolment::enter_sandbox(paths); !status.ok()) {
    phone::log::error("cannot start", {{"step", "sandbox"}, {"reason", status.ToString()}});
    return 70;
  }

  const enrolment::MeshPeers peers(paths);
  {
    enrolment::Worker worker(peers, phone::http::fetch_through(paths.socket_dir / phone::http::kDownloadSocket));
    mesh::Peer<pb::EnrolmentKeys> orders(mesh::socket_of(paths, "certificate_manager"));
    mesh::Watcher<pb::EnrolmentKeys, pb::WatchOrdersRequest, pb::EnrolmentOrder> watcher(
        orders, &pb::EnrolmentKeys::Stub::WatchOrders, pb::WatchOrdersRequest(),
        [&worker](const pb::EnrolmentOrder& order) { worker.set(order); });
    mesh::sd_notify("READY=1");
    endings.serving();
    phone::log::info("waiting for an enrolment");
    const absl::Duration period = mesh::watchdog_period();
    const timespec tick = absl::ToTimespec(period == absl::ZeroDuration() ? absl::Seconds(1) : period / 4);
    while (sigtimedwait(&signals, nullptr, &tick) < 0) {
      mesh::sd_notify("WATCHDOG=1");
      if (callers && !callers->wanted()) {
        phone::log::info("no enrolment is pending");
        break;
      }
    }
    mesh::sd_notify("STOPPING=1");
    watcher.stop();
  }
  return 0;
}
