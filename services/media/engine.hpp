// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// engine.hpp -- the 20 ms tick on its own thread. The actor hands over prepared objects by a ring and gets them back by
// another to free them; the tick itself allocates, locks and waits for nothing. With neither stream nor tone it sleeps
// without a timer. The microphone and the speaker belong to one stream: every other one is given silence to send, and
// what it receives is not played.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <variant>

#include "common/os/event_loop.hpp"
#include "services/media/device/device.hpp"
#include "services/media/device/echo_canceller.hpp"
#include "services/media/device/spsc_ring.hpp"
#include "services/media/stream.hpp"
#include "services/media/user_sound.hpp"

namespace phone::media {

inline constexpr size_t kIdleSlot = kMaxStreams;  // tones without a stream

struct AttachStream {
  size_t slot = 0;
  Stream* stream = nullptr;
};
struct DetachStream {
  size_t slot = 0;
  Stream* stream = nullptr;  // given back
};
struct ApplySetup {
  size_t slot = 0;
  StreamSetup* setup = nullptr;  // always given back
};
struct StartTone {
  size_t slot = 0;
  Tone tone = Tone::kNone;
  std::span<const ToneShape> table = tone_table();
};
struct QueueDigit {
  size_t slot = 0;
  char digit = 0;
};
using Command = std::variant<AttachStream, DetachStream, ApplySetup, StartTone, QueueDigit>;

class Engine {
 public:
  // `changed` is called on the loop after a stream has changed what it really does, and after a detach.
  Engine(Device& device, std::function<void()> changed);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  void start(os::EventLoop& loop);
  // Ends the thread; `changed` is not called any more. Commands stay in their ring from then on, and the streams are
  // their owner's to free.
  void stop();

  // From one thread only (the actor's). False when the ring is full: nothing was taken.
  bool submit(const Command&);
  // DetachStream and ApplySetup that the tick is done with; the caller frees what they point to.
  bool collect(Command&);

  // From the next tick on; by any thread.
  void set_muted(bool muted) { muted_.store(muted, std::memory_order_relaxed); }
  void set_sound(const SoundOrder& order);

  // One tick by hand, for tests without the thread.
  void tick(const TickTime&);
  int64_t worst_lateness_us() const { return worst_lateness_us_.load(std::memory_order_relaxed); }
  std::string device_name() const { return device_.name(); }
  uint64_t ticks() const { return ticks_.load(std::memory_order_relaxed); }
  bool realtime() const { return realtime_.load(std::memory_order_relaxed); }

 private:
  void run();
  void obey(int64_t now_us);
  void obey(const AttachStream&);
  void obey(const ApplySetup&, int64_t now_us);
  void obey(const DetachStream&);
  void set_focus(size_t slot, FocusState focus);
  bool idle() const;
  void play_all(const TickTime& time);
  void listen();
  void wait_for_command();

  Device& device_;
  const std::function<void()> changed_;
  SpscRing<Command, 128> commands_;
  SpscRing<Command, 256> done_;
  std::array<Stream*, kMaxStreams> streams_{};
  std::array<ToneGenerator, kMaxStreams + 1> tones_;
  std::array<ToneGenerator, kMaxStreams + 1> security_tones_;
  size_t focus_ = kIdleSlot;  // the only stream with the microphone and the speaker; kIdleSlot: none
  // A slot that carries another one's sound.
  using Fork = StreamSetup::Fork;
  std::span<const int16_t> sound_for(size_t slot) const;
  std::array<std::optional<Fork>, kMaxStreams> forks_;
  std::array<int16_t, kFrameSamples> heard_{};  // of the stream with the focus, without tones
  std::array<int16_t, kFrameSamples> captured_{};
  std::array<int16_t, kFrameSamples> mix_{};
  std::array<int16_t, kFrameSamples> ring_{};  // what announces a call
  EchoCanceller echo_;
  bool hands_free_ = false;                       // as the last tick had it
  std::array<int16_t, kFrameSamples> unheard_{};  // what the other streams receive
  bool device_running_ = false;
  bool notify_ = false;
  int wake_ = -1;    // commands are waiting
  int notice_ = -1;  // something changed
  std::atomic<bool> muted_ = false;
  std::atomic<float> gain_ = 1, ring_gain_ = 1;
  std::atomic<bool> usable_ = true, hands_free_wanted_ = false;
  std::atomic<bool> stopping_ = false;
  std::atomic<int64_t> worst_lateness_us_ = 0;
  std::atomic<uint64_t> ticks_ = 0;
  std::atomic<bool> realtime_ = false;
  std::thread thread_;
  std::unique_ptr<os::Watch> noticed_;
};

TickTime tick_time_now();

}  // namespace phone::media
