// reply.hpp -- the one answer a unary call is owed. Any thread may give it, at any time; only the first counts, and
// when the last handle goes without an answer the caller is told UNAVAILABLE. An answer that comes after the deadline
// or a cancellation is dropped.
#pragma once

#include <absl/status/status.h>
#include <google/protobuf/message.h>

#include <atomic>
#include <memory>
#include <utility>

#include "common/mesh/call/call_info.hpp"

namespace phone::mesh {

// Where an answer goes; the transport and the tests each have one.
class Answer {
 public:
  explicit Answer(CallInfo info) : info_(std::move(info)) {}
  Answer(const Answer&) = delete;
  Answer& operator=(const Answer&) = delete;
  virtual ~Answer() = default;

  const CallInfo& info() const { return info_; }
  // `message` is null unless the status is OK.
  void give(const absl::Status& status, const google::protobuf::Message* message) {
    if (!given_.exchange(true)) deliver(status, message);
  }
  bool given() const { return given_; }

 protected:
  virtual void deliver(const absl::Status& status, const google::protobuf::Message* message) = 0;

 private:
  const CallInfo info_;
  std::atomic<bool> given_ = false;
};

template <class Rep>
class Reply {
 public:
  explicit Reply(std::shared_ptr<Answer> answer) : held_(std::make_shared<Held>(std::move(answer))) {}

  void ok(const Rep& reply) const { held_->answer->give(absl::OkStatus(), &reply); }
  void fail(const absl::Status& status) const {
    held_->answer->give(status.ok() ? absl::InternalError("a failure without a reason") : status, nullptr);
  }
  const CallInfo& info() const { return held_->answer->info(); }

 private:
  struct Held {
    explicit Held(std::shared_ptr<Answer> owed) : answer(std::move(owed)) {}
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;
    ~Held() {
      if (!answer->given()) answer->give(absl::UnavailableError("the service dropped the call"), nullptr);
    }
    std::shared_ptr<Answer> answer;
  };
  std::shared_ptr<Held> held_;
};

}  // namespace phone::mesh
