// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The owner of the link in a WLAN when events of the supplicant have been lost.
#include "services/network_access/wlan/roam_actor.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

namespace phone::network::roam_actor_test {
namespace {

class RoamActorTest : public testing::Test {
 protected:
  void SetUp() override {
    actor_ = spawn_roaming(system_, {},
                           {.run =
                                [this](const Plan& plan, const PlanDone& done) {
                                  const std::lock_guard lock(mutex_);
                                  done(plan.back().text == "STATUS" ? status_ : "OK\n");
                                },
                            .publish =
                                [this](const WlanLink& link) {
                                  const std::lock_guard lock(mutex_);
                                  link_ = link;
                                  changed_.notify_all();
                                },
                            .tell =
                                [this](const std::string&, mesh::Severity, const std::string&) {
                                  const std::lock_guard lock(mutex_);
                                  ++told_;
                                },
                            .keep_neighbours = [] {}});
    caf::anon_send(actor_, WlanSelected{"voice", false});
  }
  void TearDown() override { caf::anon_send_exit(actor_, caf::exit_reason::user_shutdown); }
  void miss_events(const std::string& status) {
    const std::lock_guard lock(mutex_);
    status_ = status;
    caf::anon_send(actor_, EventsMissed());
  }
  bool is_at(const std::string& address) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(10), [&] { return link_.address == address; });
  }

  std::mutex mutex_;  // the three below
  std::string status_;
  WlanLink link_;
  int told_ = 0;
  std::condition_variable changed_;
  caf::actor_system_config config_;
  caf::actor_system system_{config_};
  RoamActor actor_;
};

TEST_F(RoamActorTest, TheLinkIsWhatStatusSaysAfterLostEvents) {
  miss_events("wpa_state=COMPLETED\nbssid=02:00:00:00:00:01\n");
  EXPECT_TRUE(is_at("02:00:00:00:00:01"));
  miss_events("wpa_state=COMPLETED\nbssid=02:00:00:00:00:02\n");
  EXPECT_TRUE(is_at("02:00:00:00:00:02"));
  {
    const std::lock_guard lock(mutex_);
    EXPECT_EQ(link_.roams, 1U);
  }
  miss_events("wpa_state=SCANNING\n");
  EXPECT_TRUE(is_at(""));
}

TEST_F(RoamActorTest, AnotherNetworkAfterARoamIsNoRoam) {
  miss_events("wpa_state=COMPLETED\nbssid=02:00:00:00:00:01\n");
  EXPECT_TRUE(is_at("02:00:00:00:00:01"));
  miss_events("wpa_state=COMPLETED\nbssid=02:00:00:00:00:02\n");
  EXPECT_TRUE(is_at("02:00:00:00:00:02"));
  caf::anon_send(actor_, WlanSelected{"elsewhere", false});
  EXPECT_TRUE(is_at(""));
  miss_events("wpa_state=COMPLETED\nbssid=02:00:00:00:00:03\n");
  EXPECT_TRUE(is_at("02:00:00:00:00:03"));
  miss_events("wpa_state=SCANNING\n");
  EXPECT_TRUE(is_at(""));
  const std::lock_guard lock(mutex_);
  EXPECT_EQ(link_.roams, 0U);
  EXPECT_EQ(told_, 1) << "of the one that was";
}

}  // namespace
}  // namespace phone::network::roam_actor_test
