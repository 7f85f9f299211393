// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/mesh/server/health.hpp"

#include <utility>

namespace phone::mesh {

void Health::set(bool serving) {
  Response response;
  response.set_status(serving ? Response::SERVING : Response::NOT_SERVING);
  state_.set(std::move(response));
}

void Health::check(const Request& request, const Reply<Response>& reply) const {
  if (!knows(request.service())) return reply.fail(absl::NotFoundError("unknown service"));
  reply.ok(state_.get());
}

std::unique_ptr<Stream> Health::watch(const Request& request, Wake wake) const {
  return knows(request.service()) ? state_.subscribe(std::move(wake)) : unknown_.subscribe(std::move(wake));
}

}  // namespace phone::mesh
