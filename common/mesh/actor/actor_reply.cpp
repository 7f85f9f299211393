// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/mesh/actor/actor_reply.hpp"

#include "common/mesh/actor/lent_worker_actor.hpp"

namespace phone::mesh {

caf::strong_actor_ptr Sink::make(caf::actor_system& system, OnResponse on_response) {
  caf::actor_config config;
  return caf::make_actor<Sink, caf::strong_actor_ptr>(system.next_actor_id(), system.node(), &system, config,
                                                      std::move(on_response));
}

void Sink::enqueue(caf::mailbox_element_ptr element, caf::execution_unit*) {
  if (!element->mid.is_response() || !on_response_) return;
  auto message = element->move_content_to_message();
  std::exchange(on_response_, nullptr)(message);  // one response; what it holds goes with it
}

void send_request(const caf::strong_actor_ptr& from, caf::abstract_actor* actor, caf::message message) {
  LentWorker::Unit* const here = LentWorker::here();
  actor->enqueue(from, caf::make_message_id(1), std::move(message),
                 here == nullptr ? nullptr : here->of(actor->home_system()));
}

}  // namespace phone::mesh
