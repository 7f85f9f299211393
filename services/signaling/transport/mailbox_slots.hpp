// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>

namespace phone::signaling {

// So many messages of one connection may wait in the agent's mailbox; whoever reads more from it waits, and so does the
// peer behind it by TCP's own means. A flood of requests costs time, not memory, and holds up neither another
// connection nor, for longer than these few, what people ask of the phone.
class MailboxSlots {
 public:
  explicit MailboxSlots(int most) : state_(std::make_shared<State>(most)) {}

  // A place of that connection, given back when the last copy goes. Waits while there is none; an agent that hangs is
  // the watchdog's business.
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
    explicit State(int places) : most(places) {}
    const int most;
    std::mutex mutex;
    std::condition_variable freed;
    std::map<uint64_t, int> taken;  // by connection
  };
  const std::shared_ptr<State> state_;
};

}  // namespace phone::signaling
