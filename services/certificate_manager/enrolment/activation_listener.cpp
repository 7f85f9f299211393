// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/certificate_manager/enrolment/activation_listener.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include <utility>

namespace phone::enrolment {
namespace {

// One key holder, and the one it replaces during an upgrade.
constexpr size_t kMost = 4;

bool is_gone(const os::Descriptor& caller) {
  pollfd polled{caller.get(), POLLRDHUP, 0};
  return poll(&polled, 1, 0) > 0 && polled.revents != 0;
}

}  // namespace

ActivationListener::ActivationListener(os::Descriptor listening, std::chrono::milliseconds linger)
    : listening_(std::move(listening)), linger_(linger), last_(std::chrono::steady_clock::now()) {
  fcntl(listening_.get(), F_SETFL, fcntl(listening_.get(), F_GETFL) | O_NONBLOCK);
}

bool ActivationListener::wanted() {
  std::erase_if(held_, is_gone);
  while (held_.size() < kMost) {
    os::Descriptor caller(accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!caller) break;
    held_.push_back(std::move(caller));
  }
  const auto now = std::chrono::steady_clock::now();
  if (!held_.empty()) last_ = now;
  return now - last_ < linger_;
}

}  // namespace phone::enrolment
