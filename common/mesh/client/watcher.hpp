// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// watcher.hpp -- watches a stream of another service as long as it lives: a thread that reconnects without end.
// For level-triggered streams, where every message is the whole present state and nothing depends on having seen the
// one before, and for event logs. No message ends a watch: one that does not parse costs a new connection, after a
// pause that grows, and an event log goes on behind it. A sender without end is read no faster than kMessages and
// kBytes allow.
#pragma once

#include <absl/status/status.h>
#include <absl/time/time.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "common/mesh/call/event_log_place.hpp"
#include "common/mesh/call/grpc_status.hpp"
#include "common/mesh/client/client.hpp"
#include "common/mesh/client/peer.hpp"
#include "common/metrics/metrics.hpp"
#include "common/rate/token_bucket.hpp"

namespace phone::mesh {

template <class ServiceT, class Req, class Event>
class Watcher {
 public:
  using Stub = typename ServiceT::Stub;
  using Method = std::unique_ptr<grpc::ClientReader<Event>> (Stub::*)(grpc::ClientContext*, const Req&);

  // Both callbacks run on the watcher's thread. on_lost: the stream broke and will be opened again.
  Watcher(Peer<ServiceT>& peer, Method method, Req request, std::function<void(const Event&)> on_message,
          std::function<void(absl::Status)> on_lost = {})
      : Watcher(
            peer, method, [request = std::move(request)] { return request; }, std::move(on_message),
            std::move(on_lost)) {}
  // The request is made anew for every connection, as for an event log that goes on after the last number seen.
  Watcher(Peer<ServiceT>& peer, Method method, std::function<Req()> request,
          std::function<void(const Event&)> on_message, std::function<void(absl::Status)> on_lost = {})
      : peer_(peer),
        method_(method),
        request_(std::move(request)),
        on_message_(std::move(on_message)),
        on_lost_(std::move(on_lost)) {
    thread_ = std::thread([this] { run(); });
    pthread_setname_np(thread_.native_handle(), "follower");
  }
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;
  ~Watcher() { stop(); }

  // No callback runs after it. Not from a callback.
  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
      if (context_) context_->TryCancel();
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
  }

 private:
  static constexpr absl::Duration kFirstPause = absl::Milliseconds(20), kLongestPause = absl::Seconds(1);
  // A stream that ended by itself has said how by then.
  static constexpr absl::Duration kEnding = absl::Milliseconds(200);
  // The mailbox behind us has no bound of its own.
  static constexpr double kMessages = 1000, kMessagesPerSecond = 200;
  static constexpr double kBytes = 16.0 * 1024 * 1024, kBytesPerSecond = 2.0 * 1024 * 1024;

  void run() {
    auto pause = kFirstPause;
    while (open()) {
      Req request = request_();
      if constexpr (requires { request.set_after_sequence(0); }) {
        if (const auto after = place_.after()) request.set_after_sequence(*after);
      }
      const absl::Time opened = absl::Now();
      const auto reader = ((peer_.stub()).*method_)(&*context_, request);
      Event event;
      while (reader->Read(&event)) {
        if constexpr (requires { event.sequence(); }) place_.read(event.sequence());
        on_message_(event);
        if (!rest(event.ByteSizeLong())) break;
      }
      const auto status = finish(*reader);
      if (!status) return;
      if (on_lost_) on_lost_(*status);
      if (absl::Now() - opened > kLongestPause) pause = kFirstPause;
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, absl::ToChronoMilliseconds(pause), [this] { return stopped_; });
      pause = std::min(pause * 2, kLongestPause);
    }
  }

  // False: we are to stop.
  bool rest(size_t bytes) {
    const absl::Time now = absl::Now();
    const absl::Duration debt = std::max(messages_.owe(1, now), bytes_.owe(static_cast<double>(bytes), now));
    if (debt <= absl::ZeroDuration()) return true;
    std::unique_lock lock(mutex_);
    return !changed_.wait_for(lock, absl::ToChronoMilliseconds(debt), [this] { return stopped_; });
  }

  // Why the stream ended; nothing when we are to stop. Finish() answers at once for a stream that ended. After a
  // message that did not parse the stream is still open, and only cancelling it ends Finish().
  std::optional<absl::Status> finish(grpc::ClientReader<Event>& reader) {
    bool finished = false, stumbled = false;
    grpc::Status status;
    {
      const QueueTimer ending(kEnding, [&] {
        const std::lock_guard lock(mutex_);
        if (finished || stopped_) return;
        stumbled = true;
        context_->TryCancel();
      });
      status = reader.Finish();
      const std::lock_guard lock(mutex_);
      finished = true;
      if (stopped_) return std::nullopt;
    }
    if (!stumbled) {
      place_.ended();
      return status.ok() ? absl::UnavailableError("the stream ended") : from_grpc(status);
    }
    place_.stumbled();
    static auto& unread = metrics::refusals("message_unread", "unparsable messages from a watched service");
    unread.add();
    return absl::DataLossError("a message of the stream cannot be parsed");
  }

  bool open() {
    const std::lock_guard lock(mutex_);
    if (stopped_) return false;
    context_.emplace();
    context_->set_wait_for_ready(true);
    return true;
  }

  Peer<ServiceT>& peer_;
  const Method method_;
  const std::function<Req()> request_;
  const std::function<void(const Event&)> on_message_;
  const std::function<void(absl::Status)> on_lost_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<grpc::ClientContext> context_;
  bool stopped_ = false;
  // The thread's own.
  EventLogPlace place_;
  TokenBucket messages_{kMessages, kMessagesPerSecond}, bytes_{kBytes, kBytesPerSecond};
  std::thread thread_;
};

}  // namespace phone::mesh
