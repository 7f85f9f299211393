// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "phone/network/v1/network_access.pb.h"
#include "services/signaling/registration/out_of_service.hpp"

namespace phone::signaling {

PhoneNetwork to_network(const network::v1::NetworkFacts& facts);

}  // namespace phone::signaling
