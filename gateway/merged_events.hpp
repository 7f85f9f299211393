#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "phone/mesh/v1/events.pb.h"

namespace phone::gateway {

// Tells events not seen before from those a service repeats when its stream is joined again. A service numbers its
// events from 1 in every incarnation, so a number that is not higher is new only when its time is later.
class SeenEvents {
 public:
  bool is_new(std::string_view service, const phone::mesh::v1::Event& event);

 private:
  struct Mark {
    std::uint64_t sequence = 0;
    std::int64_t seconds = 0;
    std::int32_t nanos = 0;
  };
  std::map<std::string, Mark, std::less<>> last_;
};

// The event as the gateway passes it on: it says whose it is.
phone::mesh::v1::Event attributed(phone::mesh::v1::Event event, std::string_view service);

}  // namespace phone::gateway
