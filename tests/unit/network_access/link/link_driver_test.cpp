// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/link/link_driver.hpp"

#include <gtest/gtest.h>

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>
#include <sstream>

#include "tests/unit/network_access/link/cable.hpp"

// The kernel's own rtnetlink, and our DHCP client against dnsmasq, in a network of the test's own.
namespace phone::network {
namespace {

TEST_F(PortWatch_Peer, LinkAndAddressesAreFollowedAsTheyChange) {
  LinkDriver watch(*loop, {.port = "eth0"}, std::ref(witness), [](std::string) {});
  ASSERT_TRUE(watch.start().ok());
  EXPECT_TRUE(witness.becomes(
      [](const LinkObservation& seen) { return seen.link.up && seen.link.hardware_address.size() == 17; }));
  sh("ip address add 192.0.2.9/24 dev eth0");
  EXPECT_TRUE(witness.becomes([](const LinkObservation& seen) {
    return !seen.link.addresses.empty() && seen.link.addresses[0] == "192.0.2.9";
  }));
  sh("ip link set sw0 down");
  EXPECT_TRUE(witness.becomes([](const LinkObservation& seen) { return !seen.link.up; }));
  sh("ip link set sw0 up; ip address del 192.0.2.9/24 dev eth0");
  EXPECT_TRUE(witness.becomes([](const LinkObservation& seen) { return seen.link.up && seen.link.addresses.empty(); }));
}

TEST_F(PortWatch_Peer, PortThatComesLaterIsSeen) {
  LinkDriver watch(*loop, {.port = "late0"}, std::ref(witness), [](std::string) {});
  ASSERT_TRUE(watch.start().ok());
  sh("ip link add late0 type veth peer name late1 && ip link set late1 up && ip address add 192.0.2.1/32 dev late0 && "
     "ip link set late0 up");
  EXPECT_TRUE(
      witness.becomes([](const LinkObservation& seen) { return seen.link.up && seen.link.addresses.size() == 1; }));
  sh("ip link del late0");
  EXPECT_TRUE(witness.becomes([](const LinkObservation& seen) { return seen.link.index == 0; }));
}

// How many messages the kernel has dropped for this socket (column Drops of /proc/net/netlink).
long dropped_for(int fd) {
  struct stat of_socket {};
  fstat(fd, &of_socket);
  std::ifstream in("/proc/thread-self/net/netlink");
  std::string line;
  while (std::getline(in, line)) {
    std::istringstream words(line);
    std::vector<std::string> columns{std::istream_iterator<std::string>(words), {}};
    if (columns.size() == 10 && columns[9] == std::to_string(of_socket.st_ino)) return std::stol(columns[8]);
  }
  return -1;
}

// Addresses that come and go, then one that stays.
void churn(const std::filesystem::path& directory, int times) {
  std::ofstream batch(directory / "batch");
  for (int i = 0; i < times; ++i) {
    const std::string address = "198.51.100." + std::to_string(i % 100 + 1) + "/24 dev eth0\n";
    batch << "address add " << address << "address del " << address;
  }
  batch << "address replace 192.0.2.9/24 dev eth0\n";
  batch.close();
  ASSERT_EQ(sh("ip -batch " + (directory / "batch").string()), 0);
}

bool reads_until_settled(NetlinkReader& reader) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (std::chrono::steady_clock::now() < end) {
    pollfd waiting{.fd = reader.fd(), .events = POLLIN, .revents = 0};
    if (poll(&waiting, 1, 0) == 0) return true;
    reader.read_changes();
  }
  return false;
}

TEST_F(PortWatch_Peer, ChangesTheKernelDroppedAreMadeUpForByReadingEverything) {
  sh("ip address flush dev eth0");
  auto reader = NetlinkReader::open("eth0");
  ASSERT_TRUE(reader.ok()) << reader.status();
  const int smallest = 1;
  setsockopt(reader->fd(), SOL_SOCKET, SO_RCVBUF, &smallest, sizeof smallest);
  churn(directory, 100);
  ASSERT_GT(dropped_for(reader->fd()), 0);
  ASSERT_TRUE(reads_until_settled(*reader));
  EXPECT_EQ(reader->facts().addresses, std::vector<std::string>{"192.0.2.9"});
  EXPECT_TRUE(reader->facts().up);
  sh("ip address flush dev eth0");
}

TEST_F(PortWatch_Peer, OfAFloodOfChangesABoundedShareIsReadAtOnce) {
  sh("ip address flush dev eth0");
  auto reader = NetlinkReader::open("eth0");
  ASSERT_TRUE(reader.ok()) << reader.status();
  churn(directory, NetlinkReader::kMostAtOnce);
  ASSERT_EQ(dropped_for(reader->fd()), 0);
  reader->read_changes();
  pollfd waiting{.fd = reader->fd(), .events = POLLIN, .revents = 0};
  EXPECT_EQ(poll(&waiting, 1, 0), 1) << "everything was read at once";
  ASSERT_TRUE(reads_until_settled(*reader));
  EXPECT_EQ(reader->facts().addresses, std::vector<std::string>{"192.0.2.9"});
  sh("ip address flush dev eth0");
}

TEST_F(PortWatch_Peer, Option150ComesFromARealDhcpServer) {
  if (sh("command -v dnsmasq >/dev/null") != 0) GTEST_SKIP() << "dnsmasq is not installed";
  sh("ip address replace 192.0.2.1/24 dev sw0");
  const std::string pid_file = (directory / "dnsmasq.pid").string();
  const std::string server =
      "dnsmasq --conf-file=/dev/null --no-resolv --port=0 --interface=sw0 --bind-interfaces --user=root"
      " --dhcp-range=192.0.2.50,192.0.2.60,120 --dhcp-option=option:domain-name,lab.example"
      " --dhcp-option-force=150,192.0.2.7,192.0.2.8 --dhcp-option=66,tftp.lab --dhcp-leasefile=" +
      (directory / "leases").string() + " --pid-file=" + pid_file;
  ASSERT_EQ(sh(server.c_str()), 0);
  const std::filesystem::path lease = directory / "lease";
  const LinkDriver::Settings settings{.port = "eth0", .dhcp = true, .client = {.lease_file = lease}};
  {
    LinkDriver watch(*loop, settings, std::ref(witness), [](std::string text) { ADD_FAILURE() << text; });
    ASSERT_TRUE(watch.start().ok());
    EXPECT_TRUE(
        witness.becomes([](const LinkObservation& seen) { return seen.lease && seen.lease->option_150.size() == 2; }));
    EXPECT_TRUE(witness.becomes([](const LinkObservation& seen) {
      return seen.lease && seen.lease->option_150[0] == "192.0.2.7" && seen.lease->option_66 == "tftp.lab" &&
             seen.lease->domain == "lab.example" && seen.lease->server == "192.0.2.1" && !seen.link.addresses.empty() &&
             seen.link.addresses[0] == seen.lease->address;
    }));
  }
  // A restart of ours, and so of the client, takes the address away from nobody.
  const auto written = std::filesystem::last_write_time(lease);
  Witness again;
  // A start whose questions the server leaves unanswered keeps the lease and writes nothing; then it is started again.
  for (int start = 0; start < 3 && std::filesystem::last_write_time(lease) == written; ++start) {
    LinkDriver watch(*loop, settings, std::ref(again), [](std::string text) { ADD_FAILURE() << text; });
    ASSERT_TRUE(watch.start().ok());
    EXPECT_TRUE(
        again.becomes([](const LinkObservation& seen) { return seen.lease && seen.lease->option_150.size() == 2; }));
    for (int i = 0; i < 200 && std::filesystem::last_write_time(lease) == written; ++i) {
      poll(nullptr, 0, 50);
    }
  }
  EXPECT_NE(std::filesystem::last_write_time(lease), written);
  EXPECT_FALSE(again.ever_without_address);
  std::ifstream in(pid_file);
  pid_t pid = 0;
  if (in >> pid) kill(pid, SIGTERM);
}

TEST_F(PortWatch_Peer, Option43AloneNamesTheServerAndIpv6ComesByRouterAdvertisementEachAsAllowed) {
  sh("ip address add 192.0.2.1/24 dev sw0 2>/dev/null; ip -6 address add 2001:db8:77::1/64 dev sw0 nodad");
  const Dnsmasq server(directory,
                       "--dhcp-range=192.0.2.80,192.0.2.89,1h --dhcp-option=43,96:04:c0:00:02:07 --enable-ra "
                       "--dhcp-range=2001:db8:77::,ra-only --ra-param=sw0,4");
  const std::filesystem::path lease = directory / "lease";
  LinkDriver watch(*loop, {.port = "eth0", .dhcp = true, .client = {.lease_file = lease}}, std::ref(witness),
                   [](const std::string&) {});
  ASSERT_TRUE(watch.start().ok());
  EXPECT_TRUE(witness.becomes([](const LinkObservation& seen) {
    return seen.lease && seen.lease->option_43 == std::vector<std::string>{"192.0.2.7"} && has(seen, "192.0.2.8");
  }));
  EXPECT_TRUE(
      witness.becomes([](const LinkObservation& seen) { return has(seen, "192.0.2.8") && has(seen, "2001:db8:77:"); }));
  watch.allow(IpMode::kV6);
  EXPECT_TRUE(witness.becomes(
      [](const LinkObservation& seen) { return !seen.lease && !has(seen, "192.0.2.") && has(seen, "2001:db8:77:"); }));
  watch.allow(IpMode::kV4);
  EXPECT_TRUE(witness.becomes(
      [](const LinkObservation& seen) { return seen.lease && has(seen, "192.0.2.8") && !has(seen, "2001:db8:77:"); }));
}

// What the issue names, from a real server: the lease stays.
TEST_F(PortWatch_Peer, AnOptionThatIsNoGoodCostsItselfAloneAndIsSaid) {
  sh("ip address replace 192.0.2.1/24 dev sw0");
  std::string vendor = "01:f4";
  for (int i = 0; i < 244; ++i) vendor += ":aa";
  vendor += ":96:04:c0:00:02:07";
  std::string many = "192.0.2.1";
  for (int i = 2; i <= 40; ++i) many += ",192.0.2." + std::to_string(i);
  struct Row {
    std::string options, left_out;
    bool vendor = false;
  };
  const std::string pool = "--dhcp-range=192.0.2.100,192.0.2.109,1h --dhcp-option=3 ";
  for (const Row& row :
       {Row{"--dhcp-option=6 --dhcp-option-force=43," + vendor, "", true},
        Row{"--dhcp-option-force=6," + many, "option 6 (DNS): 40 addresses are named, the first 4 are used"},
        Row{"--dhcp-option-force=15,'lab!x'", "option 15 (domain): it is not a host name"},
        Row{"--dhcp-option-force=66,'a b'", "option 66 (TFTP server name): it is not a host name"}}) {
    SCOPED_TRACE(row.options.substr(0, 60));
    const Dnsmasq server(directory, pool + row.options);
    const std::filesystem::path lease = directory / "lease";
    Witness seen_here;
    std::mutex mutex;
    std::string said;
    LinkDriver watch(*loop, {.port = "eth0", .dhcp = true, .client = {.lease_file = lease}}, std::ref(seen_here),
                     [&](const std::string& text) {
                       const std::lock_guard lock(mutex);
                       said += text + "\n";
                     });
    ASSERT_TRUE(watch.start().ok());
    EXPECT_TRUE(seen_here.becomes([&](const LinkObservation& seen) {
      return seen.lease && has(seen, "192.0.2.10") &&
             seen.lease->left_out == (row.left_out.empty() ? std::vector<std::string>{} : std::vector{row.left_out}) &&
             seen.lease->option_43.size() == (row.vendor ? 1U : 0U);
    }));
    watch.stop();
    const std::lock_guard lock(mutex);
    EXPECT_NE(said.find(row.left_out), std::string::npos) << said;
    std::filesystem::remove(lease);
    sh("ip address flush dev eth0");
  }
}

}  // namespace
}  // namespace phone::network
