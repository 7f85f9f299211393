// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/rpc/methods_rpc.hpp"

#include "services/signaling/rpc/convert_rpc.hpp"
#include "services/signaling/rpc/enums_rpc.hpp"
#include "services/signaling/rpc/feature_rpc.hpp"
#include "services/signaling/rpc/user_rpc.hpp"

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

namespace {

// What is neither a call placed nor one that goes on: ringing calls, the handset, the history.
void register_user_methods(mesh::Router& router, caf::actor_system& system, const AgentActor& agent) {
  router.unary<v1::CallRequest, v1::CallReply>(
      "phone.signaling.v1.Signaling/Decline",
      [&system, &agent](const v1::CallRequest& request, mesh::Reply<v1::CallReply> reply) {
        ask_for_call(system, agent, std::move(reply), DeclineRequest{request.call()});
      });
  router.unary<v1::CallRequest, v1::CallReply>(
      "phone.signaling.v1.Signaling/Ignore",
      [&system, &agent](const v1::CallRequest& request, mesh::Reply<v1::CallReply> reply) {
        ask_for_call(system, agent, std::move(reply), IgnoreRequest{request.call()});
      });
  router.unary<v1::SetHookRequest, v1::SetHookReply>(
      "phone.signaling.v1.Signaling/SetHook",
      [&system, &agent](const v1::SetHookRequest& request, mesh::Reply<v1::SetHookReply> reply) {
        mesh::ask<HookView>(
            system, agent, std::move(reply),
            [](const HookView& view) {
              v1::SetHookReply message;
              message.set_off_hook(view.off_hook);
              if (view.call.has_value()) *message.mutable_call() = to_proto(*view.call);
              return message;
            },
            HookRequest{request.off_hook()});
      });
  router.unary<v1::GetMemoryRequest, v1::GetMemoryReply>(
      "phone.signaling.v1.Signaling/GetMemory",
      [&system, &agent](const v1::GetMemoryRequest&, mesh::Reply<v1::GetMemoryReply> reply) {
        mesh::ask<MemoryView>(
            system, agent, std::move(reply), [](const MemoryView& view) { return to_proto(view); }, MemoryRequest{});
      });
  router.unary<v1::ForgetCallsRequest, v1::ForgetCallsReply>(
      "phone.signaling.v1.Signaling/ForgetCalls",
      [&system, &agent](const v1::ForgetCallsRequest& request, mesh::Reply<v1::ForgetCallsReply> reply) {
        if (request.all() == (request.entry_size() > 0) || static_cast<size_t>(request.entry_size()) > History::kMost)
          return reply.fail(absl::InvalidArgumentError("name the entries to forget, at most 150, or all"));
        mesh::ask<Forgotten>(
            system, agent, std::move(reply),
            [](const Forgotten& forgotten) {
              v1::ForgetCallsReply message;
              message.set_forgotten(static_cast<uint32_t>(forgotten.calls));
              return message;
            },
            ForgetRequest{{request.entry().begin(), request.entry().end()}, request.all()});
      });
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
        ask_for_call(system, agent, std::move(reply),
                     DialRequest{.number = request.number(),
                                 .line = request.line(),
                                 .speed_dial = request.speed_dial(),
                                 .redial = request.redial(),
                                 .precedence = from_proto(request.precedence())});
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
  register_user_methods(router, system, agent);
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
  router.unary<v1::SetDoNotDisturbRequest, v1::SetDoNotDisturbReply>(
      "phone.signaling.v1.Signaling/SetDoNotDisturb",
      [&agent](const v1::SetDoNotDisturbRequest& request, mesh::Reply<v1::SetDoNotDisturbReply> reply) {
        caf::anon_send(agent, DoNotDisturbRequest{.on = request.on(), .done = [reply](const absl::Status& status) {
                                                    if (!status.ok()) return reply.fail(status);
                                                    reply.ok(v1::SetDoNotDisturbReply());
                                                  }});
      });
  register_features(router, agent);
  router.unary<v1::AuthorizeRequest, v1::AuthorizeReply>(
      "phone.signaling.v1.Signaling/Authorize",
      [&agent](const v1::AuthorizeRequest& request, mesh::Reply<v1::AuthorizeReply> reply) {
        caf::anon_send(agent, AuthorizeOrder{.code = crypto::Secret::copy_of(request.activation_code()),
                                             .done = [reply](const absl::Status& status) {
                                               if (!status.ok()) return reply.fail(status);
                                               reply.ok(v1::AuthorizeReply());
                                             }});
      });
  router.events("phone.signaling.v1.Signaling/WatchEvents", event_log);
}

}  // namespace phone::signaling
