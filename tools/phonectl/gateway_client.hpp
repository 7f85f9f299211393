// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/statusor.h>
#include <absl/time/time.h>
#include <grpcpp/grpcpp.h>
#include <filesystem>
#include <functional>
#include <memory>

#include "phone/gateway/v1/gateway.grpc.pb.h"
#include "tools/phonectl/remote.hpp"

namespace phone::phonectl {

// The gateway, by its UI socket or from far away. A gateway here that is just restarting is waited for, until the
// deadline; one far away has to be there.
class GatewayClient {
 public:
  using Gateway = phone::gateway::v1::Gateway;

  explicit GatewayClient(const std::filesystem::path& socket);
  GatewayClient(const Remote& remote, const std::shared_ptr<grpc::ChannelCredentials>& credentials);

  // From far away only looking is served; what would act is refused before it asks for a secret.
  bool is_remote() const { return remote_; }
  // OK when somebody serves there.
  absl::Status reachable() const;

  template <class Req, class Rep>
  absl::StatusOr<Rep> call(grpc::Status (Gateway::Stub::*method)(grpc::ClientContext*, const Req&, Rep*),
                           const Req& request, absl::Duration timeout = absl::Seconds(10)) {
    grpc::ClientContext context;
    context.set_wait_for_ready(!remote_);
    // Far away the answer of a gateway that has waited as long as it waits for anyone must still arrive.
    context.set_deadline(
        absl::ToChronoTime(absl::Now() + timeout + (remote_ ? absl::Seconds(2) : absl::ZeroDuration())));
    Rep reply;
    const grpc::Status status = (stub_.get()->*method)(&context, request, &reply);
    if (!status.ok()) return to_absl(status);
    return reply;
  }

  // Calls `take` with every message until the stream ends, `take` says no or `timeout` has passed (which is no error).
  template <class Req, class Event>
  absl::Status follow(std::unique_ptr<grpc::ClientReader<Event>> (Gateway::Stub::*method)(grpc::ClientContext*,
                                                                                          const Req&),
                      const Req& request, absl::Duration timeout, const std::function<bool(const Event&)>& take) {
    grpc::ClientContext context;
    context.set_wait_for_ready(true);
    if (timeout < absl::InfiniteDuration()) context.set_deadline(absl::ToChronoTime(absl::Now() + timeout));
    const auto reader = (stub_.get()->*method)(&context, request);
    Event event;
    bool stopped = false;
    while (!stopped && reader->Read(&event)) stopped = !take(event);
    if (stopped) context.TryCancel();
    const grpc::Status status = reader->Finish();
    if (stopped || status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED) return absl::OkStatus();
    return to_absl(status);
  }

 private:
  static absl::Status to_absl(const grpc::Status& status);

  const bool remote_ = false;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<Gateway::Stub> stub_;
};

// Whether the phone said this, and not the transport on the way to it.
bool said_by_phone(const absl::Status& status);

}  // namespace phone::phonectl
