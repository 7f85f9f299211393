// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Calls answered by actors: the answer, the promise, and every way an actor can fail one.
#include <caf/all.hpp>

#include "common/mesh/actor/actor_reply.hpp"
#include "tests/unit/mesh/house.hpp"

namespace phone::mesh {

struct Question {
  std::string text;
};

}  // namespace phone::mesh
PHONE_MESSAGE(phone::mesh::Question)

namespace phone::mesh {
namespace {

using Oracle = caf::typed_actor<caf::replies_to<Question>::with<std::string>>;

struct OracleState {
  std::vector<caf::typed_response_promise<std::string>> parked;
};

Oracle::behavior_type oracle(Oracle::stateful_pointer<OracleState> self) {
  return {[self](const Question& question) -> caf::result<std::string> {
    if (question.text == "refuse") return to_error(absl::FailedPreconditionError("the oracle is silent"));
    if (question.text == "throw") throw std::runtime_error("the oracle is gone");
    if (question.text == "drop") return self->make_response_promise<std::string>();
    if (question.text == "park") {
      self->state.parked.push_back(self->make_response_promise<std::string>());
      return self->state.parked.back();
    }
    if (question.text == "quit") {
      self->state.parked.push_back(self->make_response_promise<std::string>());
      self->quit(caf::exit_reason::user_shutdown);
      return self->state.parked.back();
    }
    if (question.text == "release") {
      for (auto& promise : self->state.parked) promise.deliver(std::string("at last"));
      self->state.parked.clear();
    }
    return "answer to " + question.text;
  }};
}

class Mesh_ActorCall : public testing::Test {
 protected:
  Mesh_ActorCall() {
    config_.set("scheduler.policy", caf::atom("sharing"));
    config_.set("scheduler.max-threads", size_t{1});
    system_ = std::make_unique<caf::actor_system>(config_);
    oracle_ = system_->spawn(oracle);
    house_.router.unary<DialRequest, CallReply>(kDial, [this](const DialRequest& request,
                                                              const Reply<CallReply>& reply) {
      ask<std::string>(
          *system_, oracle_, reply, [](const std::string& said) { return answer(said); }, Question{request.number()});
    });
    house_.open();
  }
  ~Mesh_ActorCall() override {
    house_.close(absl::Milliseconds(100));
    caf::anon_send_exit(oracle_, caf::exit_reason::user_shutdown);
    oracle_ = nullptr;
  }
  absl::StatusOr<CallReply> say(const std::string& text, absl::Duration timeout = kSoon) {
    return house_.peer().once(&Signaling::Stub::Dial, dial(text), timeout);
  }

  caf::actor_system_config config_;
  std::unique_ptr<caf::actor_system> system_;
  Oracle oracle_;
  House house_;
};

TEST_F(Mesh_ActorCall, AnswerCompletesTheCall) {
  const auto reply = say("x");
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->call().call(), "answer to x");
}

TEST_F(Mesh_ActorCall, ErrorOfTheActorIsTheStatusOfTheCall) {
  EXPECT_EQ(say("refuse").status(), absl::FailedPreconditionError("the oracle is silent"));
}

TEST_F(Mesh_ActorCall, PromiseCompletesTheCallLater) {
  absl::StatusOr<CallReply> parked;
  std::thread waiting([&] { parked = say("park"); });
  ASSERT_TRUE(eventually([&] { return house_.router.load()->unary() == 1; }));
  ASSERT_TRUE(say("release").ok());
  waiting.join();
  ASSERT_TRUE(parked.ok()) << parked.status();
  EXPECT_EQ(parked->call().call(), "at last");
}

TEST_F(Mesh_ActorCall, DroppedPromiseIsUnavailableAtOnce) {
  EXPECT_EQ(say("drop").status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(Mesh_ActorCall, DyingActorTakesNoCallWithIt) {
  EXPECT_EQ(say("quit").status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(say("x").status().code(), absl::StatusCode::kUnavailable) << "a dead actor is told at once";
}

TEST_F(Mesh_ActorCall, ThrowingActorIsAnErrorNotAHang) {
  const auto thrown = say("throw");
  EXPECT_TRUE(absl::IsInternal(thrown.status()) || absl::IsUnavailable(thrown.status())) << thrown.status();
  EXPECT_EQ(say("x").status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(Mesh_ActorCall, LateAnswerAfterTheDeadlineIsDropped) {
  EXPECT_EQ(say("park", absl::Milliseconds(50)).status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_TRUE(say("release").ok());
}

TEST(Mesh_ActorError, StatusSurvivesTheWayThroughAnActor) {
  for (const auto code : {absl::StatusCode::kNotFound, absl::StatusCode::kDataLoss, absl::StatusCode::kUnavailable}) {
    const absl::Status status(code, "why");
    EXPECT_EQ(to_status(to_error(status)), status);
  }
  EXPECT_TRUE(to_status(to_error(absl::OkStatus())).ok());
  EXPECT_EQ(to_status(caf::make_error(caf::sec::request_timeout)).code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(to_status(caf::make_error(caf::sec::unexpected_message)).code(), absl::StatusCode::kUnimplemented);
  EXPECT_EQ(to_status(caf::make_error(caf::exit_reason::kill)).code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace phone::mesh
