// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Asks TVS servers, each question on a thread that may block (cisco-formats.md C2). What is cached is answered at once,
// also while other callers wait for a server that does not answer.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "common/tls/client.hpp"
#include "services/trust_store/peers/tvs_cache.hpp"
#include "services/trust_store/peers/tvs_job.hpp"

namespace phone::trust::tvs {

// From question to answer, all servers together: callers of VerifyPeer wait 2 s (DESIGN.md, TLS and blocking) and must
// still get the reason.
inline constexpr absl::Duration kPatience = absl::Milliseconds(1800);
inline constexpr std::size_t kMostWaiting = 32;
// Threads, started when needed: a phone has a handful of peers (DESIGN.md, TLS and blocking).
inline constexpr std::size_t kMostAtOnce = 6;
// Servers that are asked side by side, so that each has all the time: the first that vouches is enough.
inline constexpr std::size_t kMostAsked = 4;

class TvsClient {
 public:
  // The client certificate to offer, fetched for every connection, from any thread; nothing: none is offered.
  using IdentitySource = std::function<std::optional<tls::Identity>(absl::Duration timeout)>;

  // `model` is part of the device name sent to the server: "CP-<model>-SEP<MAC>".
  TvsClient(IdentitySource identity, std::string model);
  ~TvsClient() { stop(); }
  TvsClient(const TvsClient&) = delete;
  TvsClient& operator=(const TvsClient&) = delete;

  // `done` comes on a thread of the TVS client, or before this returns when the answer is cached or too many wait; not
  // after stop(). Answers cached under other lists or servers than the job's are forgotten.
  void ask(TvsJob job, std::function<void(TvsAnswer)> done);
  void stop();

 private:
  struct Waiting {
    TvsJob job;
    std::function<void(TvsAnswer)> done;
    absl::Time deadline;
  };
  void run();
  std::optional<TvsAnswer> cached(const TvsJob& job);
  TvsAnswer look_up(const TvsJob& job, absl::Time deadline);
  absl::StatusOr<Answer> ask_server(const TvsJob& job, const TvsServer& server, absl::Time deadline, int cancel_fd);

  const IdentitySource identity_;
  const std::string model_;
  std::atomic<std::uint32_t> next_session_ = 1001;  // where real phones start (C1)
  std::mutex mutex_;                                // for what follows
  Cache cache_;
  std::vector<std::string> cached_under_;  // the TVS certificates that vouched for what is cached
  std::condition_variable changed_;
  std::deque<Waiting> waiting_;
  std::set<int> asking_;  // readable: the connects and handshakes of that question give up
  bool stopped_ = false;
  std::size_t idle_ = 0;
  std::vector<std::thread> threads_;
};

}  // namespace phone::trust::tvs
