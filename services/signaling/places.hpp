#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>

namespace phone::signaling {

// So many messages may wait in the agent's mailbox; whoever reads more from a connection waits, and so does the peer
// behind it by TCP's own means. A flood of requests costs time, not memory.
class Places {
 public:
  explicit Places(int most) : held_(std::make_shared<Held>(most)) {}

  // A place, given back when the last copy goes. Waits while there is none; an agent that hangs is the watchdog's
  // business.
  std::shared_ptr<void> take() {
    std::unique_lock lock(held_->mutex);
    held_->freed.wait(lock, [&] { return held_->left > 0; });
    --held_->left;
    return std::shared_ptr<void>(nullptr, [held = held_](void*) {
      const std::lock_guard back(held->mutex);
      ++held->left;
      held->freed.notify_one();
    });
  }

 private:
  struct Held {
    explicit Held(int most) : left(most) {}
    std::mutex mutex;
    std::condition_variable freed;
    int left;
  };
  const std::shared_ptr<Held> held_;
};

}  // namespace phone::signaling
