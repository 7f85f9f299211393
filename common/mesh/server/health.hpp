// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// health.hpp -- grpc.health.v1.Health of this process: Check and Watch, for "" and for every service registered.
#pragma once

#include <set>
#include <string>

#include "common/mesh/call/latest.hpp"
#include "common/mesh/call/reply.hpp"
#include "grpc/health/v1/health.pb.h"

namespace phone::mesh {

class Health {
 public:
  using Request = grpc::health::v1::HealthCheckRequest;
  using Response = grpc::health::v1::HealthCheckResponse;

  explicit Health(const std::set<std::string>& services) : services_(services) { set(false); }

  void set(bool serving);
  // A service that is not here is NOT_FOUND to Check and SERVICE_UNKNOWN to Watch, as the health protocol has it.
  void check(const Request& request, const Reply<Response>& reply) const;
  std::unique_ptr<Stream> watch(const Request& request, Wake wake) const;

 private:
  bool knows(const std::string& service) const { return service.empty() || services_.count(service) > 0; }
  const std::set<std::string>& services_;
  Latest<Response> state_;
  const Latest<Response> unknown_{[] {
    Response unknown;
    unknown.set_status(Response::SERVICE_UNKNOWN);
    return unknown;
  }()};
};

}  // namespace phone::mesh
