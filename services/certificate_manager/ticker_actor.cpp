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

caf::actor spawn_ticker(caf::actor_system& system, KeeperActor keeper) {
  return system.spawn([keeper](caf::event_based_actor* self) -> caf::behavior {
    self->send(self, Look{});
    return {[self, keeper](Look) {
      self->send(keeper, Tick{});
      self->delayed_send(self, kPeriod, Look{});
    }};
  });
}

}  // namespace phone::certificates
