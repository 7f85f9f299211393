// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// lent_worker_actor.hpp -- the CAF side of a lent thread.
#pragma once

#include <caf/actor_system.hpp>
#include <caf/execution_unit.hpp>
#include <caf/resumable.hpp>
#include <utility>
#include <vector>

#include "common/mesh/actor/lent_worker.hpp"

namespace phone::mesh {

class LentWorker::Unit final : public caf::execution_unit {
 public:
  // The unit that runs the actors that are asked next.
  Unit* of(caf::actor_system& system) {
    system_ = &system;
    return this;
  }
  void exec_later(caf::resumable* job) override { ready_.emplace_back(job, system_); }
  void work();

 private:
  using Job = std::pair<caf::resumable*, caf::actor_system*>;  // the reference is ours until it is done or passed on
  std::vector<Job> ready_;
};

}  // namespace phone::mesh
