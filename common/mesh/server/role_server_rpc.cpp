// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/mesh/server/role_server_rpc.hpp"

#include <grpcpp/server_builder.h>
#include <grpcpp/server_posix.h>
#include <pthread.h>
#include <unistd.h>

#include <thread>
#include <utility>

#include "common/log/log.hpp"
#include "common/mesh/actor/lent_worker.hpp"
#include "common/mesh/call/roles.hpp"
#include "common/mesh/server/call_rpc.hpp"

namespace phone::mesh {
namespace {

constexpr int kMaxMessage = 5 * 1024 * 1024;            // a configuration file is at most 4 MiB
constexpr size_t kMessagesInFlight = 32 * 1024 * 1024;  // of one role, before gRPC reads no more
constexpr int kStreamsPerConnection = 128;              // HTTP/2 streams: calls and watches of one peer process
constexpr int kKeepaliveMilliseconds = 30'000;          // on TCP only: finds clients that vanished

}  // namespace

struct RoleServer::State {
  State(Router& router, Role role, Caller caller)
      : host{.router = router,
             .role = role,
             .caller = std::move(caller.who),
             .default_deadline = caller.default_deadline} {}
  CallHost host;
  std::unique_ptr<grpc::Server> server;
  std::thread poller;
};

RoleServer::RoleServer(Router& router, Role role, Acceptor acceptor, Caller caller)
    : state_(std::make_unique<State>(router, role, std::move(caller))) {
  router.freeze();
  grpc::EnableDefaultHealthCheckService(false);  // the router has its own, with a descriptor
  grpc::ServerBuilder builder;
  builder.SetMaxReceiveMessageSize(kMaxMessage);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kStreamsPerConnection);
  // A stream's window stays as it is: how much a caller sends before it was admitted is the same always.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  builder.AddChannelArgument(GRPC_ARG_ENABLE_PER_MESSAGE_DECOMPRESSION, 0);
  grpc::ResourceQuota quota("calls");
  builder.SetResourceQuota(quota.Resize(kMessagesInFlight));
  builder.RegisterAsyncGenericService(&state_->host.generic);
  if (acceptor == Acceptor::kLocal) {
    state_->host.registered = std::make_unique<RegisteredMethods>(router, role);
    builder.RegisterService(state_->host.registered.get());
  }
  state_->host.queue = builder.AddCompletionQueue();
  if (acceptor == Acceptor::kTcp) builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMilliseconds);
  state_->server = builder.BuildAndStart();
  if (!state_->server) log::die("gRPC could not build the server", {{"role", role_name(role)}});
  state_->host.arm_all();
  state_->poller = std::thread([host = &state_->host] {
    LentWorker worker;
    void* tag = nullptr;
    bool ok = false;
    while (host->queue->Next(&tag, &ok)) {
      worker.turn([&] { Call::complete(tag, ok); });
      host->arm_owed();
    }
  });
  pthread_setname_np(state_->poller.native_handle(), ("rpc." + role_name(role)).substr(0, 15).c_str());
}

RoleServer::~RoleServer() { drain(absl::Now()); }

void RoleServer::add_connection(int fd) { grpc::AddInsecureChannelFromFd(state_->server.get(), fd); }

void RoleServer::drain(absl::Time deadline) {
  if (!state_->poller.joinable()) return;
  CallHost& host = state_->host;
  host.draining = true;
  {
    const std::lock_guard lock(host.mutex);
    for (Call* call : host.calls) call->end_stream();
  }
  state_->server->Shutdown(absl::ToChronoTime(deadline));
  {
    const std::lock_guard lock(host.mutex);
    host.closed = true;
    for (Call* call : host.calls) call->close();
  }
  host.queue->Shutdown();
  state_->poller.join();
}

void drain_all(const std::vector<RoleServer*>& servers, absl::Time deadline) {
  std::vector<std::thread> threads;
  threads.reserve(servers.size());
  for (RoleServer* server : servers) threads.emplace_back([server, deadline] { server->drain(deadline); });
  for (auto& thread : threads) thread.join();
}

}  // namespace phone::mesh
