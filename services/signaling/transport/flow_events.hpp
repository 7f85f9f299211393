// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "services/signaling/sip/sip_port.hpp"
#include "services/signaling/transport/flow_facts.hpp"

namespace phone::signaling {

struct FlowUp {
  FlowId flow = 0;
  FlowFacts facts;
};

struct MessageReceived {
  FlowId flow = 0;
  std::string bytes;
  std::shared_ptr<void> slot = nullptr;  // in the agent's mailbox, while the message waits there
};

// The last event of a flow.
struct FlowClosed {
  FlowId flow = 0;
  std::string reason;
  FlowEnd end = FlowEnd::kLost;
  std::optional<CertificateRefusal> certificate_refusal = std::nullopt;
};

using FlowEvent = std::variant<FlowUp, MessageReceived, FlowClosed>;
using FlowObserver = std::function<void(FlowEvent)>;

}  // namespace phone::signaling
