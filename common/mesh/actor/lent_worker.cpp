// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/mesh/actor/lent_worker.hpp"

#include <algorithm>
#include <caf/scheduler/abstract_coordinator.hpp>
#include <mutex>
#include <set>

#include "common/mesh/actor/lent_worker_actor.hpp"

namespace phone::mesh {
namespace {

constexpr size_t kMessages = 4;  // of one actor at a time; a caller's own and what it may have waited behind
constexpr size_t kJobs = 4;      // a request that an actor passes on to another is finished here too

thread_local LentWorker::Unit* this_threads = nullptr;

struct All {
  std::mutex mutex;
  std::set<const LentWorker*> workers;
};

All& all() {
  static auto* const all = new All;
  return *all;
}

}  // namespace

void LentWorker::Unit::work() {
  for (size_t i = 0; i < ready_.size(); ++i) {  // a job may make others ready
    const auto [job, system] = ready_[i];
    system_ = system;
    if (i >= kJobs) {
      system->scheduler().enqueue(job);
      continue;
    }
    switch (job->resume(this, kMessages)) {
      case caf::resumable::resume_later:
        system->scheduler().enqueue(job);
        break;
      case caf::resumable::awaiting_message:
      case caf::resumable::done:
      case caf::resumable::shutdown_execution_unit:
        caf::intrusive_ptr_release(job);
        break;
    }
  }
  ready_.clear();
}

LentWorker::LentWorker() : unit_(std::make_unique<Unit>()) {
  this_threads = unit_.get();
  const std::lock_guard lock(all().mutex);
  all().workers.insert(this);
}

LentWorker::~LentWorker() {
  work();
  this_threads = nullptr;
  const std::lock_guard lock(all().mutex);
  all().workers.erase(this);
}

void LentWorker::work() { unit_->work(); }

LentWorker::Unit* LentWorker::here() { return this_threads; }

absl::Duration LentWorker::longest_turn() {
  const int64_t now = absl::ToUnixNanos(absl::Now());
  int64_t longest = 0;
  const std::lock_guard lock(all().mutex);
  for (const LentWorker* worker : all().workers) {
    if (const int64_t since = worker->since_; since != 0) longest = std::max(longest, now - since);
  }
  return absl::Nanoseconds(longest);
}

}  // namespace phone::mesh
