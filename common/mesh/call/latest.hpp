// latest.hpp -- the present value of something, watched level-triggered: a subscriber gets the value of now and then
// the newest at every change; values in between that it was too slow for are left out. Memory per subscriber: one
// number.
#pragma once

#include <memory>
#include <mutex>
#include <utility>

#include "common/mesh/call/stream.hpp"
#include "common/mesh/call/subscribers.hpp"

namespace phone::mesh {

template <class T>
class Latest {
 public:
  // Nothing known yet: subscribers wait for the first set().
  Latest() : held_(std::make_shared<Held>()) {}
  explicit Latest(T initial) : Latest() { set(std::move(initial)); }
  Latest(const Latest&) = delete;
  Latest& operator=(const Latest&) = delete;

  void set(T value) { set(std::make_shared<const T>(std::move(value))); }
  // For a value whose end matters, as when it is wiped then.
  void set(std::shared_ptr<const T> value) {
    {
      const std::lock_guard lock(held_->mutex);
      held_->value = std::move(value);
      ++held_->version;
    }
    held_->wakers.wake_all();
  }
  // An empty T before the first set().
  T get() const {
    const std::lock_guard lock(held_->mutex);
    return held_->value ? *held_->value : T();
  }
  size_t subscribers() const { return held_->wakers.size(); }

  std::unique_ptr<Feed> subscribe(Wake wake) const { return std::make_unique<Subscriber>(held_, std::move(wake)); }
  // subscribe() for later, good even after this object has gone.
  std::function<std::unique_ptr<Feed>(Wake)> source() const {
    return [held = held_](Wake wake) { return std::make_unique<Subscriber>(held, std::move(wake)); };
  }

 private:
  struct Held {
    std::mutex mutex;
    std::shared_ptr<const T> value;
    uint64_t version = 0;
    Wakers wakers;
  };

  class Subscriber final : public Feed {
   public:
    Subscriber(std::shared_ptr<Held> held, Wake wake)
        : held_(std::move(held)), id_(held_->wakers.add(std::move(wake))) {}
    ~Subscriber() override { held_->wakers.remove(id_); }
    std::shared_ptr<const google::protobuf::Message> next() override {
      const std::lock_guard lock(held_->mutex);
      if (seen_ == held_->version) return nullptr;
      seen_ = held_->version;
      return held_->value;
    }

   private:
    const std::shared_ptr<Held> held_;
    const uint64_t id_;
    uint64_t seen_ = 0;
  };

  const std::shared_ptr<Held> held_;
};

}  // namespace phone::mesh
