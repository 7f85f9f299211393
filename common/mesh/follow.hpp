// follow.hpp -- watching a stream of another service for as long as we live: its own thread, reconnecting for ever. For
// level-triggered streams, where every message is the whole present state and nothing depends on having seen the one
// before.
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

#include "common/mesh/grpc_status.hpp"
#include "common/mesh/peer.hpp"

namespace phone::mesh {

template <class ServiceT, class Req, class Event>
class Follower {
 public:
  using Stub = typename ServiceT::Stub;
  using Method = std::unique_ptr<grpc::ClientReader<Event>> (Stub::*)(grpc::ClientContext*, const Req&);

  // Both callbacks run on the follower's thread. on_lost: the stream broke and will be opened again.
  Follower(Peer<ServiceT>& peer, Method method, Req request, std::function<void(const Event&)> on_message,
           std::function<void(absl::Status)> on_lost = {})
      : Follower(
            peer, method, [request = std::move(request)] { return request; }, std::move(on_message),
            std::move(on_lost)) {}
  // The request is made anew for every connection, as for a journal that goes on after the last number seen.
  Follower(Peer<ServiceT>& peer, Method method, std::function<Req()> request,
           std::function<void(const Event&)> on_message, std::function<void(absl::Status)> on_lost = {})
      : peer_(peer),
        method_(method),
        request_(std::move(request)),
        on_message_(std::move(on_message)),
        on_lost_(std::move(on_lost)) {
    thread_ = std::thread([this] { run(); });
    pthread_setname_np(thread_.native_handle(), "follower");
  }
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;
  ~Follower() { stop(); }

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
  static constexpr std::chrono::milliseconds kFirstPause{20}, kLongestPause{1000};

  void run() {
    auto pause = kFirstPause;
    while (open()) {
      const auto reader = ((peer_.stub()).*method_)(&*context_, request_());
      Event event;
      while (reader->Read(&event)) {
        pause = kFirstPause;
        on_message_(event);
      }
      const grpc::Status status = reader->Finish();
      std::unique_lock lock(mutex_);
      if (stopped_) return;
      lock.unlock();
      if (on_lost_) on_lost_(status.ok() ? absl::UnavailableError("the stream ended") : from_grpc(status));
      lock.lock();
      changed_.wait_for(lock, pause, [this] { return stopped_; });
      pause = std::min(pause * 2, kLongestPause);
    }
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
  std::thread thread_;
};

}  // namespace phone::mesh
