// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// reply.hpp -- the one answer a unary call is owed. Any thread may give it, at any time; only the first counts, and
// when the last handle goes without an answer the caller gets UNAVAILABLE. An answer that comes after the deadline
// or a cancellation is dropped.
#pragma once

#include <absl/status/status.h>
#include <google/protobuf/message.h>

#include <atomic>
#include <memory>
#include <utility>

#include "common/mesh/call/call_info.hpp"
#include "common/mesh/call/reason.hpp"

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
  explicit Reply(std::shared_ptr<Answer> answer) : state_(std::make_shared<State>(std::move(answer))) {}

  void ok(const Rep& reply) const { state_->answer->give(absl::OkStatus(), &reply); }
  void fail(const absl::Status& status) const {
    state_->answer->give(status.ok() ? absl::InternalError("failed without a stated reason") : status, nullptr);
  }
  const CallInfo& info() const { return state_->answer->info(); }

 private:
  struct State {
    explicit State(std::shared_ptr<Answer> owed) : answer(std::move(owed)) {}
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() {
      if (!answer->given()) {
        answer->give(with_reason(absl::UnavailableError("the service did not answer the call"), reason::kNoAnswer),
                     nullptr);
      }
    }
    std::shared_ptr<Answer> answer;
  };
  std::shared_ptr<State> state_;
};

}  // namespace phone::mesh
