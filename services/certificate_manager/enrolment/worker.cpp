// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/certificate_manager/enrolment/worker.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/clock/present_time.hpp"
#include "common/log/log.hpp"
#include "common/os/steady_time.hpp"
#include "services/certificate_manager/enrolment/scep_http.hpp"
#include "services/certificate_manager/enrolment/scep_keys_rpc.hpp"

namespace phone::enrolment {
namespace {

namespace pb = phone::certificates::v1;

pb::EnrolmentPhase phase_of(Progress progress) {
  switch (progress) {
    case Progress::kAuthenticating:
      return pb::ENROLMENT_PHASE_AUTHENTICATING;
    case Progress::kGeneratingKey:
      return pb::ENROLMENT_PHASE_GENERATING_KEY;
    case Progress::kAwaitingCertificate:
      return pb::ENROLMENT_PHASE_AWAITING_CERTIFICATE;
    case Progress::kAwaitingApproval:
      return pb::ENROLMENT_PHASE_AWAITING_APPROVAL;
  }
  return pb::ENROLMENT_PHASE_UNSPECIFIED;
}

pb::EnrolmentPhase phase_of(Ended ended) {
  switch (ended) {
    case Ended::kInstalled:
      return pb::ENROLMENT_PHASE_INSTALLED;
    case Ended::kNothingToDo:
      return pb::ENROLMENT_PHASE_NOTHING_TO_DO;
    case Ended::kDeleted:
      return pb::ENROLMENT_PHASE_DELETED;
    case Ended::kFetched:
      return pb::ENROLMENT_PHASE_FETCHED;
    case Ended::kFailed:
    case Ended::kRetry:
      break;
  }
  return pb::ENROLMENT_PHASE_FAILED;
}

}  // namespace

Worker::Worker(const MeshPeers& peers, http::Fetch fetch)
    : peers_(peers),
      fetch_(std::move(fetch)),
      cancel_fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      thread_([this] { run(); }) {}

Worker::~Worker() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    interrupt();
  }
  changed_.notify_all();
  thread_.join();
  close(cancel_fd_);
}

void Worker::interrupt() {
  replaced_ = true;
  if (open_ != nullptr) open_->wake();
  const std::uint64_t one = 1;
  if (write(cancel_fd_, &one, sizeof one) < 0) log::warning("connecting could not be interrupted");
}

void Worker::set(const pb::EnrolmentOrder& order) {
  const std::lock_guard lock(mutex_);
  const bool rest = order.request().operation() == pb::OPERATION_NONE;
  tls_ = tls::policy_of(order);  // also of an order that is being worked on
  // After a reconnect the same order is shown again.
  if (!rest && order.order() == seen_) return;
  if (order.order() != seen_) interrupt();
  seen_ = order.order();
  waiting_.reset();
  if (!rest) {
    Job job{.number = order.order(),
            .operation = order.request().operation(),
            .authentication = order.request().authentication(),
            .session = {},
            .servers = {},
            .path = {},
            .root_fingerprint = {}};
    job.session.device = order.device_name();
    if (job.authentication == pb::CAPF_AUTHENTICATION_STRING) {
      job.session.password = crypto::Secret::copy_of(order.request().authentication_string());
    }
    if (order.request().has_scep()) {
      job.path = order.request().scep().path();
      job.root_fingerprint = order.request().scep().root_fingerprint();
      job.triple_des = order.request().scep().triple_des() && !tls_.fips;
      job.session.password = crypto::Secret::copy_of(order.request().scep().challenge());
    }
    job.session.with_certificate =
        job.authentication == pb::CAPF_AUTHENTICATION_LSC || job.authentication == pb::CAPF_AUTHENTICATION_MIC;
    for (const auto& server : order.request().server()) {
      job.servers.emplace_back(server.host(), static_cast<std::uint16_t>(server.port()));
    }
    waiting_ = std::move(job);
  }
  changed_.notify_all();
}

void Worker::run() {
  for (;;) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return stopped_ || waiting_; });
    if (stopped_) return;
    const Job job = *std::exchange(waiting_, std::nullopt);
    replaced_ = false;
    std::uint64_t ignored = 0;
    if (read(cancel_fd_, &ignored, sizeof ignored) < 0) ignored = 0;
    lock.unlock();
    work(job);
  }
}

void Worker::work(const Job& job) {
  std::string server;
  const Outcome outcome = run_rounds(
      job.servers.size(),
      [&](size_t index) {
        server = absl::StrCat(job.servers[index].first, ":", job.servers[index].second);
        SessionResult result = attempt(job, index);
        // Half a minute may pass until the next attempt: people hear meanwhile why.
        if (result.try_again) {
          report(peers_, job.number, pb::ENROLMENT_PHASE_CONNECTING, server, result.outcome.reason);
        }
        return result;
      },
      [this](absl::Duration duration) { return pause(duration); });
  report(peers_, job.number, phase_of(outcome.ended), server, outcome.reason);
}

SessionResult Worker::attempt(const Job& job, size_t index) {
  const auto& [host, port] = job.servers[index];
  report(peers_, job.number, pb::ENROLMENT_PHASE_CONNECTING, absl::StrCat(host, ":", port), "");
  return job.operation == pb::OPERATION_CAPF_SESSION ? capf(job, index) : scep(job, index);
}

SessionResult Worker::capf(const Job& job, size_t index) {
  const auto& [host, port] = job.servers[index];
  const std::string server = absl::StrCat(host, ":", port);
  auto transport = TlsTransport::connect(host, port, tls(), capf_verifier(peers_, server), cancel_fd_);
  if (!transport.ok()) {
    return {{Ended::kFailed, std::string(transport.status().message()), 0}, !absl::IsCancelled(transport.status())};
  }
  {
    const std::lock_guard lock(mutex_);
    if (replaced_) return {{Ended::kFailed, "another enrolment has replaced this one", 0}, false};
    open_ = transport->get();
  }
  MeshKeyStore keys(peers_, job.number, job.session.device, job.authentication == pb::CAPF_AUTHENTICATION_MIC);
  SessionResult result = run_session(
      **transport, keys, job.session,
      [&](Progress progress) { report(peers_, job.number, phase_of(progress), server, ""); },
      [] { return os::steady_now(); });
  const std::lock_guard lock(mutex_);
  open_ = nullptr;
  return result;
}

SessionResult Worker::scep(const Job& job, size_t index) {
  const auto& [host, port] = job.servers[index];
  const std::string server = absl::StrCat(host, ":", port);
  const auto root = parse_fingerprint(job.root_fingerprint);
  if (!root.ok()) return {{Ended::kFailed, std::string(root.status().message()), 0}, false};
  ScepHttp transport(fetch_, host, port, job.path, replaced_);
  MeshScepKeyStore keys(peers_, job.number);
  const ScepRequest order{.common_name = job.session.device,
                          .root = *root,
                          .challenge = job.session.password,
                          .renew = job.operation == pb::OPERATION_SCEP_RENEW,
                          .des3_allowed = job.triple_des};
  return run_scep(transport, keys, order,
                  {[&](Progress progress) { report(peers_, job.number, phase_of(progress), server, ""); },
                   [this](absl::Duration duration) { return pause(duration); }, clock::present,
                   [&](const Authority& authority) { return vouch_for(peers_, authority, server); }});
}

tls::Policy Worker::tls() {
  const std::lock_guard lock(mutex_);
  return tls_;
}

bool Worker::pause(absl::Duration duration) {
  std::unique_lock lock(mutex_);
  return !changed_.wait_for(lock, absl::ToChronoNanoseconds(duration), [this] { return replaced_.load() || stopped_; });
}

}  // namespace phone::enrolment
