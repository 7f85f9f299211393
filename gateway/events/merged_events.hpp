// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string_view>

#include "phone/mesh/v1/events.pb.h"

namespace phone::gateway {

// The event as the gateway passes it on: attributed to the service whose stream it came in, whatever it says
// itself.
phone::mesh::v1::Event attributed(phone::mesh::v1::Event event, std::string_view service);

}  // namespace phone::gateway
