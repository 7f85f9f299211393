#pragma once

#include <functional>
#include <memory>

#include "common/mesh/call/event_log.hpp"
#include "gateway/facts.hpp"

namespace phone::gateway {

struct Peers;

// Where the streams of the services go. All are called from threads of the watchers, `learn` and `happened` by
// several.
struct Listeners {
  std::function<void(Source, Fact)> learn;
  std::function<void(Source)> happened;            // an event, or a broken stream: worth asking anew
  std::function<void(const PolicyFacts&)> policy;  // one at a time; may block
};

// Follows the state and the events of every service until it goes.
class Watchers {
 public:
  Watchers(Peers& peers, phone::mesh::EventLog& event_log, Listeners listeners);
  ~Watchers();

 private:
  struct Held;
  const std::unique_ptr<Held> held_;
};

}  // namespace phone::gateway
