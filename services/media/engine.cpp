// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/engine.hpp"

#include <pthread.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>

namespace phone::media {
namespace {

constexpr int64_t kTickUs = 20'000;
constexpr int64_t kLostTimeUs = 200'000;  // behind by more: the machine slept; go on from now
constexpr int kPriority = 40;
constexpr uint64_t kNtpEpoch = 2'208'988'800;  // 1900 to 1970, seconds

void signal(int fd) {
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(fd, &one, sizeof one);
}

bool wait(int fd) {
  uint64_t count = 0;
  return ::read(fd, &count, sizeof count) == static_cast<ssize_t>(sizeof count);
}

int64_t now_us() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return int64_t{time.tv_sec} * 1'000'000 + time.tv_nsec / 1000;
}

void sleep_until(int64_t at_us) {
  const timespec time{.tv_sec = at_us / 1'000'000, .tv_nsec = at_us % 1'000'000 * 1000};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nullptr) == EINTR) {
  }
}

bool silent(const ToneGenerator& tone) { return tone.playing() == Tone::kNone; }

void amplify(std::span<int16_t> frame, float gain) {
  if (gain == 1) return;
  for (int16_t& sample : frame)
    sample = static_cast<int16_t>(std::clamp(static_cast<float>(sample) * gain, -32768.0F, 32767.0F));
}

void add(std::span<int16_t> frame, std::span<const int16_t> other) {
  for (size_t i = 0; i < frame.size(); ++i)
    frame[i] = static_cast<int16_t>(std::clamp(int{frame[i]} + int{other[i]}, -32768, 32767));
}

}  // namespace

TickTime tick_time_now() {
  timespec wall{};
  clock_gettime(CLOCK_REALTIME, &wall);
  const uint64_t fraction = (static_cast<uint64_t>(wall.tv_nsec) << 32) / 1'000'000'000;
  return {.now_us = now_us(), .ntp = (static_cast<uint64_t>(wall.tv_sec) + kNtpEpoch) << 32 | fraction};
}

Engine::Engine(Device& device, std::function<void()> changed)
    : device_(device),
      changed_(std::move(changed)),
      wake_(::eventfd(0, EFD_CLOEXEC)),
      notice_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

Engine::~Engine() {
  stop();
  ::close(wake_);
  ::close(notice_);
  // What has not been collected; it may hold keys.
  Command left;
  while (commands_.pop(left) || done_.pop(left)) {
    if (const auto* applied = std::get_if<ApplySetup>(&left)) delete applied->setup;
  }
}

void Engine::stop() {
  stopping_ = true;
  signal(wake_);
  if (thread_.joinable()) thread_.join();
  noticed_.reset();
}

void Engine::start(os::EventLoop& loop) {
  noticed_ = std::make_unique<os::Watch>(loop, notice_, EPOLLIN, [this](uint32_t) {
    if (wait(notice_) && changed_) changed_();
  });
  thread_ = std::thread([this] { run(); });
}

bool Engine::submit(const Command& command) {
  if (!commands_.push(command)) return false;
  signal(wake_);
  return true;
}

bool Engine::collect(Command& command) { return done_.pop(command); }

bool Engine::idle() const {
  return std::all_of(streams_.begin(), streams_.end(), [](const Stream* stream) { return stream == nullptr; }) &&
         std::all_of(tones_.begin(), tones_.end(), silent) &&
         std::all_of(security_tones_.begin(), security_tones_.end(), silent);
}

void Engine::set_sound(const SoundOrder& order) {
  gain_.store(order.gain, std::memory_order_relaxed);
  ring_gain_.store(order.ring_gain, std::memory_order_relaxed);
  usable_.store(order.usable, std::memory_order_relaxed);
  hands_free_wanted_.store(order.hands_free, std::memory_order_relaxed);
}

void Engine::obey(int64_t now_us) {
  Command command;
  // A command stays in its ring until there is room to give it back.
  while (done_.size() < 128 && commands_.pop(command)) {
    if (const auto* attach = std::get_if<AttachStream>(&command)) {
      obey(*attach);
    } else if (const auto* detach = std::get_if<DetachStream>(&command)) {
      obey(*detach);
    } else if (const auto* apply = std::get_if<ApplySetup>(&command)) {
      obey(*apply, now_us);
    } else if (const auto* tone = std::get_if<StartTone>(&command)) {
      (is_security_tone(tone->tone) ? security_tones_ : tones_)[tone->slot].start(tone->tone, tone->table);
    } else if (const auto* digit = std::get_if<QueueDigit>(&command)) {
      if (streams_[digit->slot] != nullptr) streams_[digit->slot]->add_digit(digit->digit);
    }
  }
}

void Engine::obey(const AttachStream& attach) {
  streams_[attach.slot] = attach.stream;
  forks_[attach.slot].reset();
  set_focus(attach.slot, attach.stream->focus());  // of its record, after a restart
}

void Engine::obey(const DetachStream& detach) {
  if (focus_ == detach.slot) focus_ = kIdleSlot;
  // Its slot may be another call's soon.
  for (auto& fork : forks_) {
    if (fork && fork->of == detach.slot) fork->of = Fork::kNobody;
  }
  tones_[detach.slot].start(Tone::kNone);
  security_tones_[detach.slot].start(Tone::kNone);
  done_.push(DetachStream{detach.slot, std::exchange(streams_[detach.slot], nullptr)});
  notify_ = true;
}

void Engine::obey(const ApplySetup& apply, int64_t now_us) {
  if (Stream* stream = streams_[apply.slot]) {
    stream->apply(*apply.setup, now_us);
    if (!apply.setup->forget_previous) {
      forks_[apply.slot] = apply.setup->fork;
      set_focus(apply.slot, apply.setup->focus);
    }
  }
  done_.push(apply);
}

// The stream that loses the focus is written down first: a process that dies in between leaves records of which at most
// one has it.
void Engine::set_focus(size_t slot, FocusState focus) {
  if (focus == FocusState::kHolds && focus_ != slot) {
    if (focus_ != kIdleSlot) streams_[focus_]->set_focus(FocusState::kLost);
    focus_ = slot;
    device_.drop_captured();  // recorded before this call had the microphone
  } else if (focus != FocusState::kHolds && focus_ == slot) {
    focus_ = kIdleSlot;
  }
  if (streams_[slot]->focus() != focus) streams_[slot]->set_focus(focus);
}

void Engine::play_all(const TickTime& time) {
  mix_.fill(0);
  ring_.fill(0);
  for (size_t slot = 0; slot < kMaxStreams; ++slot) {
    if (streams_[slot] != nullptr) streams_[slot]->play(time, slot == focus_ ? mix_ : unheard_);
  }
  heard_ = mix_;
  // Tones are for the user only: they join what is played, never what is sent.
  for (ToneGenerator& tone : tones_) tone.mix(is_ringing(tone.playing()) ? ring_ : mix_);
  for (ToneGenerator& tone : security_tones_) tone.mix(mix_);
  if (!usable_.load(std::memory_order_relaxed)) mix_.fill(0);
  amplify(mix_, gain_.load(std::memory_order_relaxed));
  amplify(ring_, ring_gain_.load(std::memory_order_relaxed));
  add(mix_, ring_);
  device_.play(mix_);
}

void Engine::listen() {
  device_.capture(captured_);
  const bool hands_free = hands_free_wanted_.load(std::memory_order_relaxed);
  if (hands_free && !std::exchange(hands_free_, hands_free)) echo_.reset();
  hands_free_ = hands_free;
  if (hands_free_) echo_.cancel(captured_, mix_);
  if (muted_.load(std::memory_order_relaxed) || !usable_.load(std::memory_order_relaxed)) captured_.fill(0);
}

// A fork carries what its call says or hears while that call has the user, and silence otherwise.
std::span<const int16_t> Engine::sound_for(size_t slot) const {
  static constexpr std::array<int16_t, kFrameSamples> kSilence{};
  const auto& fork = forks_[slot];
  if ((fork ? fork->of : slot) != focus_) return kSilence;
  return fork && fork->far ? heard_ : captured_;
}

void Engine::tick(const TickTime& time) {
  obey(time.now_us);
  for (Stream* stream : streams_) {
    if (stream != nullptr) stream->receive(time);
  }
  play_all(time);
  listen();
  for (size_t slot = 0; slot < kMaxStreams; ++slot) {
    if (streams_[slot] == nullptr) continue;
    streams_[slot]->send(time, sound_for(slot));
    notify_ = streams_[slot]->take_changed() || notify_;
  }
  if (std::exchange(notify_, false)) signal(notice_);
  ticks_.fetch_add(1, std::memory_order_relaxed);
}

void Engine::wait_for_command() {
  if (device_running_) device_.end();
  device_running_ = false;
  while (!stopping_ && commands_.size() == 0 && wait(wake_)) {
  }
  obey(now_us());
  if (std::exchange(notify_, false)) signal(notice_);
}

void Engine::run() {
  pthread_setname_np(pthread_self(), "media-tick");
  prctl(PR_SET_TIMERSLACK, 1);
  const sched_param priority{.sched_priority = kPriority};
  realtime_ = pthread_setschedparam(pthread_self(), SCHED_FIFO, &priority) == 0;
  int64_t next = now_us();
  while (!stopping_) {
    if (idle()) {
      wait_for_command();
      next = now_us();
      continue;
    }
    if (!device_running_) device_.begin();
    device_running_ = true;
    sleep_until(next);
    const TickTime time = tick_time_now();
    const int64_t late = time.now_us - next;
    if (late > worst_lateness_us_.load(std::memory_order_relaxed))
      worst_lateness_us_.store(late, std::memory_order_relaxed);
    tick(time);
    next += kTickUs;
    if (late > kLostTimeUs) next = time.now_us + kTickUs;
  }
}

}  // namespace phone::media
