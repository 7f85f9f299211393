// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/device/device_patient.hpp"

#include <absl/strings/str_cat.h>
#include <pthread.h>

#include <algorithm>
#include <utility>

namespace phone::media {

PatientDevice::PatientDevice(std::string name, const absl::Status& why, Open open)
    : name_(std::move(name)), why_(why.message()), open_(std::move(open)) {}

PatientDevice::~PatientDevice() { give_up(); }

void PatientDevice::look_for_it(absl::Duration pause, std::function<void()> came) {
  // Not on the loop: opening a card blocks.
  thread_ = std::thread([this, pause, came = std::move(came)] { wait_for_it(pause, came); });
  pthread_setname_np(thread_.native_handle(), "sound-device");
}

void PatientDevice::give_up() {
  {
    const absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

std::string PatientDevice::name() const {
  const Device* device = device_.load(std::memory_order_acquire);
  return device != nullptr ? device->name() : absl::StrCat(name_, " (absent: ", why_, ")");
}

void PatientDevice::begin() {
  wanted_ = true;
  running_ = device_.load(std::memory_order_acquire);
  if (running_ != nullptr) running_->begin();
}

void PatientDevice::end() {
  wanted_ = false;
  if (running_ != nullptr) std::exchange(running_, nullptr)->end();
}

void PatientDevice::play(std::span<const int16_t> frame) {
  if (wanted_ && running_ == nullptr) begin();  // the card may have been opened during a call
  if (running_ != nullptr) running_->play(frame);
}

void PatientDevice::capture(std::span<int16_t> frame) {
  if (running_ != nullptr) return running_->capture(frame);
  std::fill(frame.begin(), frame.end(), int16_t{0});
}

void PatientDevice::drop_captured() {
  if (running_ != nullptr) running_->drop_captured();
}

void PatientDevice::wait_for_it(absl::Duration pause, const std::function<void()>& came) {
  for (;;) {
    {
      const absl::MutexLock lock(&mutex_);
      if (mutex_.AwaitWithTimeout(absl::Condition(&stopping_), pause)) return;
    }
    auto device = open_();
    if (!device.ok()) continue;
    owned_ = *std::move(device);
    device_.store(owned_.get(), std::memory_order_release);
    return came();
  }
}

}  // namespace phone::media
