// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "common/tls/client.hpp"
#include "services/signaling/oauth/token_message.hpp"

namespace phone::signaling {

// Asks an authorization service over HTTPS, on a thread of its own that is started when needed. Not one byte of a
// request leaves before the service's certificate has been vouched for.
class TokenClient {
 public:
  // Judges the service's certificate inside the handshake; may block for 2 s.
  using Verify =
      std::function<absl::StatusOr<std::string>(const std::vector<std::string>& chain_der, const std::string& host)>;
  using Done = std::function<void(absl::StatusOr<TokenReply>)>;

  explicit TokenClient(Verify verify);
  ~TokenClient() { stop(); }
  TokenClient(const TokenClient&) = delete;
  TokenClient& operator=(const TokenClient&) = delete;

  // `done` comes on that thread; not after stop(). One at a time: RESOURCE_EXHAUSTED at once for more.
  void exchange(TokenRequest request, tls::Policy policy, Done done);
  void stop();

 private:
  struct Job {
    TokenRequest request;
    tls::Policy policy;
    Done done;
  };
  void run();
  absl::StatusOr<TokenReply> ask(const Job& job) const;

  const Verify verify_;
  int cancel_fd_ = -1;
  std::mutex mutex_;  // for what follows
  std::condition_variable changed_;
  std::optional<Job> waiting_;
  bool stopped_ = false, busy_ = false;
  std::thread thread_;
};

}  // namespace phone::signaling
