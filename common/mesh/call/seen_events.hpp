// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "phone/mesh/v1/events.pb.h"

namespace phone::mesh {

// Tells events not seen before from those a service repeats when its stream is joined again. A service numbers its
// events from 1 in every incarnation: a number known with another time belongs to a new one, whatever the clock did.
class SeenEvents {
 public:
  bool is_new(std::string_view service, const v1::Event& event);

 private:
  using Time = std::pair<std::int64_t, std::int32_t>;  // seconds, nanoseconds
  using Known = std::map<std::uint64_t, Time>;         // by sequence, of the present incarnation
  std::map<std::string, Known, std::less<>> services_;
};

}  // namespace phone::mesh
