// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// peer.hpp -- the client of one other service: one channel, wait-for-ready, and every call tried again until its
// deadline, so that a restart of the peer is seen as latency. Methods must therefore bear being repeated; `once` and
// `start_once` are for those that do not.
#pragma once

#include <absl/status/statusor.h>
#include <absl/time/clock.h>
#include <absl/time/time.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "common/mesh/call/grpc_status.hpp"
#include "common/mesh/client/client.hpp"

namespace phone::mesh {

enum class Failed : bool { kTellAtOnce, kTryAgain };

// One asynchronous call and its repetitions; ends itself.
template <class Stub, class Req, class Rep>
class StartedCall final : public ClientQueue::Call {
 public:
  using Method = std::unique_ptr<grpc::ClientAsyncResponseReader<Rep>> (Stub::*)(grpc::ClientContext*, const Req&,
                                                                                 grpc::CompletionQueue*);
  using Done = std::function<void(absl::StatusOr<Rep>)>;

  static void start(std::shared_ptr<Stub> stub, Method method, Req request, absl::Time deadline, Failed failed,
                    Done done) {
    auto* call = new StartedCall(std::move(stub), method, std::move(request), deadline, failed, std::move(done));
    if (ClientQueue::instance().enter(call)) return call->attempt();
    call->done_(absl::CancelledError("the process is shutting down"));
    delete call;
  }

 private:
  StartedCall(std::shared_ptr<Stub> stub, Method method, Req request, absl::Time deadline, Failed failed, Done done)
      : stub_(std::move(stub)),
        method_(method),
        request_(std::move(request)),
        deadline_(deadline),
        failed_(failed),
        done_(std::move(done)) {}

  void attempt() {
    const std::lock_guard lock(mutex_);
    reader_.reset();  // it lives in memory of the context's call
    context_.emplace();
    context_->set_deadline(absl::ToChronoTime(deadline_));
    context_->set_wait_for_ready(true);
    if (cancelled_) context_->TryCancel();
    reader_ = ((*stub_).*method_)(&*context_, request_, &ClientQueue::instance().queue());
    reader_->StartCall();
    reader_->Finish(&reply_, &status_, static_cast<ClientQueue::Call*>(this));
  }

  void completed(bool) override {
    // An answer may be here before attempt(), on the thread that asked, has let go of the lock; only then may we go.
    { const std::lock_guard attempted(mutex_); }
    if (pausing_) {
      pausing_ = false;
      return attempt();
    }
    if (failed_ == Failed::kTryAgain && worth_retrying(status_.error_code()) && pause()) return;
    ClientQueue::instance().leave(this);  // before done_, after which the queue may be stopped
    auto done = std::move(done_);
    absl::StatusOr<Rep> result = status_.ok() ? absl::StatusOr<Rep>(std::move(reply_)) : from_grpc(status_);
    delete this;
    done(std::move(result));
  }

  bool pause() {
    const std::lock_guard lock(mutex_);
    const absl::Time until = absl::Now() + retry_pause(attempt_++);
    if (cancelled_ || until >= deadline_) return false;
    pausing_ = true;
    alarm_.emplace();
    alarm_->Set(&ClientQueue::instance().queue(), absl::ToChronoTime(until), static_cast<ClientQueue::Call*>(this));
    return true;
  }

  void cancel() override {
    const std::lock_guard lock(mutex_);
    cancelled_ = true;
    if (context_) context_->TryCancel();
    if (alarm_) alarm_->Cancel();
  }

  const std::shared_ptr<Stub> stub_;
  const Method method_;
  const Req request_;
  const absl::Time deadline_;
  const Failed failed_;
  Done done_;
  std::mutex mutex_;  // against cancel()
  std::optional<grpc::ClientContext> context_;
  std::optional<grpc::Alarm> alarm_;
  std::unique_ptr<grpc::ClientAsyncResponseReader<Rep>> reader_;
  Rep reply_;
  grpc::Status status_;
  int attempt_ = 0;
  bool pausing_ = false, cancelled_ = false;
};

template <class ServiceT>
class Peer {
 public:
  using Stub = typename ServiceT::Stub;
  template <class Req, class Rep>
  using Method = grpc::Status (Stub::*)(grpc::ClientContext*, const Req&, Rep*);
  template <class Req, class Rep>
  using AsyncMethod = typename StartedCall<Stub, Req, Rep>::Method;

  explicit Peer(const std::filesystem::path& socket) : Peer(open_channel(socket)) {}
  explicit Peer(const std::shared_ptr<grpc::Channel>& channel) : stub_(ServiceT::NewStub(channel)) {}

  // Blocks, at most `timeout`: peer.call(&TrustStore::Stub::VerifyPeer, request, absl::Seconds(2)). Never from a CAF
  // worker.
  template <class Req, class Rep>
  absl::StatusOr<Rep> call(Method<Req, Rep> method, const Req& request, absl::Duration timeout) const {
    const absl::Time deadline = absl::Now() + timeout;
    for (int attempt = 0;; ++attempt) {
      Rep reply;
      const grpc::Status status = try_once(method, request, deadline, reply);
      if (status.ok()) return reply;
      const absl::Duration pause = retry_pause(attempt);
      if (!worth_retrying(status.error_code()) || absl::Now() + pause >= deadline) return from_grpc(status);
      absl::SleepFor(pause);
    }
  }

  // As call(), but a failure is not tried again; waits for the peer to be there all the same.
  template <class Req, class Rep>
  absl::StatusOr<Rep> once(Method<Req, Rep> method, const Req& request, absl::Duration timeout) const {
    Rep reply;
    const grpc::Status status = try_once(method, request, absl::Now() + timeout, reply);
    if (!status.ok()) return from_grpc(status);
    return reply;
  }

  // From anywhere: peer.start(&TrustStore::Stub::PrepareAsyncVerifyPeer, request, absl::Seconds(2), done). `done` runs
  // on the client's own thread and must not block; it runs exactly once, with CANCELLED when the process drains,
  // perhaps after this object has gone.
  template <class Req, class Rep>
  void start(std::unique_ptr<grpc::ClientAsyncResponseReader<Rep>> (Stub::*method)(grpc::ClientContext*, const Req&,
                                                                                   grpc::CompletionQueue*),
             std::type_identity_t<Req> request, absl::Duration timeout,
             std::type_identity_t<std::function<void(absl::StatusOr<Rep>)>> done) const {
    StartedCall<Stub, Req, Rep>::start(stub_, method, std::move(request), absl::Now() + timeout, Failed::kTryAgain,
                                       std::move(done));
  }

  // start() as once() is to call(): a call that has reached the peer is not repeated; waits for the peer to be
  // there all the same.
  template <class Req, class Rep>
  void start_once(std::unique_ptr<grpc::ClientAsyncResponseReader<Rep>> (Stub::*method)(grpc::ClientContext*,
                                                                                        const Req&,
                                                                                        grpc::CompletionQueue*),
                  std::type_identity_t<Req> request, absl::Duration timeout,
                  std::type_identity_t<std::function<void(absl::StatusOr<Rep>)>> done) const {
    StartedCall<Stub, Req, Rep>::start(stub_, method, std::move(request), absl::Now() + timeout, Failed::kTellAtOnce,
                                       std::move(done));
  }

  Stub& stub() const { return *stub_; }

 private:
  template <class Req, class Rep>
  grpc::Status try_once(Method<Req, Rep> method, const Req& request, absl::Time deadline, Rep& reply) const {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(deadline));
    context.set_wait_for_ready(true);
    return ((*stub_).*method)(&context, request, &reply);
  }

  const std::shared_ptr<Stub> stub_;
};

}  // namespace phone::mesh
