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

namespace phone::phonectl {

// The gateway's UI socket. A gateway that is just restarting is waited for, until the deadline.
class GatewayClient {
 public:
  using Gateway = phone::gateway::v1::Gateway;

  explicit GatewayClient(const std::filesystem::path& socket);

  template <class Req, class Rep>
  absl::StatusOr<Rep> call(grpc::Status (Gateway::Stub::*method)(grpc::ClientContext*, const Req&, Rep*),
                           const Req& request, absl::Duration timeout = absl::Seconds(10)) {
    grpc::ClientContext context;
    context.set_wait_for_ready(true);
    context.set_deadline(absl::ToChronoTime(absl::Now() + timeout));
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
  static absl::Status to_absl(const grpc::Status& status) {
    return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
  }

  std::unique_ptr<Gateway::Stub> stub_;
};

}  // namespace phone::phonectl
