// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The thread that hears the switch, under a flood on a cable of the test's own.
#include "services/network_access/discovery/discovery_driver.hpp"

#include <gtest/gtest.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sched.h>
#include <sys/socket.h>
#include <cstdlib>

#include <condition_variable>
#include <fstream>

#include "tests/unit/temporary_directory.hpp"

namespace phone::network::link_neighbours_test {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

// Processor time of this process's thread of that name (/proc/<pid>/task/<tid>/schedstat, its first number).
milliseconds processor_time(const std::string& name) {
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::string comm;
    std::getline(std::ifstream(task.path() / "comm"), comm);
    if (comm != name) continue;
    std::int64_t nanoseconds = 0;
    std::ifstream(task.path() / "schedstat") >> nanoseconds;
    return std::chrono::duration_cast<milliseconds>(std::chrono::nanoseconds(nanoseconds));
  }
  return milliseconds(-1);
}

// Frames of the switch's end.
class Switch {
 public:
  Switch() : socket_(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0)) {
    sockaddr_ll address{};
    address.sll_family = AF_PACKET;
    address.sll_ifindex = static_cast<int>(if_nametoindex("sw0"));
    EXPECT_EQ(bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  }
  void say(const std::string& device) {
    const std::string frame = cdp_frame(
        {.source = {0x02, 0, 0, 0, 0, 1}, .device = device, .platform = "lab", .software = "1", .port = "Port 7"});
    (void)send(socket_.get(), frame.data(), frame.size(), 0);
  }

 private:
  const os::Descriptor socket_;
};

void a_flood_costs_little_and_changes_nothing() {
  const tests::TemporaryDirectory directory;
  std::mutex mutex;
  std::condition_variable changed;
  std::optional<NeighbourFacts> neighbour;
  os::EventLoop frames;
  frames.start("frames");
  DiscoveryDriver neighbours(
      frames,
      {.switch_port = "eth0",
       .pc_port = "",
       .self = {.source = {0x02, 0, 0, 0, 0, 9}, .device = "SEP02", .platform = "phone", .software = "x"},
       .lldp_socket = directory / "none"},
      {},
      {.publish =
           [&](const LinkLearned& learned) {
             const std::lock_guard lock(mutex);
             neighbour = learned.neighbour;
             changed.notify_all();
           },
       .use = [](const std::string&) {},
       .tell = [](const std::string&, const std::string&) {}});
  ASSERT_TRUE(neighbours.start().ok());
  Switch sw0;
  const auto hears = [&](const std::string& system, auto meanwhile) {
    const auto end = Clock::now() + seconds(20);
    while (Clock::now() < end) {
      meanwhile();
      std::unique_lock lock(mutex);
      if (changed.wait_for(lock, milliseconds(50), [&] { return neighbour && neighbour->system == system; })) {
        return true;
      }
    }
    return false;
  };
  ASSERT_TRUE(hears("switch", [&] { sw0.say("switch"); }));
  const auto before = processor_time("neighbours");
  ASSERT_GE(before.count(), 0);
  constexpr seconds kFlood(3);
  long sent = 0;
  for (const auto end = Clock::now() + kFlood; Clock::now() < end; ++sent) sw0.say("switch");
  const auto cost = processor_time("neighbours") - before;
  testing::Test::RecordProperty("frames", static_cast<int>(sent));
  testing::Test::RecordProperty("processor_ms", static_cast<int>(cost.count()));
  EXPECT_GT(sent, 1000 * DiscoveryDriver::kMostFrames / 10);
  EXPECT_LT(cost, milliseconds(kFlood) / 10) << sent << " frames";
  EXPECT_TRUE(hears("switch", [] {}));
}

TEST(LinkNeighbours_Peer, AFloodOfCdpCostsATenthOfAProcessorAtMostAndChangesNothing) {
  bool made = false;
  // A network of its own for this thread and those it starts.
  std::thread([&] {
    made = unshare(CLONE_NEWNET) == 0 &&
           std::system("ip link add eth0 type veth peer name sw0 && ip link set sw0 up && ip link set eth0 up") == 0;
    if (made) a_flood_costs_little_and_changes_nothing();
  }).join();
  if (!made) GTEST_SKIP() << "no network namespace of our own here";
}

}  // namespace
}  // namespace phone::network::link_neighbours_test
