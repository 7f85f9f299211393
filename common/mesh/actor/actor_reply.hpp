// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// actor_reply.hpp -- from a call to an actor and back: one message to one typed actor, whose answer, promise or error
// completes the call. The answer goes to a sink, an actor without a mailbox that runs in the answering thread, so there
// is one hop and no bridge. A promise that is dropped, or dies with its actor, drops the sink and with it the Reply:
// the caller gets UNAVAILABLE.
//
//   router.unary<SignRequest, SignReply>("phone.certificates.v1.CertificateManager/Sign", [&](const SignRequest&
//   request, Reply<SignReply> reply) {
//     ask<Signature>(system, keeper, reply, [](const Signature& s) { return to_proto(s); }, SignMessage{...});
//   });
#pragma once

#include <caf/actor_system.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/message.hpp>
#include <caf/monitorable_actor.hpp>
#include <functional>
#include <type_traits>
#include <utility>

#include "common/mesh/actor/actor_error.hpp"
#include "common/mesh/call/reply.hpp"

// CAF 0.17 refuses types it cannot serialise; ours never leave the process. At namespace scope outside any namespace.
#define PHONE_MESSAGE(T) CAF_ALLOW_UNSAFE_MESSAGE_TYPE(T)

namespace phone::mesh {

class Sink final : public caf::monitorable_actor {
 public:
  using OnResponse = std::function<void(caf::message&)>;
  Sink(caf::actor_config& config, OnResponse on_response)
      : monitorable_actor(config), on_response_(std::move(on_response)) {}

  static caf::strong_actor_ptr make(caf::actor_system& system, OnResponse on_response);
  void enqueue(caf::mailbox_element_ptr element, caf::execution_unit*) override;
  const char* name() const override { return "phone.sink"; }

 private:
  OnResponse on_response_;
};

// Sends `message` to `actor` as a request of `from`; on a thread that takes calls the actor then runs there.
void send_request(const caf::strong_actor_ptr& from, caf::abstract_actor* actor, caf::message message);

// Result is the actor's answer, void for none; convert turns it into the reply: Rep(const Result&), or
// Rep() for void.
template <class Result, class Rep, class Handle, class Convert, class... Args>
void ask(caf::actor_system& system, const Handle& actor, Reply<Rep> reply, Convert convert, Args&&... message) {
  auto* target = caf::actor_cast<caf::abstract_actor*>(actor);
  if (target == nullptr) return reply.fail(absl::UnavailableError("the actor is down"));
  auto sink = Sink::make(system, [reply = std::move(reply), convert = std::move(convert)](caf::message& answer) {
    if (answer.match_elements<caf::error>()) {
      const absl::Status status = to_status(answer.get_as<caf::error>(0));
      return reply.fail(status.ok() ? absl::UnavailableError("the actor has ended") : status);
    }
    if constexpr (std::is_void_v<Result>) {
      if (answer.empty() || answer.match_elements<caf::unit_t>()) return reply.ok(convert());
    } else {
      if (answer.match_elements<Result>()) return reply.ok(convert(answer.get_as<Result>(0)));
    }
    reply.fail(absl::InternalError("the actor answered with another type"));
  });
  send_request(sink, target, caf::make_message(std::forward<Args>(message)...));
}

}  // namespace phone::mesh
