// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// client.hpp -- shared by all peers of a process: how channels are made, when a call is tried again, and the one
// thread on which asynchronous answers arrive.
#pragma once

#include <absl/time/time.h>
#include <grpcpp/alarm.h>
#include <grpcpp/channel.h>
#include <grpcpp/completion_queue.h>
#include <grpcpp/support/status.h>

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <thread>

namespace phone::mesh {

// A channel of its own to a Unix socket. Reconnects after 20 ms, at most every 200 ms, so that a restart of the peer is
// a short wait.
std::shared_ptr<grpc::Channel> open_channel(const std::filesystem::path& socket);

// UNAVAILABLE, and CANCELLED, with which a peer that shuts down answers calls just arriving (grpc 1.51,
// Server::Shutdown).
bool worth_retrying(grpc::StatusCode code);
// Short, growing, with jitter.
absl::Duration retry_pause(int attempt);

class ClientQueue {
 public:
  class Call {
   public:
    virtual ~Call() = default;
    virtual void completed(bool ok) = 0;
    virtual void cancel() = 0;
  };

  static ClientQueue& instance();

  grpc::CompletionQueue& queue() { return queue_; }
  // False after stop(): the call must not be started.
  bool enter(Call* call);
  void leave(Call* call);
  // Cancels what is under way, waits until all have heard, ends the thread. Later calls fail at once.
  void stop();

 private:
  ClientQueue();
  grpc::CompletionQueue queue_;
  std::mutex mutex_;
  bool stopped_ = false;
  std::set<Call*> calls_;
  std::thread thread_;
};

// Runs `expired` on the queue's thread after a time, unless it has gone by then; not once the queue has stopped.
class QueueTimer final : ClientQueue::Call {
 public:
  QueueTimer(absl::Duration after, std::function<void()> expired);
  QueueTimer(const QueueTimer&) = delete;
  QueueTimer& operator=(const QueueTimer&) = delete;
  // `expired` does not run after it. Not on the queue's thread.
  ~QueueTimer() override;

 private:
  void completed(bool ok) override;
  void cancel() override;

  const std::function<void()> expired_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ended_ = false;
  grpc::Alarm alarm_;
};

}  // namespace phone::mesh
