// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "gateway/web/calls/open_stream_rpc.hpp"

#include <grpcpp/generic/generic_stub.h>

#include <chrono>
#include <mutex>
#include <utility>

#include "common/mesh/call/grpc_status.hpp"
#include "common/mesh/client/client.hpp"
#include "gateway/web/calls/buffer_rpc.hpp"
#include "gateway/web/calls/json_rpc.hpp"

namespace phone::gateway::web {
namespace {

// One operation of gRPC is under way at a time, so the state says what has completed. Keeps itself until gRPC has
// finished the call.
class ServerStream final : mesh::ClientQueue::Call {
 public:
  ServerStream(const google::protobuf::Descriptor& reply, grpc::ByteBuffer request)
      : type_(reply), request_(std::move(request)) {}

  static void start(const std::shared_ptr<ServerStream>& stream, const std::shared_ptr<grpc::Channel>& channel,
                    const std::string& path, GatewayPort::Timeout timeout) {
    const std::lock_guard lock(stream->mutex_);
    auto& queue = mesh::ClientQueue::instance();
    if (!queue.enter(stream.get())) {
      stream->state_ = State::kEnded;
      stream->end_ = absl::CancelledError("the process is shutting down");
      return;
    }
    stream->self_ = stream;
    stream->context_.set_wait_for_ready(true);
    if (timeout) stream->context_.set_deadline(std::chrono::system_clock::now() + *timeout);
    stream->call_ = grpc::GenericStub(channel).PrepareCall(&stream->context_, path, &queue.queue());
    stream->call_->StartCall(stream->tag());
  }

  void next(GatewayPort::Stream::Next next) {
    std::unique_lock lock(mutex_);
    next_ = std::move(next);
    if (state_ == State::kOpen) return read();
    if (state_ != State::kEnded) return;
    auto ended = std::exchange(next_, nullptr);
    lock.unlock();
    ended(std::nullopt, end_);
  }

  void abandon() {
    GatewayPort::Stream::Next dropped;  // may own the session that calls us: goes after the lock
    const std::lock_guard lock(mutex_);
    dropped = std::exchange(next_, nullptr);
    end_early();
  }

 private:
  enum class State {
    kStarting,
    kSending,  // the request
    kOpen,     // idle until the next message is requested
    kReading,
    kFinishing,
    kEnded,
  };

  void* tag() { return static_cast<mesh::ClientQueue::Call*>(this); }

  void read() {
    state_ = State::kReading;
    call_->Read(&message_, tag());
  }
  void finish() {
    state_ = State::kFinishing;
    call_->Finish(&status_, tag());
  }
  void end_early() {
    context_.TryCancel();
    if (state_ == State::kOpen) finish();
  }

  void cancel() override {
    const std::lock_guard lock(mutex_);
    end_early();
  }

  void completed(bool ok) override {
    std::unique_lock lock(mutex_);
    switch (state_) {
      case State::kStarting:
        if (!ok) return finish();
        state_ = State::kSending;
        return call_->WriteLast(request_, grpc::WriteOptions(), tag());
      case State::kSending:
        if (!ok) return finish();
        request_.Clear();
        state_ = State::kOpen;
        if (next_) read();
        return;
      case State::kReading:
        return ok ? deliver(lock) : finish();
      case State::kFinishing:
        return ended(lock);
      case State::kOpen:
      case State::kEnded:
        return;
    }
  }

  void deliver(std::unique_lock<std::mutex>& lock) {
    auto json = json_of(type_, text_of(message_));
    message_.Clear();
    if (!json.ok()) {
      unreadable_ = json.status();
      context_.TryCancel();
      return finish();
    }
    state_ = State::kOpen;
    const auto next = std::exchange(next_, nullptr);
    lock.unlock();
    if (next) next(*std::move(json), absl::OkStatus());
  }

  void ended(std::unique_lock<std::mutex>& lock) {
    state_ = State::kEnded;
    end_ = unreadable_.ok() ? mesh::from_grpc(status_) : unreadable_;
    const auto next = std::exchange(next_, nullptr);
    const auto self = std::exchange(self_, nullptr);
    lock.unlock();
    mesh::ClientQueue::instance().leave(this);
    if (next) next(std::nullopt, end_);
  }

  const google::protobuf::Descriptor& type_;
  std::mutex mutex_;  // for all below
  State state_ = State::kStarting;
  grpc::ByteBuffer request_, message_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> call_;
  grpc::Status status_;
  absl::Status unreadable_, end_;
  GatewayPort::Stream::Next next_;
  std::shared_ptr<ServerStream> self_;
};

class Handle final : public GatewayPort::Stream {
 public:
  explicit Handle(std::shared_ptr<ServerStream> stream) : stream_(std::move(stream)) {}
  ~Handle() override { stream_->abandon(); }
  void next(Next next) override { stream_->next(std::move(next)); }

 private:
  const std::shared_ptr<ServerStream> stream_;
};

}  // namespace

std::unique_ptr<GatewayPort::Stream> open_stream(const std::shared_ptr<grpc::Channel>& channel, const std::string& path,
                                                 const google::protobuf::Descriptor& reply, grpc::ByteBuffer request,
                                                 GatewayPort::Timeout timeout) {
  const auto stream = std::make_shared<ServerStream>(reply, std::move(request));
  ServerStream::start(stream, channel, path, timeout);
  return std::make_unique<Handle>(stream);
}

}  // namespace phone::gateway::web
