// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/certificate_manager/enrolment_activator.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <utility>

#include "common/log/log.hpp"
#include "common/os/unix_socket.hpp"

namespace phone::certificates {
namespace {

constexpr std::chrono::milliseconds kFirstPause{50}, kLongestPause{5000};
// A process that lived so long is not one that dies at once.
constexpr std::chrono::seconds kGoodLife{10};

}  // namespace

EnrolmentActivator::EnrolmentActivator(os::EventLoop& loop, std::filesystem::path socket)
    : loop_(loop), socket_(std::move(socket)), pause_(kFirstPause), again_(loop, [this] { connect(); }) {}

EnrolmentActivator::~EnrolmentActivator() {
  loop_.sync([this] { close(); });  // behind what set() has posted
}

void EnrolmentActivator::set(bool order_open) {
  loop_.post([this, order_open] { order_open ? open() : close(); });
}

void EnrolmentActivator::open() {
  if (state_ == State::kRest) connect();
}

void EnrolmentActivator::close() {
  state_ = State::kRest;
  pause_ = kFirstPause;
  again_.cancel();
  hang_up_.reset();
  connection_.close();
}

void EnrolmentActivator::connect() {
  began_ = os::EventLoop::Clock::now();
  auto connection = os::connect_unix(socket_, SOCK_NONBLOCK);
  if (!connection.ok()) {
    log::warning("the enrolment process could not be activated", {{"reason", connection.status().ToString()}});
    return lost();
  }
  state_ = State::kHeld;
  connection_ = *std::move(connection);
  hang_up_.emplace(loop_, connection_.get(), EPOLLRDHUP, [this](std::uint32_t) { lost(); });
}

void EnrolmentActivator::lost() {
  hang_up_.reset();
  connection_.close();
  const auto now = os::EventLoop::Clock::now();
  if (now - began_ >= kGoodLife) pause_ = kFirstPause;
  state_ = State::kWaiting;
  again_.expire_at(now + pause_);
  pause_ = std::min(2 * pause_, kLongestPause);
}

}  // namespace phone::certificates
