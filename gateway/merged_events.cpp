#include "gateway/merged_events.hpp"

#include <tuple>
#include <utility>

namespace phone::gateway {

bool SeenEvents::is_new(std::string_view service, const phone::mesh::v1::Event& event) {
  const Mark mark{event.sequence(), event.time().seconds(), event.time().nanos()};
  auto found = last_.find(service);
  if (found == last_.end()) {
    last_.emplace(service, mark);
    return true;
  }
  Mark& last = found->second;
  const bool later = std::tie(mark.seconds, mark.nanos) > std::tie(last.seconds, last.nanos);
  if (mark.sequence <= last.sequence && !later) return false;
  last = mark;
  return true;
}

phone::mesh::v1::Event attributed(phone::mesh::v1::Event event, std::string_view service) {
  if (event.service().empty()) event.set_service(std::string(service));
  return event;
}

}  // namespace phone::gateway
