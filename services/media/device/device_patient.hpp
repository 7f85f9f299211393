// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// device_patient.hpp -- a sound card that was absent at the start: silence in its place until opening it succeeds. A
// call goes on without audio, and the device name says so.
#pragma once

#include <absl/synchronization/mutex.h>
#include <absl/time/time.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "services/media/device/device.hpp"

namespace phone::media {

class PatientDevice final : public Device {
 public:
  using Open = std::function<absl::StatusOr<std::unique_ptr<Device>>()>;

  // `why`: how the first attempt failed.
  PatientDevice(std::string name, const absl::Status& why, Open open);
  ~PatientDevice() override;

  // Tries again every `pause`, on a thread of its own, which calls `came` once the card is open.
  void look_for_it(absl::Duration pause, std::function<void()> came);
  void give_up();

  // "alsa:default (absent: No such device)" until it is open.
  std::string name() const override;
  void begin() override;
  void end() override;
  void capture(std::span<int16_t> frame) override;
  void play(std::span<const int16_t> frame) override;
  void drop_captured() override;

 private:
  void wait_for_it(absl::Duration pause, const std::function<void()>& came);

  const std::string name_;
  const std::string why_;
  const Open open_;
  std::unique_ptr<Device> owned_;
  std::atomic<Device*> device_ = nullptr;  // as the tick sees it
  Device* running_ = nullptr;              // the tick's: the one whose begin() was called
  bool wanted_ = false;                    // the tick's
  absl::Mutex mutex_;
  bool stopping_ = false;  // guarded
  std::thread thread_;
};

}  // namespace phone::media
