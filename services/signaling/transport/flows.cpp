// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/transport/flows.hpp"

#include <algorithm>

namespace phone::signaling {

void Flows::open(FlowId flow, const Target& target, const FlowProfile& profile) {
  reap();
  open_[flow] = std::make_unique<Flow>(flow, target, profile, trust_, observer_);
}

void Flows::close(FlowId flow) {
  auto found = open_.find(flow);
  if (found == open_.end()) return;
  found->second->close();
  closing_.push_back(std::move(found->second));
  open_.erase(found);
  reap();
}

void Flows::send(FlowId flow, std::string bytes) {
  auto found = open_.find(flow);
  if (found != open_.end()) found->second->send(std::move(bytes));
}

void Flows::close_all() {
  for (auto& [id, flow] : open_) flow->close();
  for (auto& flow : closing_) flow->close();
  open_.clear();
  closing_.clear();
}

void Flows::reap() {
  std::erase_if(open_, [](const auto& entry) { return entry.second->finished(); });
  std::erase_if(closing_, [](const auto& flow) { return flow->finished(); });
}

}  // namespace phone::signaling
