// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// engine.hpp -- the 20 ms tick on its own thread. The actor hands over prepared objects by a ring and gets them back by
// another to free them; nothing is allocated, locked or waited for in between. With neither stream nor tone it sleeps
// without a timer.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <thread>

#include "common/os/event_loop.hpp"
#include "services/media/device/device.hpp"
#include "services/media/device/spsc_ring.hpp"
#include "services/media/stream.hpp"

namespace phone::media {

inline constexpr size_t kMaxStreams = 4;
inline constexpr size_t kIdleSlot = kMaxStreams;  // tones without a stream

struct Command {
  enum class Kind : uint8_t { kAttach, kDetach, kSetup, kTone, kDigit };
  Kind kind = Kind::kTone;
  size_t slot = 0;
  Stream* stream = nullptr;      // kAttach; given back by kDetach
  StreamSetup* setup = nullptr;  // kSetup; always given back
  Tone tone = Tone::kNone;
  char digit = 0;
};

class Engine {
 public:
  // `changed` is called on the loop after what a stream really does has changed, and after a detach.
  Engine(Device& device, std::function<void()> changed);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  void start(os::EventLoop& loop);
  // Ends the thread; `changed` is not called any more. Commands stay in their ring from then on. The streams are the
  // book's to free.
  void stop();

  // From one thread only (the actor's). False when the ring is full: nothing was taken.
  bool submit(const Command&);
  // What the tick is done with; the caller frees it.
  bool collect(Command&);

  // One tick by hand, for tests without the thread.
  void tick(const TickTime&);
  int64_t worst_lateness_us() const { return worst_lateness_us_.load(std::memory_order_relaxed); }
  uint64_t ticks() const { return ticks_.load(std::memory_order_relaxed); }
  bool realtime() const { return realtime_.load(std::memory_order_relaxed); }

 private:
  void run();
  void obey();
  bool idle() const;
  void wait_for_command();

  Device& device_;
  const std::function<void()> changed_;
  SpscRing<Command, 128> commands_;
  SpscRing<Command, 256> done_;
  std::array<Stream*, kMaxStreams> streams_{};
  std::array<ToneGenerator, kMaxStreams + 1> tones_;
  std::array<int16_t, kFrameSamples> captured_{};
  std::array<int16_t, kFrameSamples> mix_{};
  bool device_running_ = false;
  bool notify_ = false;
  int wake_ = -1;    // commands came
  int notice_ = -1;  // something changed
  std::atomic<bool> stopping_ = false;
  std::atomic<int64_t> worst_lateness_us_ = 0;
  std::atomic<uint64_t> ticks_ = 0;
  std::atomic<bool> realtime_ = false;
  std::thread thread_;
  std::unique_ptr<os::Watch> noticed_;
};

TickTime tick_time_now();

}  // namespace phone::media
