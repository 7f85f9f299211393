// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "common/http/fetch.hpp"
#include "services/certificate_manager/enrolment/mesh_rpc.hpp"
#include "services/certificate_manager/enrolment/retry_policy.hpp"
#include "services/certificate_manager/enrolment/tls_transport.hpp"

// Works on the order that stands, on a thread of its own. A new order ends the work on an old one at once.
namespace phone::enrolment {

class Worker {
 public:
  // `fetch`: how SCEP reaches its server.
  Worker(const MeshPeers& peers, http::Fetch fetch);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // The order as the key holder shows it now; one of operation NONE means rest. From any thread.
  void set(const certificates::v1::EnrolmentOrder& order);

 private:
  struct Job {
    std::uint64_t number = 0;
    certificates::v1::Operation operation{};
    certificates::v1::CapfAuthentication authentication{};
    SessionRequest session;
    std::vector<std::pair<std::string, std::uint16_t>> servers;
    std::string path;  // of SCEP
    std::string root_fingerprint;
    bool triple_des = false;
  };
  void run();
  void work(const Job& job);
  SessionResult attempt(const Job& job, size_t server);
  SessionResult capf(const Job& job, size_t server);
  SessionResult scep(const Job& job, size_t server);
  bool pause(absl::Duration duration);
  tls::Policy tls();
  void interrupt();  // locked

  const MeshPeers& peers_;
  const http::Fetch fetch_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Job> waiting_;
  tls::Policy tls_;
  std::uint64_t seen_ = 0;              // the newest order, whether done or not
  std::atomic<bool> replaced_ = false;  // the work under way is for nothing; set locked, looked at by downloads too
  bool stopped_ = false;
  TlsTransport* open_ = nullptr;
  int cancel_fd_;
  std::thread thread_;
};

}  // namespace phone::enrolment
