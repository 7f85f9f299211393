// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "gateway/events/on_demand_driver.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <fstream>
#include <mutex>

#include "tests/unit/temporary_directory.hpp"

namespace phone::gateway {
namespace {

class F81_OnDemandDriver : public testing::Test {
 protected:
  void SetUp() override { loop_.start("test"); }
  void TearDown() override { loop_.stop(); }
  void write(const std::string& service, const std::string& lines) {
    std::filesystem::create_directories(run_directory_of(run_.path(), service));
    std::ofstream(run_directory_of(run_.path(), service) / "endings", std::ios::app) << lines;
  }
  // The text of the next event; empty after ten seconds without one.
  std::string next() {
    std::unique_lock lock(mutex_);
    std::shared_ptr<const google::protobuf::Message> event;
    woken_.wait_for(lock, std::chrono::seconds(10), [&] { return (event = stream_->next()) != nullptr; });
    return event == nullptr ? "" : static_cast<const phone::mesh::v1::Event&>(*event).text();
  }

  tests::TemporaryDirectory run_;
  os::EventLoop loop_;
  phone::mesh::EventLog event_log_{"gateway"};
  std::mutex mutex_;
  std::condition_variable woken_;
  std::unique_ptr<phone::mesh::Stream> stream_ = event_log_.subscribe(0, [this] {
    const std::lock_guard lock(mutex_);
    woken_.notify_all();
  });
};

TEST_F(F81_OnDemandDriver, ReadsTheSupervisorsNotesAgainAndAgain) {
  write("enrolment", "100 serving\n5000 signal killed KILL\n5120 serving\n");
  OnDemandDriver driver(loop_, run_.path(), event_log_);
  EXPECT_EQ(next(), "enrolment restarted after 120 ms: killed by signal KILL");
  write("download", "100 serving\n5000 signal killed SEGV\n5050 serving\n");
  EXPECT_EQ(next(), "download restarted after 50 ms: killed by signal SEGV");
  write("enrolment", "6000 watchdog killed ABRT\n6010 serving\n");
  EXPECT_EQ(next(), "enrolment restarted after 10 ms: hung and was ended by its watchdog");
  using Causes = std::map<std::string, std::uint64_t>;
  EXPECT_EQ(driver.deaths(),
            (std::map<std::string, Causes>{
                {"download", {{"signal", 1}}}, {"enrolment", {{"signal", 1}, {"watchdog", 1}}}, {"url_services", {}}}));
  EXPECT_EQ(driver.failed(), std::set<std::string>()) << "both have served since";
  write("download", "6000 exit-code exited 70\n");
  EXPECT_NE(next(), "");
  EXPECT_EQ(driver.failed(), std::set<std::string>{"download"});
}

}  // namespace
}  // namespace phone::gateway
