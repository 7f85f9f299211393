// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/mesh/call/latest.hpp"

#include <gtest/gtest.h>

#include "phone/signaling/v1/signaling.pb.h"

namespace phone::mesh {
namespace {

using State = signaling::v1::SignalingState;

State version(uint64_t number) {
  State state;
  state.set_version(number);
  return state;
}

uint64_t next_version(Stream& stream) {
  const auto message = stream.next();
  return message ? static_cast<const State&>(*message).version() : 0;
}

TEST(Mesh_Latest, UnsetIsEmptyAndSilent) {
  const Latest<State> latest;
  EXPECT_EQ(latest.get().version(), 0u);
  EXPECT_EQ(latest.subscribe([] {})->next(), nullptr);
}

TEST(Mesh_Latest, SubscriberGetsPresentThenNewestOnly) {
  Latest<State> latest(version(1));
  int woken = 0;
  const auto stream = latest.subscribe([&] { ++woken; });
  EXPECT_EQ(next_version(*stream), 1u);
  EXPECT_EQ(next_version(*stream), 0u);
  latest.set(version(2));
  latest.set(version(3));
  EXPECT_EQ(woken, 2);
  EXPECT_EQ(next_version(*stream), 3u);
  EXPECT_EQ(next_version(*stream), 0u);
  EXPECT_EQ(latest.get().version(), 3u);
}

TEST(Mesh_Latest, SubscriberGoneIsForgotten) {
  Latest<State> latest;
  {
    const auto stream = latest.subscribe([] { FAIL() << "woken after it went"; });
  }
  EXPECT_EQ(latest.subscribers(), 0u);
  latest.set(version(1));
}

TEST(Mesh_Latest, FeedOutlivesItsValue) {
  auto latest = std::make_unique<Latest<State>>(version(4));
  const auto source = latest->source();
  const auto stream = latest->subscribe([] {});
  latest.reset();
  EXPECT_EQ(next_version(*stream), 4u);
  EXPECT_EQ(next_version(*source([] {})), 4u);
}

}  // namespace
}  // namespace phone::mesh
