// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/link/dhcp_story.hpp"

#include <utility>

namespace phone::network {

void DhcpStory::add(DhcpStep step) {
  if (!steps_.empty()) {
    DhcpStep& last = steps_.back();
    if (last.kind == step.kind && last.server == step.server && last.address == step.address &&
        last.text == step.text) {
      last.at = step.at;
      ++last.times;
      return;
    }
  }
  steps_.push_back(std::move(step));
  if (steps_.size() > kMostSteps) steps_.pop_front();
}

}  // namespace phone::network
