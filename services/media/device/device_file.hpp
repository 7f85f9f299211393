// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <atomic>
#include <thread>
#include <vector>

#include "services/media/device/device.hpp"
#include "services/media/device/spsc_ring.hpp"

namespace phone::media {

// Silence in, nothing out.
class NullDevice final : public Device {
 public:
  std::string name() const override { return "null"; }
  void capture(std::span<int16_t> frame) override;
  void play(std::span<const int16_t>) override {}
};

// Capture is read once and looped without a seam. Playback is written by a thread ten times a second, the header with
// it, so the file is whole at any moment; after kMaxPlaybackSeconds it starts over.
class FileDevice final : public Device {
 public:
  static constexpr uint32_t kMaxPlaybackSeconds = 600;

  static absl::StatusOr<std::unique_ptr<Device>> open(const DeviceOptions&);
  ~FileDevice() override;
  std::string name() const override { return "file"; }
  void capture(std::span<int16_t> frame) override;
  void play(std::span<const int16_t> frame) override;
  void end() override;

 private:
  FileDevice(std::vector<int16_t> loop, int playback);
  void wake() const;
  void run();
  bool append(std::span<const int16_t> samples);

  const std::vector<int16_t> loop_;
  size_t at_ = 0;
  SpscRing<int16_t, 1 << 15> played_;  // two seconds
  unsigned frames_ = 0;
  int playback_ = -1;
  int wake_ = -1;
  uint32_t written_ = 0;  // samples in the file
  std::atomic<bool> stopping_ = false;
  std::thread writer_;
};

}  // namespace phone::media
