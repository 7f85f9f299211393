// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// policy_rpc.hpp -- the effective policy as media reads it.
#pragma once

#include <functional>
#include <memory>

#include "common/mesh/process/paths.hpp"
#include "services/media/stream_manager.hpp"

namespace phone::media {

class PolicyWatch {
 public:
  virtual ~PolicyWatch() = default;
};
// Calls back with every policy, on a thread of its own, until it is destroyed.
std::unique_ptr<PolicyWatch> watch_policy(const mesh::Paths&, std::function<void(const MediaPolicy&)>);

}  // namespace phone::media
