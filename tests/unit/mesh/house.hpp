// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// house.hpp -- an acceptor on a socket of its own with our uid in a chosen role, and small helpers. Real sockets, real
// gRPC, nothing else.
#pragma once

#include <absl/time/clock.h>
#include <absl/time/time.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "common/mesh/client/peer.hpp"
#include "common/mesh/listen/acceptor.hpp"
#include "phone/signaling/v1/signaling.grpc.pb.h"
#include "tests/unit/temporary_directory.hpp"

namespace phone::mesh {

using signaling::v1::CallReply;
using signaling::v1::CallRequest;
using signaling::v1::DialRequest;
using signaling::v1::Signaling;
using signaling::v1::SignalingState;
using signaling::v1::WatchStateRequest;

using tests::TemporaryDirectory;

// True as soon as `condition` is, within `limit`.
inline bool eventually(const std::function<bool()>& condition, absl::Duration limit = absl::Seconds(10)) {
  const absl::Time until = absl::Now() + limit;
  while (!condition()) {
    if (absl::Now() > until) return false;
    absl::SleepFor(absl::Milliseconds(2));
  }
  return true;
}

// Everybody with our uid is `role` here. Register methods, then open().
class House {
 public:
  explicit House(Role role = v1::ROLE_GATEWAY, Limits limits = {}) : router(limits), role_(role) {
    loop_.start("loop");
  }
  ~House() { close(); }

  void open() {
    Roles roles;
    roles.set(getuid(), role_);
    open(std::move(roles));
  }
  void open(Roles roles) {
    auto listening = listen_unix(socket());
    ASSERT_TRUE(listening.ok()) << listening.status();
    acceptor_ = std::make_unique<Acceptor>(loop_, router, std::move(roles), *std::move(listening));
  }
  void close(absl::Duration patience = absl::Seconds(1)) {
    if (acceptor_) acceptor_->drain(absl::Now() + patience);
    acceptor_.reset();
  }
  std::filesystem::path socket() const { return directory_.path() / "signaling" / "grpc.sock"; }
  Peer<Signaling> peer() const { return Peer<Signaling>(socket()); }

  Router router;

 private:
  const Role role_;
  TemporaryDirectory directory_;
  os::EventLoop loop_;
  std::unique_ptr<Acceptor> acceptor_;
};

inline DialRequest dial(std::string number) {
  DialRequest request;
  request.set_number(std::move(number));
  return request;
}

inline CallReply answer(const std::string& id) {
  CallReply reply;
  reply.mutable_call()->set_call(id);
  return reply;
}

constexpr auto kSoon = absl::Seconds(5);
constexpr auto kDial = "phone.signaling.v1.Signaling/Dial";
constexpr auto kHangUp = "phone.signaling.v1.Signaling/HangUp";
constexpr auto kWatchState = "phone.signaling.v1.Signaling/WatchState";

}  // namespace phone::mesh
