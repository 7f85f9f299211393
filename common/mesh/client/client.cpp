// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/mesh/client/client.hpp"

#include <absl/random/random.h>
#include <absl/time/clock.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <algorithm>
#include <utility>

#include "common/mesh/guard/wire_guard.hpp"

namespace phone::mesh {
namespace {

constexpr int kMaxMessage = 5 * 1024 * 1024;
constexpr auto kFirstPause = absl::Milliseconds(5);
constexpr auto kLongestPause = absl::Milliseconds(100);

}  // namespace

std::shared_ptr<grpc::Channel> open_channel(const std::filesystem::path& socket) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 20);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 20);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 200);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_SERVICE_CONFIG_DISABLE_RESOLUTION, 1);
  arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  arguments.SetInt(GRPC_ARG_ENABLE_PER_MESSAGE_DECOMPRESSION, 0);
  wire_guard::watch_connections_to(socket);
  arguments.SetMaxReceiveMessageSize(kMaxMessage);
  return grpc::CreateCustomChannel("unix:" + socket.string(), grpc::InsecureChannelCredentials(), arguments);
}

bool worth_retrying(grpc::StatusCode code) {
  return code == grpc::StatusCode::UNAVAILABLE || code == grpc::StatusCode::CANCELLED;
}

absl::Duration retry_pause(int attempt) {
  thread_local absl::InsecureBitGen random;
  const absl::Duration pause = std::min(kLongestPause, kFirstPause * (1 << std::min(attempt, 8)));
  return pause * absl::Uniform(random, 0.5, 1.0);
}

// Never destroyed: a thread may still hold a call when statics go. stop() is the orderly end.
ClientQueue& ClientQueue::instance() {
  static auto* const queue = new ClientQueue;
  return *queue;
}

ClientQueue::ClientQueue() {
  thread_ = std::thread([this] {
    void* tag = nullptr;
    bool ok = false;
    while (queue_.Next(&tag, &ok)) static_cast<Call*>(tag)->completed(ok);
  });
  pthread_setname_np(thread_.native_handle(), "rpc.client");
}

bool ClientQueue::enter(Call* call) {
  const std::lock_guard lock(mutex_);
  if (stopped_) return false;
  calls_.insert(call);
  return true;
}

void ClientQueue::leave(Call* call) {
  const std::lock_guard lock(mutex_);
  calls_.erase(call);
  if (stopped_ && calls_.empty()) queue_.Shutdown();
}

void ClientQueue::stop() {
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return;
    stopped_ = true;
    for (Call* call : calls_) call->cancel();
    if (calls_.empty()) queue_.Shutdown();
  }
  thread_.join();
}

QueueTimer::QueueTimer(absl::Duration after, std::function<void()> expired) : expired_(std::move(expired)) {
  ended_ = !ClientQueue::instance().enter(this);
  if (ended_) return;
  const std::lock_guard lock(mutex_);
  alarm_.Set(&ClientQueue::instance().queue(), absl::ToChronoTime(absl::Now() + after),
             static_cast<ClientQueue::Call*>(this));
}

QueueTimer::~QueueTimer() {
  std::unique_lock lock(mutex_);
  alarm_.Cancel();
  changed_.wait(lock, [this] { return ended_; });
}

void QueueTimer::completed(bool ok) {
  if (ok) expired_();
  ClientQueue::instance().leave(this);
  const std::lock_guard lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

void QueueTimer::cancel() {
  const std::lock_guard lock(mutex_);
  alarm_.Cancel();
}

}  // namespace phone::mesh
