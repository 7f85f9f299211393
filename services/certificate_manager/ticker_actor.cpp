// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include <caf/all.hpp>

#include "services/certificate_manager/certificate_store_actor.hpp"

namespace phone::certificates {
namespace {

// Certificates live for months; the minute is for clocks that are set after the start.
constexpr std::chrono::minutes kPeriod(1);

struct Look {};

}  // namespace
}  // namespace phone::certificates

PHONE_MESSAGE(phone::certificates::Look)

namespace phone::certificates {

caf::actor spawn_ticker(caf::actor_system& system, CertificateStoreActor certificate_store) {
  return system.spawn([certificate_store](caf::event_based_actor* self) -> caf::behavior {
    self->send(self, Look{});
    return {[self, certificate_store](Look) {
      self->send(certificate_store, Tick{});
      self->delayed_send(self, kPeriod, Look{});
    }};
  });
}

}  // namespace phone::certificates
