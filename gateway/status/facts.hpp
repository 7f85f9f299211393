// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/status.h>
#include <functional>
#include <variant>

#include "gateway/status/phone_status.hpp"

namespace phone::gateway {

// What a service reports about itself. Nothing: it answers, which is all that was asked.
using Fact =
    std::variant<std::monostate, phone::network::v1::NetworkFacts, phone::policy::v1::ProvisioningStatus, PolicyFacts,
                 phone::trust::v1::TrustLists, phone::signaling::v1::SignalingState, phone::media::v1::StreamFacts,
                 phone::certificates::v1::CertificateState, DoorState, phone::mesh::v1::Event>;

// What came of asking a service.
struct Outcome {
  absl::Status status;
  Fact fact;
};

// Asks a service how things are and calls back exactly once, from any thread, within the second a service has to
// answer.
using Ask = std::function<void(Source, std::function<void(Outcome)>)>;

}  // namespace phone::gateway
