// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <map>
#include <memory>
#include <vector>

#include "services/signaling/transport/flow.hpp"

namespace phone::signaling {

// The connections that are open. Those being closed are kept until their threads have ended, so that closing does not
// wait.
class Flows {
 public:
  Flows(FlowTrust trust, FlowObserver observer) : trust_(std::move(trust)), observer_(std::move(observer)) {}
  void open(FlowId flow, const Target& target, const FlowProfile& profile);
  void close(FlowId flow);
  void send(FlowId flow, std::string bytes);
  void close_all();

 private:
  void reap();

  FlowTrust trust_;
  FlowObserver observer_;
  std::map<FlowId, std::unique_ptr<Flow>> open_;
  std::vector<std::unique_ptr<Flow>> closing_;
};

}  // namespace phone::signaling
