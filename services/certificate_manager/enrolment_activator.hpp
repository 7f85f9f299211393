// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <filesystem>
#include <optional>

#include "common/os/descriptor.hpp"
#include "common/os/event_loop.hpp"

namespace phone::certificates {

// Below the directory of sockets.
inline constexpr char kEnrolmentSocket[] = "enrolment/wake.sock";

// Keeps the enrolment process running while an order is open, by a connection that stays as long: systemd starts the
// process for it, and the process exits when no connection is held. When it dies the connection breaks and is made
// again, after a pause that doubles to five seconds.
class EnrolmentActivator {
 public:
  EnrolmentActivator(os::EventLoop& loop, std::filesystem::path socket);
  EnrolmentActivator(const EnrolmentActivator&) = delete;
  EnrolmentActivator& operator=(const EnrolmentActivator&) = delete;
  ~EnrolmentActivator();

  // From any thread; never waits.
  void set(bool order_open);

 private:
  enum class State {
    kRest,     // no order is open
    kHeld,     // connected
    kWaiting,  // the connection failed or broke; it is made again after a pause
  };
  void open();
  void close();
  void connect();
  void lost();

  os::EventLoop& loop_;
  const std::filesystem::path socket_;
  // The loop's own.
  State state_ = State::kRest;
  std::chrono::milliseconds pause_;
  os::EventLoop::Clock::time_point began_;
  os::Descriptor connection_;
  std::optional<os::Watch> hang_up_;
  os::Timer again_;
};

}  // namespace phone::certificates
