// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// rpc-load ROLES SERVICE:CALLERS:RATE... -- asks services of a running phone over their own sockets, as the gateway
// would (or the UI, when only the gateway is asked), with the product's own client, at RATE calls a second per
// service, until its standard input is closed. Then one line of JSON: per service calls, failed, p50, p99 and worst in
// microseconds. Beside the phone it stands for every caller that tries again.
#include <grp.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/mesh/call/roles.hpp"
#include "common/mesh/client/peer.hpp"
#include "common/mesh/process/paths.hpp"
#include "grpc/health/v1/health.grpc.pb.h"
#include "phone/certificates/v1/certificate_manager.grpc.pb.h"
#include "phone/gateway/v1/gateway.grpc.pb.h"
#include "phone/media/v1/media.grpc.pb.h"
#include "phone/policy/v1/policy.grpc.pb.h"
#include "phone/signaling/v1/signaling.grpc.pb.h"
#include "phone/trust/v1/trust_store.grpc.pb.h"

namespace phone::system {
namespace {

constexpr gid_t kFirstDoorGroup = 7501, kLastDoorGroup = 7508;  // deploy/sysusers.conf
const absl::Duration kPatience = absl::Seconds(15);             // a hang is noticed after 3 s

using Question = std::function<absl::Status()>;

template <class Service, class Req, class Rep>
Question asking(const std::filesystem::path& socket,
                grpc::Status (Service::Stub::*method)(grpc::ClientContext*, const Req&, Rep*)) {
  auto peer = std::make_shared<mesh::Peer<Service>>(socket);
  return [peer, method] { return peer->call(method, Req(), kPatience).status(); };
}

// What this service is asked about: its state where it has a call for that, else its health.
Question question_for(const std::string& service, bool as_ui) {
  const auto socket = mesh::socket_of({}, service);
  if (service == "trust_store")
    return asking<trust::v1::TrustStore>(socket, &trust::v1::TrustStore::Stub::GetTrustLists);
  if (service == "certificate_manager")
    return asking<certificates::v1::CertificateManager>(socket,
                                                        &certificates::v1::CertificateManager::Stub::ListCertificates);
  if (service == "policy") return asking<policy::v1::Policy>(socket, &policy::v1::Policy::Stub::GetStatus);
  if (service == "signaling")
    return asking<signaling::v1::Signaling>(socket, &signaling::v1::Signaling::Stub::GetState);
  if (service == "media") return asking<media::v1::Media>(socket, &media::v1::Media::Stub::GetStreams);
  if (service == "gateway" && as_ui)
    return asking<gateway::v1::Gateway>(socket, &gateway::v1::Gateway::Stub::GetTrustLists);
  return asking<grpc::health::v1::Health>(socket, &grpc::health::v1::Health::Stub::Check);
}

struct Target {
  std::string service;
  int callers = 1;
  int rate = 10;  // a second, all callers together
  std::mutex mutex;
  std::vector<int64_t> microseconds;
  std::vector<std::string> failures;
};

void ask_on(Target& target, int number, bool as_ui, const std::atomic<bool>& ends) {
  const Question question = question_for(target.service, as_ui);
  const absl::Duration step = absl::Seconds(1) * target.callers / target.rate;
  absl::Time next = absl::Now() + step * number / target.callers;
  while (!ends) {
    absl::SleepFor(next - absl::Now());  // the rate asked for, not a wait for anything
    next = std::max(next + step, absl::Now());
    const absl::Time began = absl::Now();
    const absl::Status status = question();
    const int64_t took = absl::ToInt64Microseconds(absl::Now() - began);
    const std::lock_guard lock(target.mutex);
    target.microseconds.push_back(took);
    if (!status.ok()) target.failures.push_back(status.ToString());
  }
}

nlohmann::json figures(Target& target) {
  auto& all = target.microseconds;
  std::sort(all.begin(), all.end());
  const auto at = [&](double share) {
    return all.empty() ? int64_t{0}
                       : all[std::min(all.size() - 1, static_cast<size_t>(share * static_cast<double>(all.size())))];
  };
  return {{"calls", all.size()},
          {"failed", target.failures.size()},
          {"p50_us", at(0.5)},
          {"p99_us", at(0.99)},
          {"worst_us", all.empty() ? 0 : all.back()},
          {"first_failure", target.failures.empty() ? "" : target.failures.front()}};
}

// The kernel tells the services who asks: the gateway's uid, and the UI's where the gateway itself is asked.
bool become(const mesh::Roles& roles, mesh::Role role) {
  const auto uid = roles.uid_of(role);
  std::vector<gid_t> groups;
  for (gid_t group = kFirstDoorGroup; group <= kLastDoorGroup; ++group) groups.push_back(group);
  return uid && setgroups(groups.size(), groups.data()) == 0 && setresgid(*uid, *uid, *uid) == 0 &&
         setresuid(*uid, *uid, *uid) == 0;
}

int run(const std::vector<std::string>& words) {
  std::vector<std::unique_ptr<Target>> targets;
  for (size_t i = 1; i < words.size(); ++i) {
    const std::vector<std::string> parts = absl::StrSplit(words[i], ':');
    auto target = std::make_unique<Target>();
    if (parts.size() != 3 || !absl::SimpleAtoi(parts[1], &target->callers) ||
        !absl::SimpleAtoi(parts[2], &target->rate) || target->callers < 1 || target->rate < 1) {
      return std::fprintf(stderr, "rpc-load: SERVICE:CALLERS:RATE, not %s\n", words[i].c_str()), 2;
    }
    target->service = parts[0];
    targets.push_back(std::move(target));
  }
  if (targets.empty()) return std::fprintf(stderr, "rpc-load ROLES SERVICE:CALLERS:RATE...\n"), 2;
  const auto roles = mesh::Roles::read(words[0]);
  const bool as_ui = targets.size() == 1 && targets.front()->service == "gateway";
  if (!roles.ok() || !become(*roles, as_ui ? mesh::v1::ROLE_UI : mesh::v1::ROLE_GATEWAY))
    return std::fprintf(stderr, "rpc-load: cannot become the caller\n"), 2;

  std::atomic<bool> ends = false;
  std::vector<std::thread> threads;
  for (const auto& target : targets) {
    for (int i = 0; i < target->callers; ++i)
      threads.emplace_back(ask_on, std::ref(*target), i, as_ui, std::cref(ends));
  }
  char ignored[64];
  while (read(0, ignored, sizeof ignored) > 0) {
  }
  ends = true;
  for (auto& thread : threads) thread.join();
  nlohmann::json result;
  for (const auto& target : targets) result[target->service] = figures(*target);
  std::printf("%s\n", result.dump().c_str());
  return 0;
}

}  // namespace
}  // namespace phone::system

int main(int argc, char** argv) { return phone::system::run(std::vector<std::string>(argv + 1, argv + argc)); }
