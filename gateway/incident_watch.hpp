#pragma once

#include <functional>
#include <memory>

#include "common/mesh/call/event_log.hpp"

namespace phone::gateway {

// Picks the incidents out of the gateway's journal, its own among them; `learn` is called by one thread at a time and
// must not add to the journal.
class IncidentWatch {
 public:
  IncidentWatch(const phone::mesh::Journal& journal, std::function<void(phone::mesh::v1::Event)> learn);

 private:
  struct Held;
  const std::shared_ptr<Held> held_;  // a wake may still be on its way when this goes
};

}  // namespace phone::gateway
