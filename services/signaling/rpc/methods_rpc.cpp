// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/rpc/methods_rpc.hpp"

#include "services/signaling/rpc/convert_rpc.hpp"

namespace phone::signaling {
namespace {

template <class Request>
void ask_for_call(caf::actor_system& system, const AgentActor& agent, mesh::Reply<v1::CallReply> reply,
                  Request request) {
  mesh::ask<CallView>(
      system, agent, std::move(reply),
      [](const CallView& view) {
        v1::CallReply message;
        *message.mutable_call() = to_proto(view);
        return message;
      },
      std::move(request));
}

}  // namespace

void SignalingMethods::publish(const StateView& view) {
  v1::SignalingState state = to_proto(view);
  state.set_version(++version_);
  state_.set(std::move(state));
}

void SignalingMethods::register_with(mesh::Router& router, caf::actor_system& system, const AgentActor& agent,
                                     mesh::EventLog& event_log) {
  router.state<v1::WatchStateRequest>("phone.signaling.v1.Signaling/WatchState", state_);
  router.unary<v1::WatchStateRequest, v1::SignalingState>(
      "phone.signaling.v1.Signaling/GetState",
      [this](const v1::WatchStateRequest&, mesh::Reply<v1::SignalingState> reply) { reply.ok(state_.get()); });
  router.unary<v1::DialRequest, v1::CallReply>(
      "phone.signaling.v1.Signaling/Dial",
      [&system, &agent](const v1::DialRequest& request, mesh::Reply<v1::CallReply> reply) {
        if (request.line() > 1) return reply.fail(absl::InvalidArgumentError("no such line"));
        ask_for_call(system, agent, std::move(reply), DialRequest{request.number()});
      });
  router.unary<v1::CallRequest, v1::CallReply>(
      "phone.signaling.v1.Signaling/Answer",
      [&system, &agent](const v1::CallRequest& request, mesh::Reply<v1::CallReply> reply) {
        ask_for_call(system, agent, std::move(reply), AnswerRequest{request.call()});
      });
  router.unary<v1::CallRequest, v1::CallReply>(
      "phone.signaling.v1.Signaling/HangUp",
      [&system, &agent](const v1::CallRequest& request, mesh::Reply<v1::CallReply> reply) {
        ask_for_call(system, agent, std::move(reply), HangUpRequest{request.call()});
      });
  router.unary<v1::CallRequest, v1::CallReply>(
      "phone.signaling.v1.Signaling/Hold",
      [&system, &agent](const v1::CallRequest& request, mesh::Reply<v1::CallReply> reply) {
        ask_for_call(system, agent, std::move(reply), HoldRequest{request.call()});
      });
  router.unary<v1::CallRequest, v1::CallReply>(
      "phone.signaling.v1.Signaling/Resume",
      [&system, &agent](const v1::CallRequest& request, mesh::Reply<v1::CallReply> reply) {
        ask_for_call(system, agent, std::move(reply), ResumeRequest{request.call()});
      });
  router.unary<v1::TransferRequest,
               v1::CallReply>("phone.signaling.v1.Signaling/Transfer", [&system, &agent](
                                                                           const v1::TransferRequest& request,
                                                                           mesh::Reply<v1::CallReply> reply) {
    if (request.number().empty() == request.to_call().empty())
      return reply.fail(absl::InvalidArgumentError("a transfer has one target: number or to_call"));
    ask_for_call(system, agent, std::move(reply), TransferRequest{request.call(), request.number(), request.to_call()});
  });
  router.unary<v1::SendDigitsRequest, v1::SendDigitsReply>(
      "phone.signaling.v1.Signaling/SendDigits",
      [&agent](const v1::SendDigitsRequest& request, mesh::Reply<v1::SendDigitsReply> reply) {
        caf::anon_send(agent, SendDigitsRequest{.call = request.call(),
                                                .digits = crypto::Secret::copy_of(request.digits()),
                                                .done = [reply](const absl::Status& status) {
                                                  if (!status.ok()) return reply.fail(status);
                                                  reply.ok(v1::SendDigitsReply());
                                                }});
      });
  router.events("phone.signaling.v1.Signaling/WatchEvents", event_log);
}

}  // namespace phone::signaling
