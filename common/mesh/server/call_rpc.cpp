// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/mesh/server/call_rpc.hpp"

#include <absl/strings/str_cat.h>
#include <absl/time/clock.h>
#include <absl/time/time.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/support/proto_buffer_reader.h>
#include <grpcpp/support/proto_buffer_writer.h>

#include <utility>

#include "common/mesh/call/grpc_status.hpp"
#include "common/mesh/call/reason.hpp"
#include "common/mesh/guard/refused_callers.hpp"
#include "common/metrics/metrics.hpp"
#include "common/os/steady_time.hpp"

namespace phone::mesh {
namespace {

using google::protobuf::Message;

constexpr size_t kSmallAnswer = 64 * 1024;  // gRPC takes as much from us without waiting for the caller

grpc::ByteBuffer serialise(const Message& message) {
  grpc::ByteBuffer bytes;
  bool own = false;
  grpc::GenericSerialize<grpc::ProtoBufferWriter, Message>(message, &bytes, &own);
  return bytes;
}

bool parse(grpc::ByteBuffer& bytes, Message& into) {
  return grpc::GenericDeserialize<grpc::ProtoBufferReader, Message>(&bytes, &into).ok();
}

absl::Time to_time(gpr_timespec at) {
  at = gpr_convert_clock_type(at, GPR_CLOCK_REALTIME);
  if (gpr_time_cmp(at, gpr_inf_future(GPR_CLOCK_REALTIME)) == 0) return absl::InfiniteFuture();
  return absl::FromUnixSeconds(at.tv_sec) + absl::Nanoseconds(at.tv_nsec);
}

absl::Status malformed(const char* text) {
  return with_reason(absl::InvalidArgumentError(text), reason::kRequestMalformed);
}

absl::Status shutting_down() { return with_reason(absl::UnavailableError("shutting down"), reason::kShuttingDown); }

// Calls that the mesh itself refuses; those refused by handlers are not counted.
void count_refusal(const absl::Status& status) {
  static auto& forbidden = metrics::refusals("call_forbidden", "calls of a method the caller's role may not call");
  static auto& surplus = metrics::refusals("call_surplus", "calls beyond the limit of calls in progress");
  static auto& malformed =
      metrics::refusals("call_malformed", "calls without a deadline or with an unparsable message");
  if (absl::IsPermissionDenied(status)) forbidden.add();
  if (absl::IsResourceExhausted(status)) surplus.add();
  if (absl::IsInvalidArgument(status)) malformed.add();
}

}  // namespace

// The caller's place in the load is kept until the handler lets go, not until the caller does: what counts is what
// waits in mailboxes; with a large answer, until the caller has taken it.
class Call::PendingAnswer final : public Answer {
 public:
  PendingAnswer(CallInfo info, std::shared_ptr<Gate> gate, AdmissionTicket admission)
      : Answer(std::move(info)), gate_(std::move(gate)), ticket_(std::move(admission)) {}

 private:
  void deliver(const absl::Status& status, const Message* message) override {
    grpc::ByteBuffer bytes;
    if (status.ok()) bytes = serialise(*message);
    AdmissionTicket kept = std::move(ticket_);
    if (bytes.Length() <= kSmallAnswer) kept.release();  // before the caller can know and call again
    const std::lock_guard lock(gate_->mutex);
    Call* call = gate_->call;
    if (call == nullptr || !call->may_start()) return;
    call->ticket_ = std::move(kept);  // a large one waits in gRPC for a caller that may not take it
    if (!status.ok()) return call->finish(status);
    call->answer(bytes);
  }

  const std::shared_ptr<Gate> gate_;
  AdmissionTicket ticket_;
};

void CallHost::arm_all() {
  arm(std::nullopt);
  for (size_t i = 0; registered && i < registered->size(); ++i) arm(i);
}

void CallHost::arm_owed() {
  for (const size_t index : owed) arm(index);
  owed.clear();
}

void CallHost::arm(std::optional<size_t> index) {
  auto* call = new Call(*this, index);
  const std::lock_guard lock(mutex);
  if (closed) {
    delete call;
    return;
  }
  calls.insert(call);
  // The done tag comes only for calls that arrive; arrived() counts it.
  call->context_.AsyncNotifyWhenDone(&call->tags_[static_cast<size_t>(Call::Op::kDone)]);
  call->pending_ = 1;
  void* const tag = &call->tags_[static_cast<size_t>(Call::Op::kArrive)];
  if (index) {
    registered->request(*index, &call->context_, &call->buffer_, &call->writer_, queue.get(), tag);
  } else {
    generic.RequestCall(&call->context_, &call->stream_, queue.get(), queue.get(), tag);
  }
}

Call::Call(CallHost& host, std::optional<size_t> registered) : host_(host), registered_(registered) {
  for (size_t i = 0; i < std::size(tags_); ++i) tags_[i] = {this, static_cast<Op>(i)};
  gate_->call = this;
}

void Call::complete(void* tag, bool ok) {
  const Tag& completed = *static_cast<Tag*>(tag);
  completed.call->on(completed.op, ok);
}

void Call::on(Op op, bool ok) {
  switch (op) {
    case Op::kArrive:
      if (ok) arrived();
      break;
    case Op::kRead:
      if (method_->unary || method_->stream) {
        if (!ok) {
          fail(malformed("the call has no message, or one over the limit"));
        } else {
          request_read();
        }
      } else if (ok) {
        converse();
      } else {
        const std::lock_guard lock(gate_->mutex);
        if (may_start()) finish(absl::OkStatus());
      }
      break;
    case Op::kWrite: {
      const std::lock_guard lock(gate_->mutex);
      writing_ = false;
      if (ok && method_->converse) {
        if (may_start()) read();
      } else if (ok) {
        pull();
      }
      break;
    }
    case Op::kFinish:
      break;
    case Op::kDone:
      done();
      break;
    case Op::kExpire:
      if (ok) expired();
      break;
  }
  {
    const std::lock_guard lock(gate_->mutex);
    if (--pending_ > 0) return;
    gate_->call = nullptr;
  }
  {
    const std::lock_guard lock(host_.mutex);
    host_.calls.erase(this);
  }
  delete this;
}

void Call::arrived() {
  if (registered_) {
    host_.owed.push_back(*registered_);
    method_ = &host_.registered->method(*registered_);
  } else {
    host_.arm(std::nullopt);
  }
  {
    const std::lock_guard lock(gate_->mutex);
    ++pending_;  // the done tag
  }
  if (const absl::Status admitted = admit(); !admitted.ok()) return fail(admitted);
  if (registered_) return request_read();
  const std::lock_guard lock(gate_->mutex);
  streaming_ = !method_->unary;
  if (may_start()) read();
}

absl::Status Call::admit() {
  if (method_ == nullptr) {
    const std::string& path = context_.method();
    if (path.empty() || path.front() != '/')
      return with_reason(absl::UnimplementedError("unknown method"), reason::kUnknownMethod);
    if (auto admitted = host_.router.admit(std::string_view(path).substr(1), host_.role, &method_); !admitted.ok()) {
      if (absl::IsPermissionDenied(admitted)) {
        RefusedCallers::instance().note(absl::StrCat("A call was refused: ", admitted.message()));
      }
      return tell_who(admitted);
    }
  }
  if (auto decided = decide_deadline(); !decided.ok()) return decided;
  if (method_->row->largest_request > kLargestRequest) {
    if (auto solvent = host_.router.load()->solvent(host_.role, os::steady_now()); !solvent.ok())
      return with_reason(solvent, reason::kTooManyBytes);
  }
  auto admission = AdmissionTicket::take(host_.router.load(), !method_->unary, host_.role, *method_->row);
  if (!admission.ok()) return with_reason(admission.status(), reason::kTooManyCalls);
  ticket_ = *std::move(admission);
  return absl::OkStatus();
}

// A caller cannot know how the phone sees it: it is told, where that is why it is refused.
absl::Status Call::tell_who(const absl::Status& refusal) const {
  if (!absl::IsPermissionDenied(refusal) || host_.caller.empty()) return refusal;
  absl::Status told(refusal.code(), absl::StrCat("you are ", host_.caller, ": ", refusal.message()));
  refusal.ForEachPayload(
      [&told](absl::string_view type, const absl::Cord& payload) { told.SetPayload(type, payload); });
  return told;
}

absl::Status Call::decide_deadline() {
  deadline_ = to_time(context_.raw_deadline());
  if (!method_->unary || deadline_ < absl::InfiniteFuture()) return absl::OkStatus();
  if (host_.default_deadline == absl::ZeroDuration()) {
    return with_reason(absl::InvalidArgumentError("the call has no deadline"), reason::kDeadlineMissing);
  }
  deadline_ = absl::Now() + host_.default_deadline;
  const std::lock_guard lock(gate_->mutex);
  if (!may_start()) return absl::OkStatus();
  alarm_ = std::make_unique<grpc::Alarm>();
  alarm_->Set(host_.queue.get(), absl::ToChronoTime(deadline_), begin(Op::kExpire));
  return absl::OkStatus();
}

void Call::expired() {
  const std::lock_guard lock(gate_->mutex);
  if (!may_start()) return;
  finish(with_reason(absl::DeadlineExceededError(absl::StrCat("the call had no deadline and was given ",
                                                              absl::FormatDuration(host_.default_deadline))),
                     reason::kDeadlinePassed));
}

absl::Status Call::weigh() {
  const size_t size = buffer_.Length(), most = method_->row->largest_request;
  host_.router.load()->pay(host_.role, size, os::steady_now());
  if (size <= most) return absl::OkStatus();
  return with_reason(absl::ResourceExhaustedError(absl::StrCat("the request has ", size, " bytes, and ", method_->name,
                                                               " takes at most ", most)),
                     reason::kRequestTooLarge);
}

void Call::request_read() {
  if (const auto weighed = weigh(); !weighed.ok()) {
    buffer_.Clear();
    return fail(weighed);
  }
  request_.reset(method_->request->New());
  if (!parse(buffer_, *request_)) return fail(malformed("the request cannot be parsed"));
  if (method_->stream) return open_stream();
  method_->unary(*request_, std::make_shared<PendingAnswer>(info(), gate_, std::move(ticket_)));
  request_.reset();
}

void Call::open_stream() {
  if (host_.draining) return fail(shutting_down());
  auto stream = method_->stream(*request_, info(), [gate = std::weak_ptr(gate_)] {
    const auto held = gate.lock();
    if (!held) return;
    const std::lock_guard lock(held->mutex);
    if (held->call != nullptr) held->call->pull();
  });
  request_.reset();
  if (!stream.ok()) return fail(stream.status());
  const std::lock_guard lock(gate_->mutex);
  message_stream_ = *std::move(stream);
  pull();
}

void Call::converse() {
  if (const auto weighed = weigh(); !weighed.ok()) return fail(weighed);
  std::unique_ptr<Message> request(method_->request->New());
  if (!parse(buffer_, *request)) return fail(malformed("the request cannot be parsed"));
  const auto answer = method_->converse(*request, info());
  if (!answer.ok()) return fail(answer.status());
  const auto bytes = serialise(**answer);
  const std::lock_guard lock(gate_->mutex);
  if (host_.draining && may_start()) return finish(shutting_down());
  if (!may_start()) return;
  writing_ = true;
  stream_.Write(bytes, begin(Op::kWrite));
}

void Call::done() {
  std::unique_ptr<Stream> stream;  // goes outside the lock
  const std::lock_guard lock(gate_->mutex);
  gone_ = true;
  stream = std::move(message_stream_);
  if (alarm_) alarm_->Cancel();
}

void* Call::begin(Op op) {
  ++pending_;
  return &tags_[static_cast<size_t>(op)];
}

void Call::read() { stream_.Read(&buffer_, begin(Op::kRead)); }

void Call::pull() {
  if (!message_stream_ || writing_ || !may_start()) return;
  if (const auto message = message_stream_->next()) {
    writing_ = true;
    stream_.Write(serialise(*message), begin(Op::kWrite));
  } else if (const auto status = message_stream_->ended()) {
    finish(*status);
  }
}

void Call::finish(const absl::Status& status) {
  finishing_ = true;
  if (registered_) return writer_.FinishWithError(to_grpc(status), begin(Op::kFinish));
  stream_.Finish(to_grpc(status), begin(Op::kFinish));
}

void Call::answer(const grpc::ByteBuffer& message) {
  finishing_ = true;
  if (registered_) return writer_.Finish(message, grpc::Status::OK, begin(Op::kFinish));
  stream_.WriteAndFinish(message, grpc::WriteOptions(), grpc::Status::OK, begin(Op::kFinish));
}

void Call::fail(const absl::Status& status) {
  count_refusal(status);
  const std::lock_guard lock(gate_->mutex);
  if (may_start()) finish(status);
}

void Call::end_stream() {
  const std::lock_guard lock(gate_->mutex);
  // A write under way ends with the transport; Finish may follow it, only another Write may not.
  if (streaming_ && may_start()) finish(shutting_down());
}

void Call::close() {
  const std::lock_guard lock(gate_->mutex);
  closed_ = true;
}

CallInfo Call::info() const { return {.caller = host_.role, .method = method_->name, .deadline = deadline_}; }

}  // namespace phone::mesh
