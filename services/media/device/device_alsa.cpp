// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/device/device_alsa.hpp"

#include <alsa/asoundlib.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <thread>

#include "absl/strings/str_cat.h"
#include "services/media/device/fresh_capture.hpp"
#include "services/media/device/spsc_ring.hpp"

namespace phone::media {
namespace {

constexpr unsigned kLatencyUs = 40'000;
using Clock = std::chrono::steady_clock;
constexpr auto kFrameTime = std::chrono::milliseconds(20);
constexpr auto kInstant = std::chrono::milliseconds(5);  // a card that takes a frame faster has no clock
constexpr size_t kTooFarBehind = kFrameSamples * 4;      // samples; more would be audible delay

struct ClosePcm {
  void operator()(snd_pcm_t* pcm) const { snd_pcm_close(pcm); }
};
using Pcm = std::unique_ptr<snd_pcm_t, ClosePcm>;

absl::StatusOr<Pcm> open_pcm(const std::string& name, snd_pcm_stream_t direction) {
  snd_pcm_t* raw = nullptr;
  int error = snd_pcm_open(&raw, name.c_str(), direction, 0);
  if (error < 0) return absl::UnavailableError(absl::StrCat("sound device ", name, ": ", snd_strerror(error)));
  Pcm pcm(raw);
  error = snd_pcm_set_params(raw, SND_PCM_FORMAT_S16, SND_PCM_ACCESS_RW_INTERLEAVED, 1, kAudioRate, 1, kLatencyUs);
  if (error < 0) return absl::UnavailableError(absl::StrCat("sound device ", name, ": ", snd_strerror(error)));
  return pcm;
}

class AlsaDevice final : public Device {
 public:
  AlsaDevice(std::string name, Pcm in, Pcm out) : name_(std::move(name)), in_(std::move(in)), out_(std::move(out)) {
    // Not on the loop: each blocks for as long as the card's clock says.
    reader_ = std::thread([this] { read(); });
    writer_ = std::thread([this] { write(); });
  }
  ~AlsaDevice() override {
    stopping_ = true;
    running_ = true;
    running_.notify_all();
    reader_.join();
    writer_.join();
  }

  std::string name() const override { return absl::StrCat("alsa:", name_); }
  void begin() override {
    heard_.drop();  // of the call before
    running_ = true;
    running_.notify_all();
  }
  void end() override { running_ = false; }

  void capture(std::span<int16_t> frame) override { heard_.take(frame); }
  void drop_captured() override { heard_.drop(); }
  void play(std::span<const int16_t> frame) override {
    if (said_.size() <= kTooFarBehind) said_.write(frame);
  }

 private:
  // One frame at a time; an error (unplugged, overrun) is recovered from or waited out. A card's clock sets the pace;
  // ALSA's null and file plug-ins have none and take any number of frames at once, so they are given ours.
  template <class Transfer>
  void loop(snd_pcm_t* pcm, Transfer transfer) {
    auto due = Clock::now();
    while (!stopping_) {
      running_.wait(false);
      if (stopping_) return;
      const auto before = Clock::now();
      const auto moved = static_cast<int>(transfer());
      const auto after = Clock::now();
      due = std::max(due + kFrameTime, after - kFrameTime);
      if (after - before > kInstant) due = std::min(due, after + kFrameTime);  // it has a clock, which may be faster
      if (due > after + kFrameTime) std::this_thread::sleep_until(due - kFrameTime);
      if (moved < 0 && snd_pcm_recover(pcm, moved, 1) < 0) std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
  }
  void read() {
    std::array<int16_t, kFrameSamples> frame;
    loop(in_.get(), [&] {
      const snd_pcm_sframes_t got = snd_pcm_readi(in_.get(), frame.data(), frame.size());
      if (got > 0) heard_.put(std::span<const int16_t>(frame).first(static_cast<size_t>(got)));
      return got;
    });
  }
  void write() {
    std::array<int16_t, kFrameSamples> frame;
    loop(out_.get(), [&] {
      const size_t got = said_.read(frame);
      std::fill(frame.begin() + static_cast<std::ptrdiff_t>(got), frame.end(), int16_t{0});
      return snd_pcm_writei(out_.get(), frame.data(), frame.size());
    });
  }

  const std::string name_;
  Pcm in_;
  Pcm out_;
  FreshCapture heard_;
  SpscRing<int16_t, 1 << 13> said_;
  std::atomic<bool> running_ = false;
  std::atomic<bool> stopping_ = false;
  std::thread reader_;
  std::thread writer_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Device>> open_alsa(const std::string& name) {
  auto in = open_pcm(name, SND_PCM_STREAM_CAPTURE);
  if (!in.ok()) return in.status();
  auto out = open_pcm(name, SND_PCM_STREAM_PLAYBACK);
  if (!out.ok()) return out.status();
  return std::make_unique<AlsaDevice>(name, *std::move(in), *std::move(out));
}

}  // namespace phone::media
