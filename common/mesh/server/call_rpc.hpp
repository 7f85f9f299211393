// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// call_rpc.hpp -- one call on a role's server, from its arrival to its last completion. Completions run on the server's
// one queue thread; answers and wakes come from any thread through the gate, which is shut before the call goes.
#pragma once

#include <absl/container/flat_hash_set.h>
#include <grpcpp/alarm.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "common/mesh/server/load.hpp"
#include "common/mesh/server/registered_methods_rpc.hpp"
#include "common/mesh/server/router.hpp"

namespace phone::mesh {

class Call;

// Shared by the calls of one server.
struct CallHost {
  Router& router;
  const Role role;
  const std::string caller;               // names the caller in refusals; may be empty
  const absl::Duration default_deadline;  // of a unary call that comes without one; zero: it is refused
  grpc::AsyncGenericService generic;
  std::unique_ptr<RegisteredMethods> registered;  // null: every call arrives generically
  std::unique_ptr<grpc::ServerCompletionQueue> queue;
  std::atomic<bool> draining = false;  // streams end, new ones are turned away

  std::mutex mutex;
  bool closed = false;  // the queue takes no operation any more
  absl::flat_hash_set<Call*> calls;

  // Takes the first call of every kind.
  void arm_all();
  // Takes the next call, of a registered method or any other; nothing after close.
  void arm(std::optional<size_t> registered);
  // The same for the methods whose call is being answered: the answer goes first. The queue thread's own.
  void arm_owed();
  std::vector<size_t> owed;
};

class Call {
 public:
  Call(CallHost& host, std::optional<size_t> registered);
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  enum class Op { kArrive, kRead, kWrite, kFinish, kDone, kExpire };
  struct Tag {
    Call* call;
    Op op;
  };
  static void complete(void* tag, bool ok);

  void end_stream();  // with UNAVAILABLE, when the process drains
  void close();       // no operation after this

 private:
  friend struct CallHost;
  struct Gate {
    std::mutex mutex;
    Call* call = nullptr;  // null once it has gone
  };
  class PendingAnswer;

  void on(Op op, bool ok);
  void arrived();
  absl::Status admit();
  absl::Status decide_deadline();
  absl::Status tell_who(const absl::Status& refusal) const;
  void expired();
  absl::Status weigh();  // the message as read, before it is parsed
  void request_read();
  void open_stream();
  void converse();
  void done();
  void* begin(Op op);  // locked: counts an operation and gives its tag
  bool may_start() const { return !closed_ && !finishing_ && !gone_; }
  void pull();                                   // locked
  void finish(const absl::Status& status);       // locked
  void answer(const grpc::ByteBuffer& message);  // locked
  void read();                                   // locked
  void fail(const absl::Status& status);
  CallInfo info() const;

  CallHost& host_;
  const std::optional<size_t> registered_;
  grpc::GenericServerContext context_;
  grpc::GenericServerAsyncReaderWriter stream_{&context_};               // generic arrival
  grpc::ServerAsyncResponseWriter<grpc::ByteBuffer> writer_{&context_};  // registered
  grpc::ByteBuffer buffer_;
  Tag tags_[6];
  const std::shared_ptr<Gate> gate_ = std::make_shared<Gate>();

  // Under the gate's mutex.
  int pending_ = 0;
  bool streaming_ = false, writing_ = false, finishing_ = false, closed_ = false, gone_ = false;
  std::unique_ptr<Stream> message_stream_;
  std::unique_ptr<grpc::Alarm> alarm_;  // of a call that came without a deadline

  // The queue thread's own.
  const Router::Method* method_ = nullptr;
  absl::Time deadline_;
  std::unique_ptr<google::protobuf::Message> request_;
  AdmissionTicket ticket_;  // of an answer under way: under the gate's mutex
};

}  // namespace phone::mesh
