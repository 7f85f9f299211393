// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "gateway/events/merged_events.hpp"

#include <string>

namespace phone::gateway {

phone::mesh::v1::Event attributed(phone::mesh::v1::Event event, std::string_view service) {
  event.set_service(std::string(service));
  return event;
}

}  // namespace phone::gateway
