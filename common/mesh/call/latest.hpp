// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

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
  Latest() : state_(std::make_shared<State>()) {}
  explicit Latest(T initial) : Latest() { set(std::move(initial)); }
  Latest(const Latest&) = delete;
  Latest& operator=(const Latest&) = delete;

  void set(T value) { set(std::make_shared<const T>(std::move(value))); }
  // For a value with a destructor of consequence, such as one that wipes it.
  void set(std::shared_ptr<const T> value) {
    {
      const std::lock_guard lock(state_->mutex);
      state_->value = std::move(value);
      ++state_->version;
    }
    state_->subscribers.notify_all();
  }
  // An empty T before the first set().
  T get() const {
    const std::lock_guard lock(state_->mutex);
    return state_->value ? *state_->value : T();
  }
  size_t subscribers() const { return state_->subscribers.size(); }

  std::unique_ptr<Stream> subscribe(Wake wake) const { return std::make_unique<Subscriber>(state_, std::move(wake)); }
  // subscribe() for later, good even after this object has gone.
  std::function<std::unique_ptr<Stream>(Wake)> source() const {
    return [held = state_](Wake wake) { return std::make_unique<Subscriber>(held, std::move(wake)); };
  }

 private:
  struct State {
    std::mutex mutex;
    std::shared_ptr<const T> value;
    uint64_t version = 0;
    Subscribers subscribers;
  };

  class Subscriber final : public Stream {
   public:
    Subscriber(std::shared_ptr<State> held, Wake wake)
        : state_(std::move(held)), id_(state_->subscribers.add(std::move(wake))) {}
    ~Subscriber() override { state_->subscribers.remove(id_); }
    std::shared_ptr<const google::protobuf::Message> next() override {
      const std::lock_guard lock(state_->mutex);
      if (seen_ == state_->version) return nullptr;
      seen_ = state_->version;
      return state_->value;
    }

   private:
    const std::shared_ptr<State> state_;
    const uint64_t id_;
    uint64_t seen_ = 0;
  };

  const std::shared_ptr<State> state_;
};

}  // namespace phone::mesh
