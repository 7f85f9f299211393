// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>

namespace phone::signaling {

// Bounds the messages of one connection that wait in the agent's mailbox. A reader without a slot blocks, which pushes
// back on the peer through TCP. A flood of requests costs time, not memory, and delays neither another connection nor,
// for longer than these few messages, what people ask of the phone.
class MailboxSlots {
 public:
  explicit MailboxSlots(int most) : state_(std::make_shared<State>(most)) {}

  // A slot of that connection, given back with the last copy. Blocks while there is none; an agent that hangs is left
  // to the watchdog.
  std::shared_ptr<void> take(uint64_t connection) {
    std::unique_lock lock(state_->mutex);
    state_->freed.wait(lock, [&] { return state_->taken[connection] < state_->most; });
    ++state_->taken[connection];
    return std::shared_ptr<void>(nullptr, [held = state_, connection](void*) {
      const std::lock_guard back(held->mutex);
      if (--held->taken[connection] == 0) held->taken.erase(connection);
      held->freed.notify_all();
    });
  }

 private:
  struct State {
    explicit State(int slots) : most(slots) {}
    const int most;
    std::mutex mutex;
    std::condition_variable freed;
    std::map<uint64_t, int> taken;  // by connection
  };
  const std::shared_ptr<State> state_;
};

}  // namespace phone::signaling
