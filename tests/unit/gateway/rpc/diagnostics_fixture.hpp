// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// diagnostics_fixture.hpp -- a running gateway whose port for remote diagnostics the test opens and shuts as policy
// would.
#pragma once

#include <gmock/gmock.h>

#include <fstream>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "grpc/reflection/v1alpha/reflection.grpc.pb.h"
#include "tests/unit/gateway/fake_phone.hpp"
#include "tests/unit/gateway/test_pki.hpp"

namespace phone::gateway {

using phone::gateway::v1::Gateway;
using phone::gateway::v1::GetStatusRequest;
using phone::mesh::v1::Event;

class GatewayDiagnostics : public testing::Test {
 protected:
  GatewayDiagnostics() {
    const Credentials server = authority_.issue("phone");
    options_.address = "127.0.0.1";
    options_.certificate = write("server.crt", server.certificate);
    options_.key = write("server.key", server.key);
    options_.authorities = write("ca.crt", authority_.pem());
    policy_.router.state<phone::policy::v1::WatchPolicyRequest>("phone.policy.v1.Policy/WatchPolicy", effective_);
    policy_.open();
  }

  std::filesystem::path write(const char* name, const std::string& content) {
    const auto path = directory_.path() / name;
    std::ofstream(path) << content;
    return path;
  }
  void start() {
    gateway_.emplace(paths_, phone::mesh::v1::ROLE_UI, options_);
    phone::mesh::v1::WatchEventsRequest all;
    all.set_after_sequence(~std::uint64_t{0});
    events_.emplace(ui_, &Gateway::Stub::WatchEvents, all, [this](const Event& event) {
      const std::lock_guard lock(mutex_);
      last_ = event;
    });
  }
  void set_door(bool open) {
    phone::policy::v1::EffectivePolicy policy;
    policy.set_version(++version_);
    policy.set_diagnostics_door(open);
    effective_.set(policy);
  }
  Event last_event() {
    const std::lock_guard lock(mutex_);
    return last_;
  }
  // Opens the port and returns its number.
  std::string open_door() {
    set_door(true);
    EXPECT_TRUE(eventually([&] { return last_event().kind() == "diagnostics.opened"; })) << last_event().text();
    return last_event().detail().at("port");
  }
  std::shared_ptr<grpc::Channel> channel(const std::string& port, const Credentials& client) const {
    grpc::SslCredentialsOptions tls{
        .pem_root_certs = authority_.pem(), .pem_private_key = client.key, .pem_cert_chain = client.certificate};
    grpc::ChannelArguments arguments;
    arguments.SetSslTargetNameOverride("phone");
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return grpc::CreateCustomChannel("127.0.0.1:" + port, grpc::SslCredentials(tls), arguments);
  }
  static absl::Status status_through(const std::shared_ptr<grpc::Channel>& channel) {
    return phone::mesh::Peer<Gateway>(channel)
        .once(&Gateway::Stub::GetStatus, GetStatusRequest(), absl::Seconds(3))
        .status();
  }
  // The services reflection lists; empty when there is no reflection.
  static std::vector<std::string> reflected(const std::shared_ptr<grpc::Channel>& channel) {
    namespace reflection = grpc::reflection::v1alpha;
    const auto stub = reflection::ServerReflection::NewStub(channel);
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(3)));
    const auto stream = stub->ServerReflectionInfo(&context);
    reflection::ServerReflectionRequest request;
    request.set_list_services("*");
    stream->Write(request);
    reflection::ServerReflectionResponse response;
    std::vector<std::string> names;
    if (stream->Read(&response)) {
      for (const auto& service : response.list_services_response().service()) names.push_back(service.name());
    }
    stream->WritesDone();
    context.TryCancel();
    stream->Finish();
    return names;
  }

  TemporaryDirectory directory_;
  const TestAuthority authority_{"our administrators"};
  const TestAuthority stranger_{"somebody else"};
  DiagnosticsOptions options_;
  phone::mesh::Paths paths_{.socket_dir = directory_.path()};
  std::uint64_t version_ = 0;
  phone::mesh::Latest<phone::policy::v1::EffectivePolicy> effective_{phone::policy::v1::EffectivePolicy()};
  FakeService policy_{paths_, "policy"};
  std::optional<RunningGateway> gateway_;
  std::mutex mutex_;
  Event last_;
  phone::mesh::Peer<Gateway> ui_{socket_of(paths_, "gateway")};
  std::optional<phone::mesh::Watcher<Gateway, phone::mesh::v1::WatchEventsRequest, Event>> events_;
};

}  // namespace phone::gateway
