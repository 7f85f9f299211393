// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The actor of media with the real tick and real sockets: orders from two sides at once, each answered once.
#include "services/media/media_actor.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "services/media/device/device_file.hpp"
#include "services/media/stream_driver.hpp"

namespace phone::media {
namespace {

class NullDescriptorStore final : public DescriptorStore {
 public:
  void keep(const std::string&, int) override {}
  void forget(const std::string&) override {}
};

class MediaActorTest : public testing::Test {
 protected:
  MediaActorTest() {
    config_.set("scheduler.policy", caf::atom("sharing"));
    config_.set("scheduler.max-threads", std::size_t{2});
    system_ = std::make_unique<caf::actor_system>(config_);
    engine_ = std::make_unique<Engine>(device_, [this] { caf::anon_send(actor_, StreamsChanged{}); });
    driver_ = std::make_unique<StreamDriver>(*engine_, descriptor_store_);
    actor_ = spawn_media(*system_, std::make_shared<StreamManager>(*driver_),
                         {.publish = [this](const Report& report) { streams_ = report.streams.size(); },
                          .event = [this](const MediaEvent&) { ++events_; }});
    loop_.start("loop");
    engine_->start(loop_);
  }
  ~MediaActorTest() override {
    engine_->stop();
    caf::anon_send_exit(actor_, caf::exit_reason::user_shutdown);
    actor_ = nullptr;
    system_.reset();
  }

  // A call's worth of orders; how many were answered as they should be.
  int use(const std::string& stream) {
    caf::scoped_actor self(*system_);
    int good = 0;
    uint16_t port = 0;
    const auto failed = [](const caf::error&) {};
    self->request(actor_, std::chrono::seconds(10), OpenStreamRequest{stream, "127.0.0.1"})
        .receive(
            [&](uint16_t opened) {
              port = opened;
              ++good;
            },
            failed);
    StreamOrder order{
        .stream = stream, .remote_address = "127.0.0.1", .remote_port = port, .codec = "PCMU", .clock_rate = 8000};
    order.direction = Direction::kSendReceive;
    const auto untyped = caf::actor_cast<caf::actor>(actor_);  // an answer of nothing has no type to receive by
    self->request(untyped, std::chrono::seconds(10), order).receive([&] { ++good; }, failed);
    self->request(untyped, std::chrono::seconds(10), PlayToneRequest{Tone::kSecure, stream})
        .receive([&] { ++good; }, failed);
    self->request(actor_, std::chrono::seconds(10), CloseStreamRequest{stream})
        .receive([&](const StreamReport& last) { good += last.stream == stream ? 1 : 0; }, failed);
    return good;
  }

  os::EventLoop loop_;
  caf::actor_system_config config_;
  std::unique_ptr<caf::actor_system> system_;
  NullDevice device_;
  NullDescriptorStore descriptor_store_;
  std::atomic<size_t> streams_ = 0;
  std::atomic<int> events_ = 0;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<StreamDriver> driver_;
  MediaActor actor_;
};

TEST_F(MediaActorTest, OrdersFromManySidesAreCarriedOutOneAfterTheOther) {
  std::atomic<int> good = 0;
  std::vector<std::thread> sides;
  for (const char* stream : {"a", "b", "c"}) {
    sides.emplace_back([this, stream, &good] {
      for (int i = 0; i < 5; ++i) good += use(stream);
    });
  }
  for (auto& side : sides) side.join();
  EXPECT_EQ(good, 3 * 5 * 4);
  EXPECT_GE(events_, 15);
}

TEST_F(MediaActorTest, WhatCannotBeDoneIsAnswered) {
  caf::scoped_actor self(*system_);
  bool refused = false;
  self->request(actor_, std::chrono::seconds(10), CloseStreamRequest{"nobody"})
      .receive([](const StreamReport&) {}, [&](const caf::error&) { refused = true; });
  EXPECT_TRUE(refused);
}

}  // namespace
}  // namespace phone::media
