// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/link/dhcp_client.hpp"

#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include "absl/strings/match.h"
#include "services/network_access/link/provisioning_server.hpp"
#include "tests/unit/network_access/link/cable.hpp"

// Our DHCP client and the kernel's addresses and routes, against a server that does what dnsmasq cannot be told to
// (tests/peers/dhcp_server.py).
namespace phone::network {
namespace {

// A server of its own on sw0.
class Server {
 public:
  Server(const std::filesystem::path& directory, const std::string& address, const std::string& rules)
      : rules_(directory / (address + ".rules")), log_(directory / (address + ".log")) {
    change("");
    const std::string line = "exec python3 " PHONE_SOURCE_DIR "/tests/peers/dhcp_server.py sw0 " + address + " " +
                             rules + " file=" + rules_.string() + " > " + log_.string() + " 2>&1";
    process_ = fork();
    if (process_ == 0) execl("/bin/sh", "sh", "-c", line.c_str(), nullptr);
    for (int i = 0; i < 200 && !absl::StrContains(said(), "ready"); ++i) poll(nullptr, 0, 20);
  }
  ~Server() {
    kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
  }
  // Rules from now on, one a line.
  void change(const std::string& rules) {
    std::ofstream(rules_.string() + ".new") << rules;
    std::filesystem::rename(rules_.string() + ".new", rules_);
  }
  std::string said() const {
    std::ifstream in(log_);
    return {std::istreambuf_iterator<char>(in), {}};
  }

 private:
  const std::filesystem::path rules_, log_;
  pid_t process_ = -1;
};

struct F81_Lease_Peer : PortWatch_Peer {
  void SetUp() override {
    PortWatch_Peer::SetUp();
    if (IsSkipped()) return;
    if (sh("command -v python3 >/dev/null") != 0) GTEST_SKIP() << "python3 is not installed";
    sh("ip address flush dev sw0; ip address flush dev eth0; ip address replace 192.0.2.1/24 dev sw0");
  }
  void TearDown() override {
    watch.reset();
    sh("ip address flush dev sw0; ip address flush dev eth0");  // a lease outlives its client
    PortWatch_Peer::TearDown();
  }
  void plug_in() {
    watch = std::make_unique<LinkDriver>(
        *loop,
        LinkDriver::Settings{.port = "eth0",
                             .dhcp = true,
                             .client = {.lease_file = directory / "lease", .memory_file = directory / "last-lease"}},
        std::ref(witness), [this](const std::string& text) {
          const std::lock_guard lock(mutex);
          trouble += text + "\n";
        });
    ASSERT_TRUE(watch->start().ok());
  }
  bool holds(const std::string& address) {
    return witness.becomes([&](const LinkObservation& seen) {
      return seen.dhcp.held && seen.dhcp.held->lease.address == address && has(seen, address) &&
             seen.dhcp.failures.empty();
    });
  }
  bool tells(DhcpStepKind kind, const std::string& part) {
    return witness.becomes([&](const LinkObservation& seen) {
      for (const DhcpStep& step : seen.dhcp.story) {
        if (step.kind == kind && absl::StrContains(step.text, part)) return true;
      }
      return false;
    });
  }
  static std::string addresses() { return output("ip -4 -o address show dev eth0"); }
  static std::string routes() { return output("ip -4 route show dev eth0"); }
  // The kernel's routes of eth0 come to have, or not to have, this part.
  static bool routed(const std::string& part, bool there = true) {
    for (int i = 0; i < 500; ++i) {
      if (absl::StrContains(routes(), part) == there) return true;
      poll(nullptr, 0, 20);
    }
    return false;
  }
  std::string said() {
    const std::lock_guard lock(mutex);
    return trouble;
  }

  std::unique_ptr<LinkDriver> watch;
  std::mutex mutex;
  std::string trouble;
};
constexpr char kTftp[] = "opt.150=c0000207";

TEST_F(F81_Lease_Peer, AnotherAddressOfTheSameNetworkAfterARestartIsHeldByTheKernelToo) {
  Server server(directory, "192.0.2.1", std::string("lease=192.0.2.50 opt.3=c0000201 ") + kTftp);
  plug_in();
  ASSERT_TRUE(holds("192.0.2.50")) << server.said();
  EXPECT_TRUE(routed("default via 192.0.2.1"));
  watch.reset();
  EXPECT_TRUE(absl::StrContains(addresses(), "192.0.2.50/24")) << "a restart takes no address away";

  // The same one is asked for, without being dropped.
  plug_in();
  ASSERT_TRUE(holds("192.0.2.50"));
  EXPECT_TRUE(tells(DhcpStepKind::kRenewed, "confirms 192.0.2.50")) << server.said();
  EXPECT_TRUE(absl::StrContains(server.said(), "request 192.0.2.50 0.0.0.0 -")) << server.said();
  watch.reset();

  // The server has another one now.
  server.change("lease=192.0.2.60\n");
  plug_in();
  ASSERT_TRUE(holds("192.0.2.60")) << server.said();
  EXPECT_FALSE(absl::StrContains(addresses(), "192.0.2.50")) << addresses();
  EXPECT_TRUE(absl::StrContains(addresses(), "192.0.2.60/24")) << addresses();
  EXPECT_TRUE(routed("default via 192.0.2.1")) << routes();
  EXPECT_TRUE(absl::StrContains(said(), "192.0.2.50 is given up: 192.0.2.1 refuses it")) << said();
}

TEST_F(F81_Lease_Peer, AnotherAddressInARenewalComesBeforeTheOldOneGoes) {
  Server server(directory, "192.0.2.1",
                std::string("lease=192.0.2.50 renewed=192.0.2.61 time=8 opt.3=c0000201 ") + kTftp);
  plug_in();
  ASSERT_TRUE(holds("192.0.2.50")) << server.said();
  witness.ever_without_address = false;
  ASSERT_TRUE(holds("192.0.2.61")) << server.said();
  EXPECT_FALSE(witness.ever_without_address);
  EXPECT_TRUE(absl::StrContains(addresses(), "192.0.2.61/24") && !absl::StrContains(addresses(), "192.0.2.50"))
      << addresses();
  EXPECT_TRUE(routed("default via 192.0.2.1")) << routes();
}

TEST_F(F81_Lease_Peer, WhatTheKernelLosesIsToldAndSetAgainAtOnce) {
  Server server(directory, "192.0.2.1", std::string("lease=192.0.2.50 opt.3=c0000201 ") + kTftp);
  plug_in();
  ASSERT_TRUE(holds("192.0.2.50") && routed("default via 192.0.2.1"));
  sh("ip address flush dev eth0");
  EXPECT_TRUE(tells(DhcpStepKind::kMissing, "the address 192.0.2.50"));
  EXPECT_TRUE(holds("192.0.2.50")) << addresses();
  EXPECT_TRUE(routed("default via 192.0.2.1")) << routes();
  EXPECT_TRUE(absl::StrContains(said(), "the kernel had lost the address 192.0.2.50")) << said();
  sh("ip route del default");
  EXPECT_TRUE(routed("default via 192.0.2.1")) << routes();
  // Switched off and on: the kernel forgets the routes.
  sh("ip link set eth0 down; ip link set eth0 up");
  EXPECT_TRUE(routed("default via 192.0.2.1")) << routes();
  EXPECT_TRUE(holds("192.0.2.50"));
}

TEST_F(F81_Lease_Peer, RoutesAreThoseOfTheLeaseAndGoWithIt) {
  // 121: 10.9.0.0/16 and the default by two gateways; the router of option 3 does not count.
  Server server(directory, "192.0.2.1",
                std::string("lease=192.0.2.50 time=8 opt.3=c0000209 opt.121=100a09c000020800c0000202 ") + kTftp);
  plug_in();
  ASSERT_TRUE(holds("192.0.2.50")) << server.said();
  EXPECT_TRUE(routed("default via 192.0.2.2")) << routes();
  EXPECT_TRUE(routed("10.9.0.0/16 via 192.0.2.8")) << routes();
  // 121 without a default takes that away.
  server.change("opt.121=100a09c0000208\n");
  EXPECT_TRUE(routed("default", false)) << routes();
  EXPECT_TRUE(routed("10.9.0.0/16 via 192.0.2.8")) << routes();
  // One that cannot be read is said, and the router counts.
  server.change("opt.121=21\n");
  EXPECT_TRUE(routed("default via 192.0.2.9")) << routes();
  EXPECT_TRUE(routed("10.9.0.0/16", false)) << routes();
  EXPECT_TRUE(absl::StrContains(said(), "option 121 (routes): it is not a list of routes")) << said();
  // A router that is the phone itself is none.
  server.change("opt.121=21\nopt.3=c0000232\n");
  EXPECT_TRUE(routed("default", false)) << routes();
  EXPECT_TRUE(holds("192.0.2.50"));
}

TEST_F(F81_Lease_Peer, ARouterBeyondTheLinkIsUsedWithAHostsMask) {
  Server server(directory, "192.0.2.1", std::string("lease=192.0.2.50 mask=255.255.255.255 opt.3=c6336401 ") + kTftp);
  plug_in();
  ASSERT_TRUE(holds("192.0.2.50")) << server.said();
  EXPECT_TRUE(absl::StrContains(addresses(), "192.0.2.50/32")) << addresses();
  EXPECT_TRUE(routed("default via 198.51.100.1")) << routes();
}

TEST_F(F81_Lease_Peer, AServerWithoutPhonesOptionsLosesAndAloneItIsNamedSo) {
  Server poor(directory, "192.0.2.1", "lease=192.0.2.50");
  {
    Server good(directory, "192.0.2.2", std::string("lease=192.0.2.70 late=2 ") + kTftp);
    plug_in();
    ASSERT_TRUE(holds("192.0.2.70")) << poor.said() << good.said();
    EXPECT_TRUE(
        tells(DhcpStepKind::kNotTaken, "no provisioning server, that of 192.0.2.2 has 192.0.2.7 by option 150"));
    watch->allow(IpMode::kV6);
    ASSERT_TRUE(witness.becomes([](const LinkObservation& seen) { return !seen.dhcp.held; }));
  }
  watch->allow(IpMode::kBoth);
  ASSERT_TRUE(holds("192.0.2.50")) << poor.said();
  EXPECT_TRUE(witness.becomes([](const LinkObservation& seen) {
    return seen.dhcp.state == LeaseState::kHeldNoServer &&
           seen.dhcp.missing_options == std::vector<std::string>{"option 150", "option 66", "option 43"};
  }));
}

TEST_F(F81_Lease_Peer, AnAddressThatIsInUseIsDeclined) {
  sh("ip address add 192.0.2.50/24 dev sw0");
  Server server(directory, "192.0.2.1", std::string("lease=192.0.2.50 ") + kTftp);
  plug_in();
  EXPECT_TRUE(tells(DhcpStepKind::kConflict, "has 192.0.2.50 already; declined"));
  for (int i = 0; i < 250 && !absl::StrContains(server.said(), "decline"); ++i) poll(nullptr, 0, 20);
  EXPECT_TRUE(absl::StrContains(server.said(), "decline 192.0.2.50 0.0.0.0 192.0.2.1")) << server.said();
  EXPECT_FALSE(absl::StrContains(addresses(), "192.0.2.50"));
  server.change("lease=192.0.2.51\n");
  EXPECT_TRUE(holds("192.0.2.51")) << server.said();
}

TEST_F(F81_Lease_Peer, AServerThatAnswersAfterSevenSecondsIsWaitedFor) {
  Server server(directory, "192.0.2.1", std::string("lease=192.0.2.50 late=7 siaddr=192.0.2.9 ") + kTftp);
  plug_in();
  EXPECT_TRUE(holds("192.0.2.50")) << server.said();
}

}  // namespace
}  // namespace phone::network
