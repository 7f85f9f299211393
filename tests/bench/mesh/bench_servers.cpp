// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "bench_servers.hpp"

#include <absl/synchronization/mutex.h>
#include <grpcpp/grpcpp.h>
#include <unistd.h>

#include <caf/all.hpp>
#include <memory>

#include "common/log/log.hpp"
#include "common/mesh/actor/actor_reply.hpp"
#include "common/mesh/listen/acceptor.hpp"
#include "phone/signaling/v1/signaling.grpc.pb.h"

namespace phone::mesh {
namespace {

using signaling::v1::CallReply;
using signaling::v1::DialRequest;
using signaling::v1::Signaling;

CallReply echo(const std::string& number) {
  CallReply reply;
  reply.mutable_call()->set_call(number);
  return reply;
}

using BareService = Signaling::WithAsyncMethod_Dial<Signaling::Service>;

struct BareCall {
  BareCall(BareService& of, grpc::ServerCompletionQueue& on) : service(of), queue(on) {
    service.RequestDial(&context, &request, &writer, &queue, &queue, this);
  }
  void completed(bool ok) {
    if (answered || !ok) {
      delete this;
      return;
    }
    new BareCall(service, queue);
    answered = true;
    writer.Finish(echo(request.number()), grpc::Status::OK, this);
  }
  BareService& service;
  grpc::ServerCompletionQueue& queue;
  grpc::ServerContext context;
  DialRequest request;
  grpc::ServerAsyncResponseWriter<CallReply> writer{&context};
  bool answered = false;
};

int serve_bare(const std::string& socket) {
  BareService service;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("unix:" + socket, grpc::InsecureServerCredentials());
  builder.RegisterService(&service);
  const auto queue = builder.AddCompletionQueue();
  const auto server = builder.BuildAndStart();
  if (!server) return 1;
  new BareCall(service, *queue);
  void* tag = nullptr;
  bool ok = false;
  while (queue->Next(&tag, &ok)) static_cast<BareCall*>(tag)->completed(ok);
  return 0;
}

using EchoActor = caf::typed_actor<caf::replies_to<std::string>::with<std::string>>;
EchoActor::behavior_type echo_actor() {
  return {[](const std::string& text) { return text; }};
}

int serve_ours(bool with_actor, const std::string& socket) {
  reserve_descriptors();
  caf::actor_system_config config;
  config.set("scheduler.policy", caf::atom("sharing"));
  config.set("scheduler.max-threads", size_t{1});
  caf::actor_system system(config);
  const EchoActor actor = system.spawn(echo_actor);
  Router router;
  router.unary<DialRequest, CallReply>(
      "phone.signaling.v1.Signaling/Dial", [&](const DialRequest& request, const Reply<CallReply>& reply) {
        if (!with_actor) return reply.ok(echo(request.number()));
        ask<std::string>(
            system, actor, reply, [](const std::string& text) { return echo(text); }, request.number());
      });
  Roles roles;
  roles.set(getuid(), v1::ROLE_GATEWAY);
  auto listening = listen_unix(socket);
  if (!listening.ok()) return 1;
  os::EventLoop loop;
  const Acceptor acceptor(loop, router, std::move(roles), *std::move(listening));
  loop.run();
  return 0;
}

}  // namespace

int serve_bench(const std::string& kind, const std::string& socket) {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  log::open(kind, log::Level::kWarning);
  return kind == "bare" ? serve_bare(socket) : serve_ours(kind == "actor", socket);
}

}  // namespace phone::mesh
